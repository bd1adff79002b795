"""People: who may sign in, what they may spend, and what was spent. For admins."""

from lib.ui import people_page

people_page.draw()
