"""Two pictures in one frame, with a slider between them: before and after, or any two."""

from dataclasses import dataclass
from pathlib import Path

from streamlit.components.v2 import component

from lib.deapi.media import Upload
from lib.store import ResultFile, Run
from lib.ui import words
from lib.ui.plain import clip
from lib.ui.session import Client

_HERE = Path(__file__).parent

_slider = component(
    "before_after",
    html=(_HERE / "compare.html").read_text(),
    css=(_HERE / "compare.css").read_text(),
    js=(_HERE / "compare.js").read_text(),
)


@dataclass(frozen=True, slots=True)
class Side:
    """A picture by its address; its `tag` stands in its corner, `alt` is what it shows."""

    source: str
    tag: str
    alt: str


def draw(client: Client, run: Run, after: ResultFile, before: Upload) -> None:
    """The result of `run` over the picture it was made from, both of one shape."""
    over(
        f"compare:{run.id}",
        Side(client.upload_url(before), "Before", f"Before: {clip(before.name, 100)}"),
        Side(client.url(run, "result"), "After", f"After: {clip(words.name(run), 150)}"),
        (after.width, after.height),
    )


def over(key: str, left: Side, right: Side, size: tuple[int | None, int | None]) -> None:
    """Both in a frame of this size in pixels, whatever their own."""
    width, height = size
    _slider(
        key=key,
        data={
            "before": left.source,
            "after": right.source,
            "width": width or 1,
            "height": height or 1,
            "before_tag": left.tag,
            "after_tag": right.tag,
            "before_alt": left.alt,
            "after_alt": right.alt,
        },
    )
