"""Batch: a table whose rows are made one by one, with the results beside them."""

from lib.ui.batch import page

page.draw()
