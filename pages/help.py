"""Help: what everything is, and what it needs."""

from lib.ui import help_page

help_page.draw()
