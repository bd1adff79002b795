"""Music, composed and played from nothing but numbers.

`style` reads the caption, `score` writes the notes, `patches` and `drums` are the instruments,
`player` plays them, `vocals` speaks the lyrics, and `compose` puts it together. `listen` hears
tempo and key in a recording.
"""
