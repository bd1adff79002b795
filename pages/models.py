"""Models: what deAPI offers, what it costs, and how it went."""

from lib.ui import models_page

models_page.draw()
