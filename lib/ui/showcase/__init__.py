"""Showcases on the screen: the list, one to present from, and how its person arranges it."""
