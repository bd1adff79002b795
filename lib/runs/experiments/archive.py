"""The files in a ZIP, one after the other or by name, and nothing else that a ZIP may do to who
opens it."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from lib.deapi.text import short
from lib.runs.experiments.table import Unreadable

MOST_FILES = 500
MOST_FILE_BYTES = 100 * 2**20
MOST_TOTAL_BYTES = 500 * 2**20
_MOST_LISTING_BYTES = 4 * 2**20
"""Of the list of contents, which is read at once: far more than that many names take."""
_BLOCK_BYTES = 2**20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What ZIPs are made with. Others may ask for gigabytes of memory."""
_BEGINS = (b"PK\3\4", b"PK\5\6")
"""The first file of a ZIP, or the end of one without any."""
_NAME = 120
# Whatever `zipfile` raises at bytes that lie.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
)


def unpacked(archive: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    """The base name of each regular file and what is in it, by name; a stream may be read until
    the next one is asked for, and raises `Unreadable` too. Two folders may have the same name.

    Raises `Unreadable`, before it yields anything where that can be known.
    """
    parts = opened(archive)
    return _streams(parts, _files(parts.infolist()))


def opened(archive: BinaryIO) -> zipfile.ZipFile:
    """A ZIP whose list of contents is not too long to be read. Raises `Unreadable`."""
    with _opening():
        return zipfile.ZipFile(cast(BinaryIO, _Listing(archive)))


def is_zip(file: BinaryIO) -> bool:
    """Whether it is meant as a ZIP, by how it begins; `zipfile` looks at the end, and raises."""
    file.seek(0)
    begins = file.read(4)
    file.seek(0)
    return begins in _BEGINS


def content(parts: zipfile.ZipFile, name: str, most: int) -> bytes:
    """What is in the file that is called just so, of at most `most` bytes. Raises `Unreadable`."""
    with stream(parts, name, Total()) as source:
        found = source.read(most + 1)
    if len(found) > most:
        raise Unreadable(f"{name} is too large.")
    return found


def stream(parts: zipfile.ZipFile, name: str, total: "Total") -> io.BufferedReader:
    """The file that is called just so, to be read; `total` is that of all that are read out of this
    ZIP. Raises `Unreadable`, and so does reading."""
    info = parts.NameToInfo.get(name)
    if info is None:
        raise Unreadable(f"There is no {name} in it.")
    _check(name, info)
    return _stream(parts, name, info, total)


@contextmanager
def _opening() -> Generator[None]:
    """What goes wrong with a ZIP in here is `Unreadable`."""
    try:
        yield
    except Unreadable:
        raise
    except _BROKEN as error:
        raise Unreadable("This is no ZIP that can be read. Pack the files once more.") from error


def _files(infos: list[zipfile.ZipInfo]) -> list[tuple[str, zipfile.ZipInfo]]:
    """The files that are meant, checked by what the ZIP says about them."""
    meant = [(name, info) for info in infos if (name := _name(info)) is not None]
    if len(meant) > MOST_FILES:
        raise Unreadable(
            f"There are {len(meant):,} files in it. At most {MOST_FILES} are taken: pack fewer."
        )
    for name, info in meant:
        _check(name, info)
    if sum(info.file_size for _, info in meant) > MOST_TOTAL_BYTES:
        raise _too_large()
    if not meant:
        raise Unreadable("There is no file in it. Pack at least one.")
    return sorted(meant, key=lambda each: (each[0], each[1].filename))


def _name(info: zipfile.ZipInfo) -> str | None:
    """What a file is called, or None where it is none that somebody means."""
    *folders, base = info.filename.replace("\\", "/").split("/")
    name = short(base, 4 * _NAME)
    if not name or name.startswith(".") or "__MACOSX" in folders:
        return None
    if len(name) > _NAME:  # with its ending, which people know a file by
        name = f"{name[: _NAME - 9]}…{name[-8:]}"
    return name


def _check(name: str, info: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise Unreadable(f"{name} is a link and no file. Pack the file itself.")
    if info.flag_bits & 0x1:
        raise Unreadable("It is locked with a password. Pack the files without one.")
    if info.compress_type not in _METHODS:
        raise Unreadable(f"{name} is packed in an unusual way. Pack the files as a plain ZIP.")
    if info.file_size > MOST_FILE_BYTES:
        raise _file_too_large(name)


def _streams(
    parts: zipfile.ZipFile, files: list[tuple[str, zipfile.ZipInfo]]
) -> Iterator[tuple[str, BinaryIO]]:
    total = Total()
    with parts:
        for name, info in files:
            with _stream(parts, name, info, total) as stream:
                yield name, stream


def _stream(
    parts: zipfile.ZipFile, name: str, info: zipfile.ZipInfo, total: "Total"
) -> io.BufferedReader:
    with _opening():
        source = parts.open(info)
    return io.BufferedReader(_Stream(name, cast(BinaryIO, source), total))


def _file_too_large(name: str) -> Unreadable:
    return Unreadable(
        f"{name} is larger than {MOST_FILE_BYTES // 2**20} MB. Leave it out of the ZIP."
    )


def _too_large() -> Unreadable:
    return Unreadable(
        f"Unpacked, it is more than {MOST_TOTAL_BYTES // 2**20} MB. Pack fewer files."
    )


class Total:
    """How many bytes were read out of a ZIP."""

    count = 0


class _Stream(io.RawIOBase):
    """One file of a ZIP, which may turn out to be more than the ZIP says."""

    def __init__(self, name: str, source: BinaryIO, total: Total) -> None:
        super().__init__()
        self._name, self._source, self._total = name, source, total
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        with _opening():
            block = self._source.read(min(len(buffer), _BLOCK_BYTES))
        self._read += len(block)
        self._total.count += len(block)
        if self._read > MOST_FILE_BYTES:
            raise _file_too_large(self._name)
        if self._total.count > MOST_TOTAL_BYTES:
            raise _too_large()
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._source.close()
        super().close()


class _Listing:
    """A file whose list of contents `zipfile` can't read when it is huge: it is read at once, and
    takes many times its size in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size > _MOST_LISTING_BYTES:
            raise Unreadable("Its list of contents is too long. Pack fewer files.")
        return self._file.read(size)
