"""Speaks with eSpeak NG and ends: a script that `espeak.py` runs, not a module to import.

A process for each order, because the library keeps state between utterances that nothing resets:
what it said before is heard in what it says next, so only a fresh one gives the same bytes for the
same text. What text can do to native code stays in here, too.

Standard input is one JSON object: `library` and `data` (where eSpeak NG lies), `voice` (one of its
languages), `variant` (the lines of a variant file, how it sounds), `rate` (words a minute) and
`texts`. Standard output is, for each text, a line of JSON {samples, rate, events: [[kind, position,
length, sample]]} and then the samples, 16 bit mono. Nothing but the standard library is imported: a
start takes 30 ms.
"""

import ctypes
import json
import sys
import tempfile
from pathlib import Path
from shutil import copy, copytree
from typing import Any, BinaryIO

_SYNCHRONOUS = 2
_PHONEME_EVENTS = 0x1
_DONT_EXIT = 0x8000
_UTF8 = 1
_RATE = 1
_VARIANT = "asked"

_FIELDS: list[tuple[str, Any]] = [
    ("kind", ctypes.c_int),
    ("identifier", ctypes.c_uint),
    ("position", ctypes.c_int),  # in characters, from 1
    ("length", ctypes.c_int),
    ("milliseconds", ctypes.c_int),
    ("sample", ctypes.c_int),
    ("user", ctypes.c_void_p),
    ("name", ctypes.c_char * 8),  # a union in the library; of phonemes it is the name
]
_PHONEME = 7


class _Event(ctypes.Structure):
    _fields_ = _FIELDS


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Heard:
    """What the library has handed over of one utterance."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.sound = bytearray()
        self.events: list[tuple[int | str, int, int, int]] = []

    def take(self, wave: Any, count: int, events: Any) -> int:
        if count > 0:
            self.sound += ctypes.string_at(wave, 2 * count)
        index = 0
        while events[index].kind:
            event = events[index]
            kind = event.name.decode("utf-8", "replace") if event.kind == _PHONEME else event.kind
            self.events.append((kind, event.position, event.length, event.sample))
            index += 1
        return 0


def _home(data: Path, variant: str, home: Path) -> None:
    """A data folder with our variant in it: its path is short, and the wheel's stays as it is.

    The library cuts off paths of more than 160 bytes, and folders of packages can lie deeper.
    """
    own = home / "espeak-ng-data"
    variants = own / "voices" / "!v"
    variants.mkdir(parents=True)
    for entry in data.iterdir():
        if entry.name == "voices":
            continue
        try:
            (own / entry.name).symlink_to(entry)
        except OSError:  # a system, or a disk, without links
            (copytree if entry.is_dir() else copy)(entry, own / entry.name)
    (variants / _VARIANT).write_text(f"language variant\nname {_VARIANT}\n{variant}\n")


def _spoken(order: dict[str, Any], home: str, out: BinaryIO) -> None:
    library = ctypes.CDLL(order["library"])
    options = _DONT_EXIT | _PHONEME_EVENTS
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, home.encode(), options)
    if rate <= 0:
        raise SystemExit("eSpeak NG did not start.")
    heard = _Heard()
    callback = _CALLBACK(heard.take)
    library.espeak_SetSynthCallback(callback)
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))
    if library.espeak_SetVoiceByName(f"{order['voice']}+{_VARIANT}".encode()):
        raise SystemExit(f"eSpeak NG has no voice {order['voice']}.")
    library.espeak_SetParameter(_RATE, order["rate"], 0)
    for text in order["texts"]:
        heard.start()
        data = text.encode("utf-8", "replace") + b"\0"
        library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 0, 0, _UTF8, None, None)
        head = {"samples": len(heard.sound) // 2, "rate": rate, "events": heard.events}
        out.write(json.dumps(head).encode() + b"\n" + heard.sound)


def main() -> None:
    order = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="espeak") as home:
        _home(Path(order["data"]), order["variant"], Path(home))
        _spoken(order, home, sys.stdout.buffer)


if __name__ == "__main__":
    main()
