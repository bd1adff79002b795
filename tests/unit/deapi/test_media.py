"""What is let through to deAPI, and what is said to a person about the rest."""

import json
import random
import resource
import struct
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from lib.deapi import media
from lib.deapi.contract import MEDIA_FORMATS
from lib.deapi.media import BadMedia, inspect
from lib.deapi.pictures import MAX_PIXELS

Write = Callable[[bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(content: bytes) -> Path:
        path = tmp_path / "file"
        path.write_bytes(content)
        return path

    return written


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> bytes:
    image = Image.effect_noise(size, 80).convert(mode)
    out = BytesIO()
    image.save(out, kind)
    return out.getvalue()


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that claims a size, whatever its data is."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", MEDIA_FORMATS["image"])
def test_the_content_decides_and_not_the_name(write: Write, kind: str) -> None:
    content = picture(kind)
    upload = inspect(write(content), "notes.txt")
    assert (upload.format, upload.width, upload.height) == (kind, 60, 40)
    assert (upload.media_type, upload.size) == (f"image/{kind.lower()}", len(content))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "1"), ("PNG", "I;16"), ("PNG", "LA"), ("PNG", "P"), ("JPEG", "CMYK"), ("JPEG", "L")],
)
def test_rare_kinds_of_pixels_are_fine(write: Write, kind: str, mode: str) -> None:
    assert inspect(write(picture(kind, mode)), "x").format == kind


def test_an_animation_is_a_picture(write: Write) -> None:
    out = BytesIO()
    frames = [Image.new("P", (30, 20), n) for n in range(5)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert inspect(write(out.getvalue()), "x.gif").width == 30


def test_a_phones_double_jpeg_is_a_jpeg(write: Write) -> None:
    out = BytesIO()
    Image.new("RGB", (30, 20)).save(
        out, "MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))]
    )
    assert inspect(write(out.getvalue()), "x.jpg").format == "JPEG"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (b"just some words", "not a picture we can read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture we can read"),
        (b"%PDF-1.7\n", "not a picture we can read"),
        (picture("TIFF"), "not a picture we can read"),
        (picture("PNG")[:-200], "broken or was cut short"),
        (png(60_000, 60_000), "pixels"),
        (png(8_000, 8_000), "8000 × 8000 pixels; at most 50 million"),
    ],
)
def test_what_is_refused_is_refused_in_a_sentence(
    write: Write, content: bytes, sentence: str
) -> None:
    with pytest.raises(BadMedia, match=sentence) as refused:
        inspect(write(content), "fox.png")
    assert str(refused.value).endswith(".")


def test_a_missing_file_is_not_bad_media(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        inspect(tmp_path / "gone", "x")


def test_names_for_people_lose_folders_and_what_can_not_be_printed(write: Write) -> None:
    path = write(picture("PNG"))
    assert inspect(path, "C:\\me\\Füchse\r\n.png").name == "Füchse.png"
    assert inspect(path, "a/").name == "a"
    assert inspect(path, "\0").name == "file"


def test_an_upload_survives_being_remembered(write: Write) -> None:
    upload = inspect(write(picture("PNG")), "fox.png")
    raw = json.loads(json.dumps(media.to_json(upload)))
    facts = {"name", "size", "format", "media_type", "width", "height", "seconds"}
    assert set(raw) == {"upload", *facts}
    assert media.from_json(raw, upload.path) == upload


def broken() -> Iterator[bytes]:
    """A thousand and more files that are not what they seem, the same ones every time."""
    chance = random.Random(3)
    whole = [picture(kind) for kind in MEDIA_FORMATS["image"]]
    for content in whole:
        for part in range(100):
            yield content[: len(content) * part // 100]
        for _ in range(60):
            bent = bytearray(content)
            for _ in range(chance.randint(1, 40)):
                bent[chance.randrange(len(bent))] = chance.randrange(256)
            yield bytes(bent)
        for other in whole:
            yield content[: chance.randint(8, 64)] + other
        yield content + b"PK\x03\x04<script>alert(1)</script>"
    for _ in range(150):
        yield chance.randbytes(chance.randint(1, 3000))
    for _ in range(50):
        sides = chance.randrange(1, 2**31), chance.randrange(1, 2**31)
        yield png(*sides, data=bytes(1000))
        yield b"GIF89a" + struct.pack("<HH", sides[0] % 65536, sides[1] % 65536) + bytes(50)
        yield (
            b"BM"
            + bytes(12)
            + struct.pack("<Iii", 40, *sides)
            + struct.pack("<HH", 1, 24)
            + bytes(99)
        )


def test_a_thousand_broken_files_are_refused_or_read_and_nothing_else(write: Write) -> None:
    files = list(broken())
    assert len(files) >= 1000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sentences: set[str] = set()
    for content in files:
        try:
            upload = inspect(write(content), "x.png")
        except BadMedia as refused:
            sentences.add(str(refused))
        else:
            assert (upload.width or 0) * (upload.height or 0) <= MAX_PIXELS
            assert upload.format in MEDIA_FORMATS["image"]
    assert all(each.endswith(".") for each in sentences)
    # KiB; one picture of the largest allowed size at a time, and no more.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024


@pytest.mark.parametrize("kind", MEDIA_FORMATS["image"])
def test_a_picture_that_lost_a_tenth_is_refused(write: Write, kind: str) -> None:
    content = picture(kind, size=(200, 200))
    for missing in (0.1, 0.3, 0.5, 0.9):
        with pytest.raises(BadMedia):
            inspect(write(content[: int(len(content) * (1 - missing))]), "x")


# --- recordings whose headers lie -----------------------------------------------------------------


def wav(
    *,
    rate: int = 8000,
    channels: int = 1,
    bits: int = 16,
    align: int = 2,
    riff: int | None = None,
    size: int | None = None,
) -> bytes:
    """A second of silence, and what its header says of it."""
    data = b"\0\0" * 8000
    facts = struct.pack("<HHIIHH", 1, channels, rate, rate * align & 0xFFFFFFFF, align, bits)
    told = len(data) if size is None else size
    body = b"WAVEfmt " + struct.pack("<I", len(facts)) + facts
    body += b"data" + struct.pack("<I", told) + data
    return b"RIFF" + struct.pack("<I", len(body) if riff is None else riff) + body


@pytest.mark.parametrize(
    "content",
    [wav(), wav(size=2**32 - 16), wav(riff=2**32 - 1), wav(size=2**32 - 1, riff=2**32 - 1)],
    ids=["honest", "4 GB of sound claimed", "4 GB of file claimed", "both"],
)
def test_a_recording_lasts_as_long_as_what_is_there(write: Write, content: bytes) -> None:
    found = inspect(write(content), "x.wav", media="audio")
    assert (found.format, found.seconds) == ("WAV", pytest.approx(1))


@pytest.mark.parametrize(
    "content",
    [
        wav(rate=0),
        wav(rate=2**32 - 1),
        wav(bits=0),
        wav(channels=0),
        wav(channels=65535),
        wav()[:30],
        wav()[:44],
    ],
    ids=["0 Hz", "4 GHz", "no bits", "no channels", "65,535 channels", "cut", "no sound"],
)
def test_a_recording_that_makes_no_sense_is_refused(write: Write, content: bytes) -> None:
    with pytest.raises(BadMedia, match=r"\.\Z"):
        inspect(write(content), "x.wav", media="audio")
