"""Files that are not what they seem, the same ones every time, from a seed.

As a program it looks into those of some kinds with the one validator, in no more memory than it is
given, and says what came of it: `python -m tests.support.broken FOLDER MEGABYTES MEDIA…`.
"""

import json
import random
import resource
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import av
import numpy as np
from PIL import Image

from lib.deapi.contract import MEDIA_FORMATS
from lib.deapi.media import BadMedia, inspect
from lib.deapi.terms import Media

TOP = Path(__file__).resolve().parents[2]
SAMPLES = TOP / "lib" / "ui" / "samples"
MAY_PLAY = frozenset({"bent", "cut", "behind", "two in one"})
"""What may still be whole enough: bytes turned somewhere, sound or film that ends early, and files
with something behind their end or before their beginning."""


def wholes(media: Media) -> dict[str, bytes]:
    """A small whole file of each format."""
    if media == "image":
        return {kind: _picture(kind) for kind in MEDIA_FORMATS["image"]}
    sound = {
        "wav": _sound("wav", "pcm_s16le"),
        "flac": _sound("flac", "flac"),
        "ogg": _sound("ogg", "libopus"),
        "mp3": (SAMPLES / "note.mp3").read_bytes()[:20_000],
        "m4a": _sound("mp4", "aac"),
    }
    film = {
        "mp4": _film("mp4", "libx264"),
        "webm": _film("webm", "libvpx"),
        "avi": _film("avi", "mpeg4"),
        "mov": _film("mov", "libx264"),
    }
    return {"audio": sound, "video": film, "recording": sound | film}[media]


def broken(media: Media, seed: int = 6) -> Iterator[tuple[str, bytes]]:
    """What is wrong with a file that should be `media`, and the file."""
    chance = random.Random(f"{seed} {media}")
    mine = wholes(media)
    for content in mine.values():
        yield from _cut(content, media, chance)
        for _ in range(25):
            bent = bytearray(content)
            for _ in range(chance.randint(1, 60)):
                bent[chance.randrange(len(bent))] = chance.randrange(256)
            yield "bent", bytes(bent)
        for other in _others(media).values():
            yield "two in one", content[: chance.randint(4, 40)] + other
        for tail in (b"PK\x03\x04", b"<script>alert(1)</script>", b"%PDF-1.7\n"):
            yield "behind", content + tail * 50
            yield "two in one", tail * 50 + content
    yield from (("of another kind", each) for each in _others(media).values())
    for start in (*(content[:16] for content in mine.values()), b""):
        for _ in range(15):
            yield "noise", start + chance.randbytes(chance.randint(1, 4000))
    yield from (("bomb", each) for each in _bombs(chance))


