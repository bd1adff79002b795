"""Where files are kept: in the data folder, or in a bucket of an S3-compatible store.

    uploads/ab/<sha256>      what people gave, by content, once for everybody
    results/<run id>/<name>  what jobs made, and preview.webp while they are at it
    thumbs/<run id>.webp     a small picture of a result, made once

A name is one of these, with slashes; anything else is a mistake of ours and raises `ValueError`.
A file appears under its name when it is complete and safe, and is never changed in place.
"""

import errno
import logging
import os
import re
import shutil
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from lib.store.errors import DiskFull, MediaDown, MediaRefused, StoreError

if TYPE_CHECKING:  # they are nowhere else
    from obstore import GetOptions, ObjectMeta

log = logging.getLogger(__name__)

ROOMS = ("uploads", "results", "thumbs")
"""What names begin with: all that there is lies in one of these."""
PIECE = 2 * 1024 * 1024
"""Bytes of a file that are in memory at once when it is read."""
_PART = 8 * 1024 * 1024
"""Bytes that a larger file is sent to a bucket in, two of them at a time."""
CHECK_SECONDS = 3.0
"""How long a bucket may take to say that it is there."""
_SECONDS = 60.0
"""How long a bucket may take for one piece."""
_TRIES, _TRYING_SECONDS = 2, 30.0
"""How often it is asked again for the same, unless so much time has gone by."""
_SPOOL = "spool"
_LEFT_SECONDS = 24 * 60 * 60
"""After this nobody works on what lies in the spool."""

