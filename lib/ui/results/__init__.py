"""What came of a run, drawn by its kind: one drawer a kind, and a plain one for the unexpected."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lib.deapi.contract import endpoint
from lib.deapi.terms import Result
from lib.store import ResultFile, Run
from lib.ui.results import pictures, prompt, saved, sound, transcript, vectors, video, written
from lib.ui.results.form import Form, Forms, none
from lib.ui.session import Client

Drawer = Callable[[Client, Run, Sequence[ResultFile]], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of result is drawn, the media types that its file may have for that, and in what
    other forms it can be saved."""

    draw: Drawer
    types: tuple[str, ...]
    forms: Forms = none


TEXT = ("text/", "application/json")

KINDS: Mapping[Result, Kind] = {
    "image": Kind(pictures.draw, ("image/",)),
    "video": Kind(video.draw, ("video/",)),
    "audio": Kind(sound.draw, ("audio/",)),
    "text": Kind(written.draw, TEXT),
    "transcript": Kind(transcript.draw, TEXT, transcript.forms),
    "vectors": Kind(vectors.draw, TEXT, vectors.forms),
    "prompt": Kind(prompt.draw, TEXT),
}


def forms(client: Client, run: Run, files: Sequence[ResultFile]) -> Sequence[Form]:
    """In what other forms than its file the result of `run` can be saved."""
    return KINDS[endpoint(run.endpoint).result].forms(client, run, files) if files else ()


def draw(client: Client, run: Run, files: Sequence[ResultFile]) -> None:
    """The result itself. `files` are its kept files, the result first."""
    kind = KINDS[endpoint(run.endpoint).result]
    known = files and files[0].media_type.startswith(kind.types)
    (kind.draw if known else saved.draw)(client, run, files)
