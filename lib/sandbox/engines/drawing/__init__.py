"""Drawing a picture from words: what to draw (`words`, `palettes`), and how (the rest)."""
