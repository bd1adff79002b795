"""Sandbox: how much play money there is, and whose limits apply."""

from lib.ui import sandbox_page

sandbox_page.draw()
