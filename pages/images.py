"""Images: make, change, cut out, enlarge and read pictures."""

from lib.ui import family_page

family_page.draw("images")
