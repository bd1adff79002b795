"""What was said: searchable, with times, beside the recording that it was heard in."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from streamlit.components.v2 import component

from lib.deapi import transcripts
from lib.deapi.transcripts import Transcript
from lib.store import ResultFile, Run
from lib.ui import subtitles
from lib.ui.plain import clip
from lib.ui.results import saved
from lib.ui.results.form import Form
from lib.ui.session import Client

_HERE = Path(__file__).parent

_reader = component(
    "transcript",
    html=(_HERE / "transcript.html").read_text(),
    css=(_HERE / "transcript.css").read_text(),
    js=(_HERE / "clipboard.js").read_text() + (_HERE / "transcript.js").read_text(),
)


def draw(client: Client, run: Run, files: Sequence[ResultFile]) -> None:
    content = client.text(run.id, files[0])
    if content is None:
        saved.draw(client, run, ())
        return
    heard = next(iter(client.given(run)), None)
    source = {
        "source": client.upload_url(heard) if heard else None,
        "moving": heard is not None and heard.media_type.startswith("video/"),
        "label": f"Recording: {clip(heard.name, 100)}" if heard else "",
    }
    said = transcripts.parse(content)
    _reader(
        key=f"transcript:{run.id}",
        data={"text": said.text, "segments": _segments(said), **source},
    )


def _as(
    write: Callable[[Transcript], str],
) -> Callable[[Client, Run, Sequence[ResultFile]], bytes]:
    def make(client: Client, run: Run, files: Sequence[ResultFile]) -> bytes:
        return write(transcripts.parse(client.text(run.id, files[0]) or "")).encode()

    return make


def _json(said: Transcript) -> str:
    return json.dumps(asdict(said), indent=2, ensure_ascii=False)


_TEXT = Form("Text (TXT)", "txt", "text/plain", _as(subtitles.txt))
_TIMED = (
    Form("Subtitles (SRT)", "srt", "application/x-subrip", _as(subtitles.srt)),
    Form("Subtitles (VTT)", "vtt", "text/vtt", _as(subtitles.vtt)),
)
_ALL = Form("Everything (JSON)", "json", "application/json", _as(_json))


def forms(client: Client, run: Run, files: Sequence[ResultFile]) -> Sequence[Form]:
    """Subtitles need times."""
    timed = transcripts.parse(client.text(run.id, files[0]) or "").segments
    return (_TEXT, *(_TIMED if timed else ()), _ALL)


def _segments(said: Transcript) -> list[dict[str, Any]]:
    """What the reader shows, a line each; the whole text is one when there are no times."""
    if not said.segments:
        return [{"text": said.text}]
    return [
        {
            "text": each.text,
            "start": each.start,
            "end": each.end,
            "clock": subtitles.short_clock(each.start),
            "speaker": subtitles.speaker(each.speaker) if each.speaker else None,
        }
        for each in said.segments
    ]
