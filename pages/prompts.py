"""Prompts: better words for everything else."""

from lib.ui import family_page

family_page.draw("prompts")
