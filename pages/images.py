"""Images: make and enlarge pictures."""

from lib.ui import family_page

family_page.draw("images")