def _cut(content: bytes, media: Media, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    for size in (1, 4, 8, 12, 16, 20, 24, 28):
        yield "beginning only", content[:size]
    for _ in range(25):
        size = chance.randint(30, len(content) * 9 // 10)
        yield "broken off" if media == "image" else "cut", content[:size]


def _others(media: Media) -> Mapping[str, bytes]:
    """Files of every other kind."""
    kind = "recording" if media in ("audio", "video") else media
    not_media = {
        "text": b"Just some words.\n" * 50,
        "html": b"<!doctype html><script>alert(1)</script>" * 20,
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n" * 30,
        "elf": b"\x7fELF\x02\x01\x01" + bytes(2000),
        "zip": b"PK\x03\x04" + bytes(2000),
        "json": json.dumps({"name": ["value"] * 50}).encode(),
        "script": b"#!/bin/sh\nrm -rf /\n" * 30,
        "gif script": b"GIF89a=1;alert(document.domain)//" + b" " * 500,
        "concat": b"ffconcat version 1.0\nfile whole\nduration 5\n",
        "hls": b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nwhole\n#EXT-X-ENDLIST\n",
        "sdp": b"v=0\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n",
        "subtitles": b"1\n00:00:01,000 --> 00:00:02,000\nhello\n\n",
    }
    if media == "video":
        return not_media | wholes("audio")
    return not_media | wholes("image" if kind == "recording" else "audio")


def _bombs(chance: random.Random) -> Iterator[bytes]:
    """Small files that say, or unpack into, very much."""
    for _ in range(15):
        wide, high = chance.randrange(20_000, 2**31), chance.randrange(20_000, 2**31)
        yield png(wide, high, bytes(1000))
        yield b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + bytes(50)
        yield b"BM" + bytes(12) + struct.pack("<IiiHH", 40, wide, high, 1, 24) + bytes(99)
        yield wav(rate=2**32 - 1, channels=65_535, bits=chance.choice([0, 8, 64]))
    yield png(20_000, 20_000, bytes(20_000 * 1000))
    yield (
        b"RIFF" + struct.pack("<I", 2**32 - 1) + b"WEBPVP8X" + struct.pack("<I", 10) + b"\xff" * 10
    )
    yield zlib.compress(bytes(30_000_000))
    yield _film("mp4", "libx264", wide=8_208)


def png(width: int, height: int, data: bytes) -> bytes:
    """A PNG that claims a size, whatever its data is."""

    def chunk(name: bytes, body: bytes) -> bytes:
        checked = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + checked

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def wav(*, rate: int, channels: int, bits: int) -> bytes:
    """A WAV whose header says so."""
    facts = struct.pack("<HHIIHH", 1, channels, rate, rate, 2, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(facts)) + facts + b"data" + b"\xff" * 4 + bytes(99)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _picture(kind: str) -> bytes:
    out = BytesIO()
    noise = np.random.default_rng(6).integers(0, 256, (48, 64, 3), np.uint8)
    Image.fromarray(noise).save(out, kind)
    return out.getvalue()


def _sound(container: str, codec: str) -> bytes:
    out = BytesIO()
    with av.open(out, "w", format=container) as writing:
        stream: Any = writing.add_stream(codec, rate=48_000, layout="mono")
        noise = np.random.default_rng(6).integers(-9000, 9000, (1, 9600), np.int16)
        frame = av.AudioFrame.from_ndarray(noise, format="s16", layout="mono")
        frame.rate = 48_000
        resample = av.AudioResampler(stream.format, "mono", 48_000, stream.frame_size or 960)
        for part in (*resample.resample(frame), *resample.resample(None)):
            writing.mux(stream.encode(part))
        writing.mux(stream.encode(None))
    return out.getvalue()


def _film(container: str, codec: str, wide: int = 64) -> bytes:
    out = BytesIO()
    with av.open(out, "w", format=container) as writing:
        stream: Any = writing.add_stream(codec, rate=Fraction(8))
        stream.width, stream.height, stream.pix_fmt = wide, 48, "yuv420p"
        chance = np.random.default_rng(6)
        for _ in range(8):
            noise = chance.integers(0, 256, (48, wide, 3), np.uint8)
            writing.mux(stream.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        writing.mux(stream.encode(None))
    return out.getvalue()


def main(folder: Path, megabytes: int, kinds: list[Media]) -> None:
    """Look into every file of these kinds; the last line says how it went, as JSON."""
    files: list[tuple[Media, str, bytes]] = [
        (media, why, content) for media in kinds for why, content in broken(media)
    ]
    (folder / "whole").write_bytes(wholes("audio")["mp3"])  # what a list of files would open
    told = Path("/proc/self/statm").read_text().split()[0]
    now = int(told) * resource.getpagesize()
    most = now + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    path, refused, taken = folder / "file", Counter[str](), list[str]()
    sentences = set[str]()
    for media, why, content in files:
        path.write_bytes(content)
        try:
            inspect(path, "holiday.jpg", media=media)
        except BadMedia as error:
            refused[why] += 1
            sentences.add(str(error))
        else:
            taken.append(f"{media}: {why}")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    report = {"refused": refused, "taken": taken, "sentences": [*sentences], "megabytes": grown}
    print(json.dumps(report))


if __name__ == "__main__":
    chosen: list[Media] = [each for each in get_args(Media) if each in sys.argv[3:]]
    main(Path(sys.argv[1]), int(sys.argv[2]), chosen)
