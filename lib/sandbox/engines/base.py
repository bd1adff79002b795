"""What an engine is.

A plain function from an order to files in a folder, a text, or data. It runs on a worker thread
and may take its time; the same order must give the same bytes, since an unfinished job is rendered
again after a restart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lib.sandbox.order import Order


class CannotRender(Exception):
    """The job ends in an error; the message is for the person who ordered it."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What an order made. Files are named as they lie in the folder."""

    result: str | None = None
    text: str | None = None
    """What stands in the job's `result`: text that was read or heard, or JSON as text."""
    data: Any = None
    """JSON. Of an endpoint that answers without a job, the whole answer; of a job, its vectors."""
    alternatives: Mapping[str, str] = field(default_factory=dict[str, str])
    """The result in other formats, by format."""
    previews: tuple[str, ...] = ()
    """Small pictures, from the vaguest to the finished one."""
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Further members of the job, e.g. `transcription` (gotchas §1)."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How one endpoint's results are made, and how long deAPI would take for it."""

    render: Callable[[Order, Path], Outputs]
    """Writes into the folder it is given. Raises `CannotRender`."""
    seconds: Callable[[Order], float]
    """How long the job takes at speed 1; a slower `render` takes what it takes."""
