"""Sound: speech, music and transcripts, and the files that they come in.

Each engine here is a function of plain values; the same values give the same samples. Times are in
seconds, frequencies in hertz. Speech is eSpeak NG's (GPL-3, loaded from its wheel in a process of
its own), files are FFmpeg's through PyAV.
"""
