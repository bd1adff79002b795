"""A further form in which a result can be saved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lib.store import ResultFile, Run
from lib.ui.session import Client


@dataclass(frozen=True, slots=True)
class Form:
    """What the button says, what the file is called and is, and how its bytes are made when asked
    for."""

    label: str
    suffix: str
    media_type: str
    make: Callable[[Client, Run, Sequence[ResultFile]], bytes]


Forms = Callable[[Client, Run, Sequence[ResultFile]], Sequence[Form]]
"""In what other forms a result can be saved, which may depend on what is in it."""


def none(_client: Client, _run: Run, _files: Sequence[ResultFile]) -> Sequence[Form]:
    """Only as it is."""
    return ()
