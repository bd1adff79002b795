"""Showcase: starred results as a clean page to present from."""

from lib.ui.showcase import page

page.draw()
