"""From words to a picture: what is painted, in which order."""

from PIL import Image

from lib.sandbox.engines.drawing import abstract, city, land, palettes, props, sky, water, words
from lib.sandbox.engines.drawing.canvas import Canvas
from lib.sandbox.engines.drawing.palettes import Palette, colour

_SUBJECTS = frozenset({"mountains", "forest", "city", "lake", "sea", "desert", "hills", "space"})
_TIMES = (
    "neon",
    "aurora",
    "storm",
    "autumn",
    "winter",
    "mist",
    "sunset",
    "dawn",
    "dusk",
    "night",
    "day",
)
_USUAL_TIMES = ("sunset", "dawn", "day", "dusk")

_SMALLEST = 16
"""A side below which there is nothing to compose, in pixels; smaller pictures are reduced."""


def drawn(prompt: str, without: str, size: tuple[int, int], seed: int, octaves: int) -> Image.Image:
    """The picture of `prompt` that doesn't show what `without` names."""
    if min(size) < _SMALLEST:
        larger = (max(size[0], _SMALLEST), max(size[1], _SMALLEST))
        return drawn(prompt, without, larger, seed, octaves).resize(size)
    unwanted = words.tags(without)
    tags = words.tags(prompt) - unwanted
    if "lake" in tags and not (tags | unwanted) & {"city", "mountains"}:
        tags |= {"far range"}  # a lake looks best with something far off to mirror
    canvas = Canvas(size, seed, tags, palettes.PALETTES["day"], octaves)
    canvas.tints = [colour(text) for text in words.colours(prompt)]
    canvas.palette = _palette(canvas)
    _compose(canvas)
    if not tags & _SUBJECTS:
        abstract.paper(canvas)
    elif "space" in tags and not tags & (_SUBJECTS - {"space"}):
        canvas.horizon = 1.0
        sky.paint(canvas)
        abstract.nebula(canvas)
    else:
        _landscape(canvas)
    return canvas.picture


def _palette(canvas: Canvas) -> Palette:
    rng = canvas.random("time")
    named = [time for time in _TIMES if time in canvas.tags]
    if "space" in canvas.tags:
        name = "space"
    elif named:
        name = {"aurora": "night"}.get(named[0], named[0])
    else:
        name = str(rng.choice(_USUAL_TIMES))
    if "night" in named and name in ("winter", "mist", "autumn", "storm"):
        name = "night"
    return palettes.tinted(palettes.PALETTES[name], canvas.tints)


def _compose(canvas: Canvas) -> None:
    """Where the horizon lies, and where sun or moon stands."""
    rng = canvas.random("composition")
    canvas.horizon = float(rng.uniform(0.56, 0.64))
    if canvas.tags & {"forest", "hills", "desert"} and not canvas.tags & {"lake", "sea", "city"}:
        canvas.horizon = float(rng.uniform(0.44, 0.54))
    third = float(rng.choice([0.3, 0.36, 0.64, 0.7]))
    low = bool(canvas.tags & {"sunset", "dawn"}) and not canvas.tags & {"moon", "night"}
    height = rng.uniform(0.74, 0.86) if low else rng.uniform(0.26, 0.42)
    if low and "mountains" in canvas.tags:
        third = land.valley(canvas)
    canvas.sun = (third, canvas.horizon * float(height))


def _landscape(canvas: Canvas) -> None:
    tags = canvas.tags
    sky.paint(canvas)
    if "balloon" in tags:
        props.balloons(canvas)
    if "mountains" in tags:
        land.mountains(canvas)
    elif "far range" in tags:
        land.mountains(canvas, layers=2)
    if "city" in tags:
        city.skyline(canvas)
    if tags & {"lake", "sea", "city"}:
        _by_the_water(canvas)
    else:
        _inland(canvas)
    if "fog" in tags:
        canvas.veil(canvas.horizon - 0.25, canvas.horizon + 0.08, 0.75, "fog")
    if tags & {"snowfall", "rain"}:
        props.falling(canvas)
    if "bird" in tags or ("sea" in tags and not canvas.palette.is_dark):
        props.birds(canvas)


def _by_the_water(canvas: Canvas) -> None:
    tags = canvas.tags
    if "forest" in tags:
        land.forest(canvas, top=canvas.horizon - 0.05, bottom=canvas.horizon + 0.01, layers=3)
    elif "lake" in tags and "city" not in tags:
        land.bank(canvas)
    if "house" in tags:
        props.cabin(canvas, y=canvas.horizon - 0.008)
    if "lighthouse" in tags:
        props.lighthouse(canvas)
    if "boat" in tags:
        props.sailboat(canvas)
    water.mirror(canvas, rough=1.0 if "sea" in tags else 0.3 if "city" in tags else 0.12)
    if "city" not in tags and "sea" not in tags:
        land.grass_in_front(canvas)


def _inland(canvas: Canvas) -> None:
    tags, top = canvas.tags, canvas.horizon
    if "desert" in tags:
        land.dunes(canvas, top=top)
    elif "forest" in tags:
        land.forest(canvas, top=top)
    else:
        land.hills(canvas, top=top)
        if "house" in tags:
            props.cabin(canvas, y=top + 0.2)
        land.grass_in_front(canvas)
