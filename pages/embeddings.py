"""Embeddings: which texts mean something similar."""

from lib.ui import family_page

family_page.draw("embeddings")
