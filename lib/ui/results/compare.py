"""Before and after in one frame, with a slider between them."""

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


def draw(client: Client, run: Run, after: ResultFile, before: Upload) -> None:
    """The result of `run` over the picture it was made from, both of one shape."""
    _slider(
        key=f"compare:{run.id}",
        data={
            "before": client.upload_url(before),
            "after": client.url(run, "result"),
            "width": after.width,
            "height": after.height,
            "before_alt": f"Before: {clip(before.name, 100)}",
            "after_alt": f"After: {clip(words.name(run), 150)}",
        },
    )
