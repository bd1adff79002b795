"""Recipes: chains of steps that are saved from a result, priced as a whole and run again."""
