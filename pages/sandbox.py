"""Sandbox: how much play money there is, whose limits apply, and what goes wrong."""

from lib.ui import sandbox_page

sandbox_page.draw()
