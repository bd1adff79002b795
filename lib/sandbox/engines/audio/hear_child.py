"""Recognises English with PocketSphinx: a script that `hear.py` runs, not a module to import.

A process of its own, because the library holds Python's lock while it works: seconds in which the
sandbox could not answer anybody.

On standard input, again and again: a line with a number of bytes, and so many bytes of sound, 16
kHz, 16 bit, mono. For each, on standard output: a line of JSON, [[word, start, end, probability]],
in seconds. Ends with its input.
"""

import importlib
import json
import os
import sys
from typing import Any

_FRAMES = 100
"""A second."""


def _heard(decoder: Any, sound: bytes) -> list[tuple[str, float, float, float]]:
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()
    return [
        (part.word, part.start_frame / _FRAMES, (part.end_frame + 1) / _FRAMES, part.prob)
        for part in decoder.seg() or ()
    ]


def main() -> None:
    if hasattr(os, "nice"):
        os.nice(5)  # whoever waits for an answer of the sandbox goes first
    decoder = importlib.import_module("pocketsphinx").Decoder(loglevel="FATAL")  # of the extra
    while line := sys.stdin.buffer.readline():
        sound = sys.stdin.buffer.read(int(line))
        print(json.dumps(_heard(decoder, sound)), flush=True)


if __name__ == "__main__":
    main()
