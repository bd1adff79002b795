"""Recipes: chains of steps that worked, to be run again."""

from lib.ui.recipes import page

page.draw()
