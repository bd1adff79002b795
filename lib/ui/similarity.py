"""Embeddings as numbers: read, compared, laid out flat, and handed over as files."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from lib.deapi.values import several
from lib.runs import tables

Vectors = NDArray[np.float32]
"""One row a text."""

_UNDER = ("data", "embeddings", "vectors", "result", "embedding", "vector")
"""Where the vectors may stand in an object (gotchas §1: read it defensively)."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts by their numbers, and how alike they are: 1 the same direction, 0 unrelated."""

    one: int
    other: int
    similarity: float


def read(content: bytes) -> Vectors:
    """The vectors of a kept result, in the order of the texts.

    Takes a list of vectors, a single one, or OpenAI's shape. Raises `ValueError` for anything
    that isn't finite numbers in rows of one length.
    """
    try:
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is told below
            found = np.array(_rows(json.loads(content)), dtype=np.float32)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("these are no vectors") from error
    if found.ndim != 2 or 0 in found.shape or not np.isfinite(found).all():
        raise ValueError("these are no vectors")
    return found


def _rows(value: Any) -> list[Any]:
    if isinstance(value, str):
        return _rows(json.loads(value))  # a text that holds JSON
    if isinstance(value, dict):
        known = cast(dict[str, Any], value)
        return next((_rows(known[name]) for name in _UNDER if known.get(name) is not None), [])
    items = cast(list[Any], value) if isinstance(value, list) else []
    if items and all(isinstance(each, dict) for each in items):
        # OpenAI numbers them, and promises no order.
        ordered = sorted(items, key=lambda each: each.get("index", 0))
        return [row for each in ordered for row in _rows(each)]
    return [items] if items and not isinstance(items[0], list) else items


def texts(given: Any) -> list[str]:
    """The texts that were embedded, from the run's `input`: one, or a list of them."""
    return [each for each in several(given) if isinstance(each, str)]


def matrix(vectors: Vectors) -> NDArray[np.float32]:
    """How alike each two texts are: the cosine of their vectors, from −1 to 1."""
    unit = _unit(vectors)
    return np.clip(unit @ unit.T, -1, 1)


def to_each(query: Vectors, vectors: Vectors) -> NDArray[np.float32]:
    """How alike one vector is to each of `vectors`. Raises `ValueError` when their lengths differ:
    they are of different models then."""
    if query.shape != vectors.shape[1:]:
        raise ValueError("vectors of different models can't be compared")
    return np.clip(_unit(vectors) @ _unit(query[None, :])[0], -1, 1)


def nearest(alike: NDArray[np.float32], count: int, *, leave_out: int | None = None) -> list[Pair]:
    """The `count` texts most alike to one, best first; `leave_out` is that text itself."""
    order = [int(at) for at in np.argsort(-alike, kind="stable") if at != leave_out]
    one = -1 if leave_out is None else leave_out
    return [Pair(one, at, float(alike[at])) for at in order[:count]]


def closest(alike: NDArray[np.float32], count: int) -> list[Pair]:
    """The `count` pairs of different texts that are most alike, best first."""
    one, other = np.triu_indices(len(alike), k=1)
    values = alike[one, other]
    some = np.arange(len(values))
    if len(values) > count:
        some = np.argpartition(-values, count)[:count]
    order = some[np.argsort(-values[some], kind="stable")]
    return [Pair(int(one[at]), int(other[at]), float(values[at])) for at in order]


def flat(vectors: Vectors) -> NDArray[np.float64]:
    """A point in two dimensions for each text, which keeps as much of their distances as two can:
    principal components. Signs are fixed, so that the same texts give the same map."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    count, width = centred.shape
    points = np.zeros((count, 2))
    if count < 2:
        return points
    # The smaller of the two products has the same components, and takes far less time.
    tall = count > width
    values, found = np.linalg.eigh(centred.T @ centred if tall else centred @ centred.T)
    for axis, at in enumerate(range(len(values) - 1, max(len(values) - 3, -1), -1)):
        if values[at] <= 1e-12:
            continue
        along = centred @ found[:, at] if tall else found[:, at] * np.sqrt(values[at])
        points[:, axis] = along * (np.sign(along[np.argmax(np.abs(along))]) or 1)
    return points


def spread(vectors: Vectors, points: NDArray[np.float64]) -> float:
    """How much of what tells the texts apart their flat `points` show, from 0 to 1."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    whole = float((centred**2).sum())
    return float((points**2).sum() / whole) if whole > 1e-12 else 1.0


def named(points: NDArray[np.float64], room: tuple[float, float]) -> list[int]:
    """The points that can have their names beside them without writing over another's: of those
    nearer to each other than `room`, a share of the map's width and height, only the first."""
    size = np.ptp(points, axis=0) * np.array(room)
    found: list[int] = []
    for at, point in enumerate(points):
        if not any((np.abs(points[other] - point) <= size).all() for other in found):
            found.append(at)
    return found


def _unit(vectors: Vectors) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


# --- files ----------------------------------------------------------------------------------------


def as_csv(lines: Sequence[str], vectors: Vectors) -> bytes:
    """A row a text: the text, inert to spreadsheets, then its numbers."""
    names = ["text", *(f"v{at}" for at in range(vectors.shape[1]))]
    rows = ([line, *row] for line, row in zip(lines, vectors, strict=True))
    return tables.as_csv(names, rows)


def as_npz(lines: Sequence[str], vectors: Vectors) -> bytes:
    """NumPy's archive with `texts` and `vectors`; opens without pickle."""
    target = io.BytesIO()
    # NumPy drops NULs at the end of a text, and keeps every other character.
    np.savez_compressed(target, texts=np.array(lines, dtype=np.str_), vectors=vectors)
    return target.getvalue()


def as_parquet(lines: Sequence[str], vectors: Vectors) -> bytes:
    """A table of `text` and `vector`, the vector a list of fixed size of 32-bit floats."""
    numbers = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
    target = io.BytesIO()
    parquet.write_table(pa.table({"text": pa.array(lines, pa.string()), "vector": numbers}), target)
    return target.getvalue()
