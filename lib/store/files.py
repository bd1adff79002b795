"""What is done with the files of runs and people: kept under their names, made smaller, removed.

They lie where `lib.store.media` puts them. Of a file that people gave there is a copy here as long
as it is in use, where they lie elsewhere (`copies/<sha256>` in the data folder): it is sent to
deAPI from this machine.
"""

import errno
import hashlib
import os
import re
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from PIL import Image, ImageOps
from sqlalchemy import select

from lib.deapi.media import Upload, inspect
from lib.deapi.terms import Media
from lib.store import media
from lib.store.database import Store, insert_missing
from lib.store.errors import BadPicture, DiskFull, StoreError
from lib.store.tables import uploads

FREE_BYTES = 500_000_000
"""What must stay free beside twice the expected result (rules.md, People)."""
THUMBNAIL_PIXELS = 384
"""The longest side of a thumbnail."""
PREVIEW_PIXELS = 768
"""The longest side of a preview."""

UNUSED_SECONDS = 24 * 60 * 60
"""How long a copy of an upload stays that nobody uses."""

_COPIES = "copies"
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


@contextmanager
def looked_at(store: Store, file: BinaryIO, name: str, kind: Media) -> Generator[Upload]:
    """What somebody gives and calls `name`, which should be of `kind`, as long as it takes to keep
    it (`save_upload`). Raises `BadMedia` when it is nothing deAPI could read, and `StoreError`."""
    with NamedTemporaryFile(dir=store.data_dir, prefix=".upload-") as fresh:
        with media.room_left():
            shutil.copyfileobj(file, fresh, 1 << 20)
            fresh.flush()
        yield inspect(Path(fresh.name), name, media=kind)


def save_upload(store: Store, person: str, upload: Upload) -> Upload:
    """Keeps the file of `upload` and counts it as `person`'s; returns it at its place on this
    machine.

    The same content is stored once, whoever gives it; giving it again changes nothing. Raises
    `DiskFull`, or `StoreError` when the file is not what was inspected.
    """
    name, target = upload_name(upload.sha256), upload_path(store, upload.sha256)
    kept = store.media.facts(name)
    if kept is None or kept.size != upload.size:
        with media.spool(store.data_dir) as folder, media.room_left():
            fresh = folder / "upload"
            if _copy(upload.path, fresh) != upload.sha256:
                raise StoreError(f"{upload.name} changed while it was being saved: try again.")
            store.media.put(name, fresh)
            if fresh.exists():  # it was copied to elsewhere, and is wanted here in a moment
                _keep_copy(store, fresh, target)
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
    """Where the content with this hash is on this machine, once it is `at_hand`."""
    return store.media.path(upload_name(sha256)) or store.data_dir / _COPIES / sha256


def at_hand(store: Store, upload: Upload) -> None:
    """Have the file of an upload on this machine for the next hours, at its path.

    A folder's own file is there, or it is nowhere: whoever opens it will see. Raises
    `FileNotFoundError` when a bucket has it no more, `DiskFull` and `MediaDown`.
    """
    path = store.data_dir / _COPIES / upload.sha256
    if upload.path != path:
        return
    with suppress(FileNotFoundError):
        os.utime(path)  # it is used
        return
    with media.spool(store.data_dir) as folder:
        fresh = folder / "copy"
        media.copy(store.media, upload_name(upload.sha256), fresh)
        with fresh.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != upload.sha256:
                raise FileNotFoundError(errno.ENOENT, "the kept file is not what was given")
        _keep_copy(store, fresh, path)


def upload_name(sha256: str) -> str:
    """The name that the content with this hash is kept under, of `Store.media`."""
    return f"uploads/{_safe(sha256)[:2]}/{sha256}"


def result_name(run_id: str, name: str) -> str:
    """The same of the file `name` of a run's result."""
    return f"results/{_safe(run_id)}/{_safe(name)}"


def thumb_name(run_id: str) -> str:
    """The same of a run's thumbnail."""
    return f"thumbs/{_safe(run_id)}.webp"


def preview_name(run_id: str) -> str:
    """The same of a run's newest preview."""
    return result_name(run_id, "preview.webp")


def content(store: Store, name: str, most: int | None = None) -> bytes:
    """The bytes of a kept file, the first `most` of them. Raises `OSError`, `FileNotFoundError`
    among them, and `MediaDown`."""
    return b"".join(store.media.read(name, length=most))


def remove_result(store: Store, run_id: str) -> None:
    """Removes every file of a run, for good. Raises `OSError` and `MediaDown`."""
    store.media.delete(thumb_name(run_id))
    store.media.delete_all(f"results/{_safe(run_id)}")


def make_thumbnail(store: Store, run_id: str, source: Path) -> tuple[int, int]:
    """Makes the run's thumbnail of the picture `source`; returns that picture's width and height
    in pixels. Raises `BadPicture`, `DiskFull` and `MediaDown`."""
    return _reduce(store, source, thumb_name(run_id), THUMBNAIL_PIXELS)


def make_preview(store: Store, run_id: str, source: Path) -> tuple[int, int]:
    """Makes the picture `source` the run's preview, in the place of the last one; as
    `make_thumbnail` in all else."""
    return _reduce(store, source, preview_name(run_id), PREVIEW_PIXELS)


def _reduce(store: Store, source: Path, name: str, pixels: int) -> tuple[int, int]:
    """Keeps the picture `source` upright, in colour and with no side over `pixels`, as WebP under
    `name`; returns the width and height that it had."""
    size, small = _reduced(source, pixels)
    with media.spool(store.data_dir) as folder, media.room_left():
        fresh = folder / "small.webp"
        small.save(fresh, "WEBP", quality=80)
        store.media.put(name, fresh)
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


def _keep_copy(store: Store, fresh: Path, target: Path) -> None:
    """Makes `fresh` a copy that lies here for a while; those that nobody uses any more go."""
    with media.room_left():
        media.move(fresh, target)
    for each in (store.data_dir / _COPIES).iterdir():
        with suppress(FileNotFoundError):  # another thread clears up as well
            if time.time() - each.stat().st_mtime > UNUSED_SECONDS:
                each.unlink()


def _copy(source: Path, target: Path) -> str:
    """Copies a file; returns the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as file, target.open("xb") as out:
        while block := file.read(1 << 20):
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
