"""Compare: one input, several models or settings, their results in step."""

from lib.ui.compare import page

page.draw()
