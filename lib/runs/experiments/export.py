"""An experiment as a ZIP that somebody can keep: its results, its plan, the files that they were
made from, and a table of its cells.

The files are copied in pieces, never held whole in memory, and pictures and films are not packed
again. What comes from people stands in the table as text alone.
"""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import IO, Any

from lib.runs.experiments import given
from lib.runs.experiments.archive import MOST_FILES, MOST_TOTAL_BYTES
from lib.runs.experiments.lines import numbers
from lib.runs.tables import as_csv, usd
from lib.store import Filters, ResultFile, Run, Store, experiments, files, history, votes
from lib.store.experiments import Cell, Experiment
from lib.store.media import Facts

MANIFEST, TABLE, VOTES = "manifest.json", "cells.csv", "votes.csv"
_NAME = 40
"""Characters of a variant's name in the name of a file."""
_COLUMNS = (
    "row",
    "input",
    "variant",
    "model",
    "text",
    "status",
    "planned_usd",
    "paid_usd",
    "seconds",
    "problem",
    "file",
    "run_id",
)


def write(
    store: Store, experiment: Experiment, target: IO[bytes], person: str | None = None
) -> None:
    """Write the ZIP into `target`, which is open for writing. It has those of the given files in it
    that `person` gave too (with `None`: all of them, as an admin may see them): an experiment that
    is shared shows its results, and nothing that they were made from. Raises `OSError` and
    `StoreError`."""
    cells = experiments.table(store, experiment.id)
    rows, columns = _rows(experiment), _names(experiment, "variants")
    kept = _kept(store, experiment, cells)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        named: dict[int, str] = {}
        for cell in cells:
            for file, name in _files(store, cell, kept, rows, columns):
                _pack(store, archive, file, name)
                named.setdefault(cell.n, name)
        packed = list(_given(store, archive, experiment.plan, person))
        told = experiment.plan | ({"files": packed} if packed else {})
        plan = json.dumps(told, indent=2, ensure_ascii=False)
        archive.writestr(MANIFEST, plan, zipfile.ZIP_DEFLATED)
        lines = [_line(cell, rows, columns, named.get(cell.n, "")) for cell in cells]
        archive.writestr(TABLE, as_csv(_COLUMNS, lines), zipfile.ZIP_DEFLATED)
        archive.writestr(VOTES, _votes(store, experiment, rows, columns), zipfile.ZIP_DEFLATED)


def _names(experiment: Experiment, what: str) -> list[str]:
    return [str(each.get("name", "")) for each in experiment.plan.get(what, [])]


def _rows(experiment: Experiment) -> list[tuple[int, str]]:
    """The number and the name of each row, as they stand on its page."""
    return [*zip(numbers(experiment.plan), _names(experiment, "inputs"), strict=True)]


def _row(rows: Sequence[tuple[int, str]], at: int) -> tuple[int, str]:
    return rows[at] if at < len(rows) else (at + 1, "")


def _named(names: Sequence[str], number: int) -> str:
    return names[number] if number < len(names) else ""


def _kept(
    store: Store, experiment: Experiment, cells: Sequence[Cell]
) -> Mapping[str, list[ResultFile]]:
    ids = [each.run.id for each in cells if each.run is not None]
    found: dict[str, list[ResultFile]] = {}
    for start in range(0, len(ids), 500):  # as many as a statement takes at once anywhere
        some = ids[start : start + 500]
        found |= history.results_of(store, some, among=Filters(profile=experiment.profile))
    return found


def _files(
    store: Store,
    cell: Cell,
    kept: Mapping[str, list[ResultFile]],
    rows: Sequence[tuple[int, str]],
    columns: Sequence[str],
) -> Iterator[tuple[Facts, str]]:
    """The files of a cell, as far as they are there, and what they are called in the ZIP."""
    if cell.run is None:
        return
    number, _ = _row(rows, cell.input)
    variant = re.sub(r"[^\w.-]+", "-", _named(columns, cell.variant))[:_NAME].strip("-.")
    for file in kept.get(cell.run.id, []):
        found = store.media.facts(files.result_name(cell.run.id, file.name))
        if found is not None:
            last = f"-{file.n}" if file.n else ""
            stem = f"row-{number:03}-{cell.variant + 1}-{variant}".rstrip("-")
            yield found, f"results/{stem}{last}{PurePosixPath(file.name).suffix}"


def _given(
    store: Store, archive: zipfile.ZipFile, plan: Mapping[str, Any], person: str | None
) -> Iterator[dict[str, Any]]:
    """Pack the files that it works on, no more than an import takes; what is in the ZIP then."""
    count = size = 0
    for facts in given.named(plan):
        upload = files.upload(store, person, facts["upload"])
        found = store.media.facts(files.upload_name(upload.sha256)) if upload else None
        if upload is None or found is None:
            continue
        count, size = count + 1, size + found.size
        if count > MOST_FILES or size > MOST_TOTAL_BYTES:
            return
        name = str(facts.get("name") or upload.name)
        inside = given.inside(upload.sha256, name)
        _pack(store, archive, found, inside)
        yield {
            "file": inside,
            "name": name,
            "media_type": upload.media_type,
            "size": found.size,
            "sha256": upload.sha256,
        }


def _pack(store: Store, archive: zipfile.ZipFile, file: Facts, name: str) -> None:
    packed = zipfile.ZipInfo(name, file.changed.astimezone(store.timezone).timetuple()[:6])
    packed.file_size = file.size
    with archive.open(packed, "w") as target:
        for piece in store.media.read(file):
            target.write(piece)


def _line(
    cell: Cell, rows: Sequence[tuple[int, str]], columns: Sequence[str], file: str
) -> list[str]:
    run = cell.run
    number, row = _row(rows, cell.input)
    seconds = run.took if run is not None else None
    return [
        str(number),
        row,
        _named(columns, cell.variant),
        cell.model,
        cell.text,
        _status(run),
        usd(cell.quote),
        usd(run.price if run is not None and not cell.reused else None),  # they add up
        "" if seconds is None else f"{seconds:.1f}",
        cell.problem or "",
        file,
        run.id if run is not None else "",
    ]


def _status(run: Run | None) -> str:
    if run is None:
        return "not sent"
    return run.state if run.deleted_at is None else "deleted"


def _votes(
    store: Store, experiment: Experiment, rows: Sequence[tuple[int, str]], columns: Sequence[str]
) -> bytes:
    lines = (
        [
            *map(str, _row(rows, each.input)),
            _named(columns, each.a),
            _named(columns, each.b),
            each.winner,
            each.person,
            each.at.isoformat(timespec="seconds"),
        ]
        for each in votes.of(store, experiment.id)
    )
    return as_csv(("row", "input", "a", "b", "winner", "person", "at"), lines)
