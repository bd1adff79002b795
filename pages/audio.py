"""Audio: texts read aloud, music, recordings written down."""

from lib.ui import family_page

family_page.draw("audio")
