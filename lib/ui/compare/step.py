"""Pictures and players in step: what one of them is told to do, all of its group do."""

from pathlib import Path

from streamlit.components.v2 import component

from lib.deapi.terms import Media

_HERE = Path(__file__).parent
_SHARED = (_HERE / "step.js").read_text()


def _component(name: str):
    return component(
        f"compare_{name}",
        html=(_HERE / f"{name}.html").read_text(),
        css=(_HERE / f"{name}.css").read_text(),
        js=_SHARED + (_HERE / f"{name}.js").read_text(),
    )


_zoom, _play = _component("zoom"), _component("play")


def bar(group: str, media: Media) -> None:
    """What is done to all of a group at once."""
    draw = _zoom if media == "image" else _play
    draw(key=f"compare_bar:{group}", data={"bar": True, "group": group})


def picture(
    group: str, key: str, source: str, alt: str, size: tuple[int | None, int | None]
) -> None:
    """A picture of this size in pixels that is zoomed and moved with the others of its group."""
    width, height = size
    _zoom(
        key=f"compare_picture:{key}",
        data={
            "bar": False,
            "group": group,
            "source": source,
            "alt": alt,
            "width": width or 1,
            "height": height or 1,
        },
    )


def player(
    group: str,
    key: str,
    number: int,
    source: str,
    label: str,
    *,
    moving: bool,
    size: tuple[int | None, int | None] = (None, None),
    poster: str | None = None,
) -> None:
    """A video, if it is `moving`, or sound, as the one of this `number` in its group."""
    width, height = size
    _play(
        key=f"compare_player:{key}",
        data={
            "bar": False,
            "group": group,
            "n": number,
            "source": source,
            "label": label,
            "moving": moving,
            "width": width,
            "height": height,
            "poster": poster,
        },
    )
