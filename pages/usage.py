"""Usage: what was spent on what, beside limits and quotes, and how the runs did."""

from lib.ui.usage import page

page.draw()