_NAME = re.compile(rf"({'|'.join(ROOMS)})(/[0-9a-zA-Z_-]+(\.[0-9a-zA-Z]+)?)+")
_UNFINISHED = (".part", ".raw")
_CODE = re.compile(r"<Code>(\w+)</Code>")
"""Where S3 says in its answer what is wrong: of a list, the library has no word for it."""
_NO_BUCKET = "NoSuchBucket"
_REFUSED = {
    "AccessDenied",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "SignatureDoesNotMatch",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file without reading it: `size` in bytes, `etag` with its quotes, which
    is another one when the content is, and when it was `changed` last (aware)."""

    name: str
    size: int
    etag: str
    changed: datetime


class Media(Protocol):
    """A place of files. Each call may take as long as the network does, and raises `MediaDown` when
    the place can't be used just now, or `OSError` where it is a folder."""

    def put(self, name: str, source: Path) -> None:
        """Keep the complete file `source`, of a `spool`, as `name`, in the place of one that was
        there; it is safe when this returns. `source` may be gone then. Raises `DiskFull` too."""
        ...

    def facts(self, name: str) -> Facts | None:
        """Of one file; None when it is not there."""
        ...

    def read(self, what: str | Facts, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes of a file from `start` to its end, or at most `length` of them, in pieces of at
        most `PIECE`. With its facts instead of its name no question is asked again. The first piece
        raises `FileNotFoundError` when there is no such file."""
        ...

    def path(self, name: str) -> Path | None:
        """Where it lies, or would lie, on this machine; None when it is kept elsewhere."""
        ...

    def local(self, name: str) -> AbstractContextManager[Path]:
        """The file on this machine, to be read only: itself, or a copy that goes away afterwards.
        Raises `FileNotFoundError`, and `DiskFull` too."""
        ...

    def delete(self, name: str) -> None:
        """Remove a file for good; nothing happens when it is not there."""
        ...

    def delete_all(self, prefix: str) -> None:
        """Remove every file of a folder, like `results/<run id>`, for good."""
        ...

    def names(self, prefix: str) -> Iterator[Facts]:
        """The complete files of a folder, like `results`, and of those in it, however many."""
        ...

    def check(self) -> None:
        """Raises `StoreError` when it can't be used, within a few seconds."""
        ...


def opened(data_dir: Path, url: str | None) -> Media:
    """The bucket at `url` (`s3://NAME` or `s3://NAME/FOLDER`), or without one the data folder."""
    return Folder(data_dir) if url is None else Bucket(url, data_dir)


def spooled(data_dir: Path) -> Path:
    """A new folder for the same that its maker removes. What a killed process left there goes when
    nothing happened in it for a day. Raises `OSError`."""
    root = data_dir / _SPOOL
    root.mkdir(exist_ok=True)
    for left in root.iterdir():
        with suppress(FileNotFoundError):  # another thread clears up as well
            if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    return Path(mkdtemp(dir=root))


@contextmanager
def spool(data_dir: Path) -> Generator[Path]:
    """A new folder in the data folder for files that are not complete yet, gone afterwards. Raises
    `OSError`."""
    folder = spooled(data_dir)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Folder:
    """The data folder as a place of files."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, source: Path) -> None:
        target = self.path(name)
        with room_left():
            move(source, target)

    def facts(self, name: str) -> Facts | None:
        path = self.path(name)
        return self._facts(path) if path.is_file() else None

    def read(self, what: str | Facts, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        with self.path(what if isinstance(what, str) else what.name).open("rb") as file:
            file.seek(start)
            left = length
            while piece := file.read(PIECE if left is None else min(PIECE, left)):
                left = left and left - len(piece)
                yield piece

    def path(self, name: str) -> Path:
        return self._root / _safe(name)

    @contextmanager
    def local(self, name: str) -> Generator[Path]:
        path = self.path(name)
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        yield path

    def delete(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def delete_all(self, prefix: str) -> None:
        with suppress(FileNotFoundError):
            shutil.rmtree(self.path(prefix))

    def names(self, prefix: str) -> Iterator[Facts]:
        for folder, inside, found in os.walk(self.path(prefix)):
            inside.sort()
            for each in sorted(found):
                path = Path(folder, each)
                if _complete(path.relative_to(self._root).as_posix()):
                    with suppress(FileNotFoundError):  # it was removed meanwhile
                        yield self._facts(path)

    def check(self) -> None:
        if not os.access(self._root, os.R_OK | os.W_OK | os.X_OK):
            raise StoreError("The data folder can't be read and written.")

    def _facts(self, path: Path) -> Facts:
        found = path.stat()
        return Facts(
            name=path.relative_to(self._root).as_posix(),
            size=found.st_size,
            etag=f'"{found.st_mtime_ns:x}-{found.st_size:x}"',
            changed=datetime.fromtimestamp(found.st_mtime, UTC),
        )


class Bucket:
    """A bucket, or a folder in it, as a place of files. Where its store is and the keys to it are
    in the environment (`AWS_ENDPOINT_URL` and so on), as every tool of S3 has them."""

    def __init__(self, url: str, data_dir: Path) -> None:
        """`data_dir` is where copies are spooled. Raises `StoreError` for a `url` that is none, or
        an environment that makes no sense."""
        self._data_dir = data_dir
        self._store = _connected(url, _SECONDS, _TRIES)
        self._quick = _connected(url, CHECK_SECONDS, 0)

    def put(self, name: str, source: Path) -> None:
        source.stat()  # or a file that is gone would look like a bucket that is
        try:
            with _answered():
                obstore.put(self._store, _safe(name), source, chunk_size=_PART, max_concurrency=2)
        except FileNotFoundError as error:
            raise _no_bucket(error) from error

    def facts(self, name: str) -> Facts | None:
        try:
            with _answered():
                return _as_facts(obstore.head(self._quick, _safe(name)))
        except FileNotFoundError:
            # Said of a bucket that is gone as well, and then nothing is known of the file.
            self.check()
            return None

    def read(self, what: str | Facts, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        found = self.facts(what) if isinstance(what, str) else what
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        end = found.size if length is None else min(found.size, start + length)
        # Piece by piece, each a request of its own: who reads slowly holds no connection, and one
        # that breaks costs a piece.
        while start < end:
            wanted: GetOptions = {"range": (start, min(start + PIECE, end)), "if_match": found.etag}
            with _answered():
                piece = bytes(obstore.get(self._store, found.name, options=wanted).bytes())
            start += len(piece)
            yield piece

    def path(self, name: str) -> None:
        _safe(name)

    @contextmanager
    def local(self, name: str) -> Generator[Path]:
        with spool(self._data_dir) as folder:
            path = folder / _safe(name).rpartition("/")[2]
            copy(self, name, path)
            yield path

    def delete(self, name: str) -> None:
        with _answered():
            obstore.delete(self._store, _safe(name))

    def delete_all(self, prefix: str) -> None:
        with _answered():
            for page in _pages(self._store, _safe(prefix)):
                obstore.delete(self._store, [each["path"] for each in page])

    def names(self, prefix: str) -> Iterator[Facts]:
        pages = _pages(self._store, _safe(prefix))
        while True:
            with _answered():
                page = next(pages, None)
            if page is None:
                return
            yield from (_as_facts(each) for each in page if _complete(each["path"]))

    def check(self) -> None:
        Folder(self._data_dir).check()  # nothing gets there without the spool
        # A list of nothing: it needs the bucket, its store and our keys, and costs the least.
        with _answered():
            next(_pages(self._quick, "check"), None)


def copy(media: Media, name: str, target: Path) -> None:
    """Write the file `name` to `target`, which is new. Raises `FileNotFoundError`, `DiskFull` and
    as `Media.read` does."""
    with room_left(), target.open("xb") as file:
        for piece in media.read(name):
            file.write(piece)


@contextmanager
def room_left() -> Generator[None]:
    """Says in a sentence that the disk is full, by raising `DiskFull`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull("The disk is full, so a file could not be saved.") from error
        raise


def move(source: Path, target: Path) -> None:
    """Give the complete file `source` the name `target`, for good: a rename alone would not survive
    a power cut. Raises `OSError`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{uuid4().hex}")
    try:
        try:
            source.replace(beside)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            shutil.copyfile(source, beside)  # somebody has put one of the rooms on another disk
        _flush(beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    _flush(target.parent)


def _flush(path: Path) -> None:
    """Waits until the file, or the names in the folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _safe(name: str) -> str:
    """`name`, if it can't leave its room. Anything else is a mistake of ours."""
    if name not in ROOMS and not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} can't be a file's name")
    return name


def _complete(name: str) -> bool:
    """Whether it is the name of a file that we have finished."""
    return bool(_NAME.fullmatch(name)) and not name.endswith(_UNFINISHED)


def _connected(url: str, seconds: float, tries: int) -> S3Store:
    where = urlsplit(url)
    if where.scheme != "s3" or not where.netloc:
        raise StoreError(f"{url!r} names no bucket: s3://NAME or s3://NAME/FOLDER does.")
    named = (os.environ.get(each, "") for each in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"))
    with _answered():
        # Without more words the bucket stands in the path, which every store understands.
        return S3Store(
            where.netloc,
            prefix=where.path.strip("/") or None,
            client_options={
                "allow_http": next(filter(None, named), "").startswith("http://"),
                "connect_timeout": timedelta(seconds=min(seconds, 5.0)),
                "timeout": timedelta(seconds=seconds),
            },
            retry_config={
                "max_retries": tries,
                "retry_timeout": timedelta(seconds=_TRYING_SECONDS),
            },
        )


def _pages(store: S3Store, prefix: str) -> Iterator["Sequence[ObjectMeta]"]:
    """What is under `prefix`, a thousand at a time."""
    # The list of another kind that it might be is of a library that we don't have.
    return store.list(prefix, chunk_size=1000)  # pyright: ignore[reportUnknownMemberType]


def _as_facts(found: "ObjectMeta") -> Facts:
    etag = found["e_tag"] or f'"{found["last_modified"].timestamp()}-{found["size"]}"'
    return Facts(found["path"], found["size"], etag, found["last_modified"])


@contextmanager
def _answered() -> Generator[None]:
    """Turns what a store of files says into a sentence. What it said exactly is in the log."""
    try:
        yield
    except BaseError as error:
        code = found[1] if (found := _CODE.search(str(error))) else ""
        if code == _NO_BUCKET:
            raise _no_bucket(error) from error
        if code in _REFUSED or isinstance(error, PermissionDeniedError | UnauthenticatedError):
            log.warning("the bucket refuses: %s", _first_line(error))
            raise MediaRefused(
                "The bucket that PLAYGROUND_MEDIA_URL names refuses the keys of AWS_ACCESS_KEY_ID."
            ) from error
        log.warning("the bucket can't be used: %s", _first_line(error))
        raise MediaDown("The bucket of our files can't be used just now.") from error


def _no_bucket(error: Exception) -> MediaRefused:
    log.warning("the bucket is not there: %s", _first_line(error))
    return MediaRefused("The bucket that PLAYGROUND_MEDIA_URL names is not there.")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:500]
