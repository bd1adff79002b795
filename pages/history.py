"""History: everything that was run, what it cost, and the way back to it."""

from lib.ui import history_page

history_page.draw()
