"""Batch: a table whose rows are made one by one, and the results beside them."""
