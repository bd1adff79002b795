"""Start: what there is to make, and what can be done with a file."""

from lib.ui import start_page

start_page.draw()
