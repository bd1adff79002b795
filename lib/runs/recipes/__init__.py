"""Recipes: chains of runs that are run again, each step when the one before it is done."""
