"""The files beside the database: uploads, results and thumbnails. Only a run's own are deleted.

    uploads/ab/<sha256>      what people gave, by content, once for everybody
    results/<run id>/<name>  what jobs made, and preview.webp while they are at it
    thumbs/<run id>.webp     a small picture of a result, made once

A file appears under its name when it is complete and on disk: it is written under another name in
the same folder, flushed and renamed.
"""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields, replace
from pathlib import Path
from uuid import uuid4

from PIL import Image, ImageOps
from sqlalchemy import select

from lib.deapi.media import Upload
from lib.store.database import Store, insert_missing
from lib.store.errors import BadPicture, DiskFull, StoreError
from lib.store.tables import uploads

FREE_BYTES = 500_000_000
"""What must stay free beside twice the expected result (rules.md, People)."""
THUMBNAIL_PIXELS = 384
"""The longest side of a thumbnail."""
PREVIEW_PIXELS = 768
"""The longest side of a preview."""

_UPLOAD_FACTS = [field.name for field in fields(Upload) if field.name != "path"]
_NAME = re.compile(r"[0-9a-zA-Z_-]+(\.[0-9a-zA-Z]+)?")


def free_space_ok(data_dir: Path, expected_bytes: int = 0) -> None:
    """Raises `DiskFull` when a run that makes `expected_bytes` must not be admitted."""
    needed = FREE_BYTES + 2 * expected_bytes
    free = shutil.disk_usage(data_dir).free
    if free < needed:
        raise DiskFull(
            f"The disk is almost full ({_megabytes(free)} free, {_megabytes(needed)} needed), so "
            "nothing was sent: free some space and try again."
        )


def save_upload(store: Store, person: str, upload: Upload) -> Upload:
    """Keeps the file of `upload` and counts it as `person`'s; returns it at its place for good.

    The same content is stored once, whoever gives it; giving it again changes nothing. Raises
    `DiskFull`, or `StoreError` when the file is not what was inspected.
    """
    target = upload_path(store, upload.sha256)
    if not target.exists():
        with _appearing(target) as fresh, upload.path.open("rb") as source:
            if _copy(source.fileno(), fresh) != upload.sha256:
                raise StoreError(f"{upload.name} changed while it was being saved: try again.")
    row = {**asdict(upload), "person": person, "at": store.now()}
    del row["path"]
    with store.write() as connection:
        insert_missing(connection, uploads, [row])
    return replace(upload, path=target)


def upload(store: Store, person: str | None, sha256: str) -> Upload | None:
    """What `person` (with `None`: anybody, as an admin may see it) once gave under this hash, or
    `None`: nobody reaches another's files."""
    query = select(uploads).where(uploads.c.sha256 == sha256)
    if person is not None:
        query = query.where(uploads.c.person == person)
    query = query.order_by(uploads.c.at).limit(1)
    with store.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    facts = {name: row[name] for name in _UPLOAD_FACTS}
    return Upload(path=upload_path(store, sha256), **facts)


def upload_path(store: Store, sha256: str) -> Path:
    """Where the content with this hash is, or would be."""
    return store.data_dir / "uploads" / _safe(sha256)[:2] / sha256


def result_path(store: Store, run_id: str, name: str) -> Path:
    """Where the file `name` of a run's result is, or would be."""
    return store.data_dir / "results" / _safe(run_id) / _safe(name)


def thumb_path(store: Store, run_id: str) -> Path:
    """Where the thumbnail of a run is, or would be."""
    return store.data_dir / "thumbs" / f"{_safe(run_id)}.webp"


def preview_path(store: Store, run_id: str) -> Path:
    """Where the newest preview of a run is, or would be."""
    return result_path(store, run_id, "preview.webp")


def keep_result(store: Store, run_id: str, name: str, fresh: Path) -> Path:
    """Gives the complete file `fresh`, of the same folder, the name `name` for good; returns its
    path. A run may be `done` only after this: a rename alone would not survive a power cut."""
    target = result_path(store, run_id, name)
    _flush(fresh)
    fresh.replace(target)
    _flush(target.parent)
    return target


def remove_result(store: Store, run_id: str) -> None:
    """Removes every file of a run, for good. Raises `OSError`."""
    thumb_path(store, run_id).unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        shutil.rmtree(store.data_dir / "results" / _safe(run_id))


def make_thumbnail(store: Store, run_id: str, source: Path) -> tuple[int, int]:
    """Makes the run's thumbnail of the picture `source`; returns that picture's width and height
    in pixels. Raises `BadPicture` or `DiskFull`."""
    return _reduce(source, thumb_path(store, run_id), THUMBNAIL_PIXELS)


def make_preview(store: Store, run_id: str, source: Path) -> tuple[int, int]:
    """Makes the picture `source` the run's preview, in the place of the last one; as
    `make_thumbnail` in all else."""
    return _reduce(source, preview_path(store, run_id), PREVIEW_PIXELS)


def _reduce(source: Path, target: Path, pixels: int) -> tuple[int, int]:
    """Writes the picture `source` upright, in colour and with no side over `pixels`, as WebP;
    returns the width and height that it had."""
    size, small = _reduced(source, pixels)
    with _appearing(target) as fresh:
        small.save(fresh, "WEBP", quality=80)
    return size


def _reduced(source: Path, pixels: int) -> tuple[tuple[int, int], Image.Image]:
    # Pillow's limit against decompression bombs is held here: up to twice it Pillow only warns.
    limit = Image.MAX_IMAGE_PIXELS
    try:
        with Image.open(source) as picture:
            size = picture.size
            if limit is not None and size[0] * size[1] > limit:
                raise Image.DecompressionBombError
            # A JPEG is decoded at a smaller size, and no step copies a large picture.
            picture.draft(None, (2 * pixels, 2 * pixels))
            ImageOps.exif_transpose(picture, in_place=True)
            small: Image.Image = picture
            if picture.mode not in ("RGB", "RGBA"):
                small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
            small.thumbnail((pixels, pixels))
            return size, small
    except Image.DecompressionBombError as error:
        raise BadPicture("This picture has too many pixels to be opened safely.") from error
    except Exception as error:
        # Pillow's readers raise almost anything at bytes that lie, and all of it means this.
        raise BadPicture("This file is not a picture that can be read.") from error


@contextmanager
def _appearing(target: Path) -> Generator[Path]:
    """A path beside `target` that becomes `target`, flushed to the disk, when all went well."""
    fresh = target.with_name(f".{uuid4().hex}{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield fresh
        _flush(fresh)
        fresh.replace(target)
        _flush(target.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull("The disk is full, so a file could not be saved.") from error
        raise
    finally:
        fresh.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Waits until the file, or the names in the folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(source: int, target: Path) -> str:
    """Copies the rest of an open file to `target`; returns the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with target.open("wb") as out:
        while block := os.read(source, 1 << 20):
            digest.update(block)
            out.write(block)
    return digest.hexdigest()


def _safe(name: str) -> str:
    """`name`, if it can't leave its folder. Anything else is a mistake of ours."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} can't be a file's name")
    return name


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"
