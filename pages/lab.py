"""The Prompt Lab: which words, models and settings do better, at what price."""

from lib.ui.lab import page

page.draw()
