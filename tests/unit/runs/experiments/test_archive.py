"""A ZIP gives the files that somebody meant, and nothing that it might do to us."""

import stat
import struct
from contextlib import suppress
from io import BytesIO
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.runs.experiments import archive
from lib.runs.experiments.archive import unpacked
from lib.runs.experiments.table import Unreadable


def zipped(*parts: tuple[str | ZipInfo, bytes], how: int = ZIP_DEFLATED) -> BytesIO:
    target = BytesIO()
    with ZipFile(target, "w", how) as file:
        for name, content in parts:
            file.writestr(name, content)
    target.seek(0)
    return target


def told(file: BytesIO) -> list[tuple[str, bytes]]:
    return [(name, stream.read()) for name, stream in unpacked(file)]


def test_the_files_come_by_name_and_without_their_folders() -> None:
    file = zipped(
        ("b/two.png", b"2"),
        ("../../etc/one.png", b"1"),
        ("C:\\x\\three.png", b"3"),
        ("b/", b""),
        (".DS_Store", b"-"),
        ("__MACOSX/b/._two.png", b"-"),
        ("__MACOSX/two.png", b"-"),
        ("a/two.png", b"4"),
    )
    expected = [("one.png", b"1"), ("three.png", b"3"), ("two.png", b"4"), ("two.png", b"2")]
    assert told(file) == expected


def test_a_name_is_one_short_line() -> None:
    [(name, _)] = told(zipped(("a\n\x1b[31m" + "x" * 300 + ".jpeg", b"1")))
    assert name.isprintable()
    assert len(name) <= 120
    assert name.endswith(".jpeg")


def test_a_large_file_is_read_in_pieces_and_whole() -> None:
    content = bytes(range(256)) * 40_000
    files = unpacked(zipped(("a", content)))
    _, stream = next(files)
    assert stream.read(len(content)) == content


def link() -> ZipInfo:
    info = ZipInfo("passwd.png")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def locked() -> BytesIO:
    whole = bytearray(zipped(("a.png", b"1")).getvalue())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.index(mark) + at] |= 1
    return BytesIO(whole)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (zipped(), "no file in it"),
        (zipped((".hidden", b"")), "no file in it"),
        (zipped((link(), b"/etc/passwd")), r"passwd\.png is a link"),
        (locked(), "password"),
        (zipped(("a.png", b"1"), how=ZIP_BZIP2), "unusual"),
        (zipped(*((f"{n}.png", b"") for n in range(501))), "501 files"),
        (BytesIO(b"no zip"), "no ZIP that can be read"),
        (BytesIO(), "no ZIP that can be read"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_is_not_taken_is_said_before_anything_comes(file: BytesIO, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        unpacked(file)


@pytest.mark.parametrize(
    ("bounds", "why"),
    [({"MOST_FILE_BYTES": 2**20}, "larger than 1 MB"), ({"MOST_TOTAL_BYTES": 2**20}, "than 1 MB")],
)
def test_too_much_is_refused_as_announced(
    monkeypatch: pytest.MonkeyPatch, bounds: dict[str, int], why: str
) -> None:
    for name, value in bounds.items():
        monkeypatch.setattr(archive, name, value)
    with pytest.raises(Unreadable, match=why):
        unpacked(zipped(("a", b"\0" * 700_000), ("b", b"\0" * (2**20 + 1))))


@pytest.mark.parametrize("bound", ["MOST_FILE_BYTES", "MOST_TOTAL_BYTES"])
def test_too_much_is_refused_as_read_whatever_was_announced(
    monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    files = unpacked(zipped(("a", b"\0" * (3 * 2**20))))
    monkeypatch.setattr(archive, bound, 2**20)
    _, stream = next(files)
    with pytest.raises(Unreadable, match="than 1 MB"):
        stream.read()


def test_a_file_that_is_not_what_was_announced_is_refused() -> None:
    whole = bytearray(zipped(("a", b"\0" * 100_000)).getvalue())
    struct.pack_into("<L", whole, whole.index(b"PK\x01\x02") + 24, 10)
    with pytest.raises(Unreadable, match="no ZIP"):
        told(BytesIO(whole))


def test_a_list_of_contents_that_is_huge_is_not_read() -> None:
    file = zipped(*((f"__MACOSX/{n:0200}", b"") for n in range(20_000)))
    with pytest.raises(Unreadable, match="too long"):
        unpacked(file)


@given(st.data())
def test_any_damage_is_a_sentence(data: st.DataObject) -> None:
    whole = bytearray(zipped(("a.png", b"fox" * 9), ("b.png", b"hare")).getvalue())
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=6)):
        whole[at] = data.draw(st.integers(0, 255))
    with suppress(Unreadable):
        told(BytesIO(whole[: data.draw(st.integers(0, len(whole)))] or whole))


@given(st.binary(max_size=300))
def test_any_bytes_are_files_or_a_sentence(content: bytes) -> None:
    found: list[Any] = []
    with suppress(Unreadable):
        found = told(BytesIO(content))
    assert isinstance(found, list)


def test_one_file_is_found_by_its_name() -> None:
    parts = archive.opened(zipped(("results/plan.json", b"-"), ("plan.json", b"{}")))
    assert archive.content(parts, "plan.json", 2) == b"{}"


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (zipped(("a.json", b"{}")), "no plan.json"),
        (zipped(("plan.json", b"{  }")), "too large"),
        (zipped(("plan.json", b"{}"), how=ZIP_LZMA), "unusual"),
    ],
)
def test_one_file_that_is_not_to_be_had_is_a_sentence(file: BytesIO, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        archive.content(archive.opened(file), "plan.json", 2)


@given(st.data(), st.sampled_from([ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA]))
def test_any_damage_to_one_file_is_a_sentence(data: st.DataObject, how: int) -> None:
    whole = bytearray(zipped(("plan.json", b"fox" * 9), how=how).getvalue())
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=6)):
        whole[at] = data.draw(st.integers(0, 255))
    with suppress(Unreadable):
        archive.content(archive.opened(BytesIO(whole)), "plan.json", 2**20)


def test_a_zip_is_told_by_how_it_begins() -> None:
    assert archive.is_zip(zipped(("a", b"1")))
    assert archive.is_zip(zipped())
    assert not archive.is_zip(BytesIO(b"{}"))
    assert not archive.is_zip(BytesIO())
    picture = BytesIO(b"\x89PNG" + zipped(("a", b"1")).getvalue())
    assert not archive.is_zip(picture)
