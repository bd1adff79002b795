"""What came of a run, drawn by its kind: one drawer a kind, and a plain one for the unexpected."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lib.deapi.contract import endpoint
from lib.deapi.terms import Result
from lib.store import ResultFile, Run
from lib.ui.results import pictures, saved, sound, transcript, video, written
from lib.ui.session import Client

Drawer = Callable[[Client, Run, Sequence[ResultFile]], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of result is drawn, and the media types that its file may have for that."""

    draw: Drawer
    types: tuple[str, ...]


TEXT = ("text/", "application/json")

KINDS: Mapping[Result, Kind] = {
    "image": Kind(pictures.draw, ("image/",)),
    "video": Kind(video.draw, ("video/",)),
    "audio": Kind(sound.draw, ("audio/",)),
    "text": Kind(written.draw, TEXT),
    "transcript": Kind(transcript.draw, TEXT),
    "vectors": Kind(saved.draw, TEXT),
    "prompt": Kind(saved.draw, TEXT),
}


def draw(client: Client, run: Run, files: Sequence[ResultFile]) -> None:
    """The result itself. `files` are its kept files, the result first."""
    kind = KINDS[endpoint(run.endpoint).result]
    known = files and files[0].media_type.startswith(kind.types)
    (kind.draw if known else saved.draw)(client, run, files)
