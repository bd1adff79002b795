"""What an export says of itself, and the list of its files.

    playground.db   the rows, in an SQLite database of this version
    uploads/ results/ thumbs/   the files, as in a data folder
    files.sha256    "<SHA-256>  <name>" a line, as `sha256sum --check` reads it
    manifest.json   counts and checksums of all that

So an export is a data folder, too: `PLAYGROUND_DATA_DIR` may be pointed at it.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lib.store.errors import StoreError

MANIFEST = "manifest.json"
FILES = "files.sha256"

_LARGEST = 1_000_000
_PIECE = 1 << 20
_LINE = re.compile(rb"([0-9a-f]{64})  ([ -~]{1,300})\n")

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]
Usd = Annotated[Decimal, Field(max_digits=30, decimal_places=9)]
Profile = Annotated[str, Field(pattern=r"^[\w.-]{1,40}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TablePart(_Part):
    """Rows of a table, and the SHA-256 of what they say (`lib.store.carried`)."""

    rows: Count
    sha256: Sha256


class FilePart(_Part):
    """A file: its size in bytes, and its SHA-256."""

    size: Count
    sha256: Sha256


class FilesPart(_Part):
    """How many files there are, of how many bytes together, and the SHA-256 of their list."""

    count: Count
    size: Count
    sha256: Sha256


class MoneyPart(_Part):
    """USD that the team has spent and holds on a profile, since ever."""

    spent: Usd
    held: Usd


class Manifest(_Part):
    """What an export has. `revision` is the version of its tables; `stopped` says that nothing ran
    while it was made, so that it has runs just as they were."""

    format: Literal[1] = 1
    revision: Annotated[str, Field(pattern=r"^\d{4}$")]
    made_at: datetime
    stopped: bool
    database: FilePart
    tables: dict[str, TablePart]
    files: FilesPart
    money: dict[Profile, MoneyPart]

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(table.rows for table in self.tables.values())


def write(folder: Path, manifest: Manifest) -> None:
    """Put it into an export. Raises `OSError`."""
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")


def read(folder: Path) -> Manifest:
    """What the export in `folder` says of itself. Raises `StoreError` when there is none that this
    version understands."""
    try:
        path = inside(folder, MANIFEST)
    except FileNotFoundError as error:
        raise StoreError(f"{folder} is no export of a playground: it has no {MANIFEST}.") from error
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
        raise StoreError(f"This version can't read {path}: {where or 'all of it'}.") from error
    except ValueError as error:
        raise StoreError(f"This version can't read {path}.") from error


def listed(folder: Path, part: FilesPart) -> Iterator[tuple[str, str]]:
    """Name and SHA-256 of each file, in the order of the list. Raises `StoreError` when the list is
    not the one that the manifest tells of, if only at its end."""
    digest, count = hashlib.sha256(), 0
    with _there(folder, FILES).open("rb") as lines:
        while line := lines.readline(_LARGEST):
            found = _LINE.fullmatch(line)
            if found is None:
                raise StoreError(f"Line {count + 1} of {FILES} can't be read.")
            digest.update(line)
            count += 1
            yield found[2].decode(), found[1].decode()
    if (count, digest.hexdigest()) != (part.count, part.sha256):
        raise StoreError(f"{FILES} is not the list that {MANIFEST} tells of.")


def take(folder: Path, name: str, target: Path, most: int) -> FilePart:
    """Copy a file of an export to `target`, which is new; what was copied. Raises `StoreError` when
    it is not there, or has more than `most` bytes, and `OSError`."""
    digest, size = hashlib.sha256(), 0
    path = _there(folder, name)
    if path.stat().st_size > most:
        raise StoreError(f"{name} is larger than {MANIFEST} tells.")
    with path.open("rb") as source, target.open("xb") as fresh:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += fresh.write(piece)
    return FilePart(size=size, sha256=digest.hexdigest())


def part_of(path: Path) -> FilePart:
    """Size and SHA-256 of a file. Raises `OSError`."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return FilePart(size=file.tell(), sha256=digest.hexdigest())


def inside(folder: Path, name: str) -> Path:
    """The file `name` of an export. Raises `FileNotFoundError` when there is none, or what is there
    is no plain file or lies elsewhere."""
    path = folder / name
    real = folder.resolve() / name
    # An export may come from anybody: its links could show what is none of its business.
    if path.resolve() != real or not real.is_file():
        raise FileNotFoundError(name)
    return real


def _there(folder: Path, name: str) -> Path:
    try:
        return inside(folder, name)
    except FileNotFoundError as error:
        raise StoreError(f"{name} is missing in {folder}.") from error
