"""Videos: from words, pictures and sound; with somebody else in them; larger."""

from lib.ui import family_page

family_page.draw("videos")
