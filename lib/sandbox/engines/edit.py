"""The edit engine: does to pictures what it understands of a prompt.

It knows lights, seasons, weather, colours, techniques, backgrounds, turning and writing; several
pictures are made one first. A prompt with nothing of that still grades the picture, by its words.
The same order gives the same bytes on the same machine.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from lib.sandbox.engines.chance import number
from lib.sandbox.engines.drawing import finish
from lib.sandbox.engines.editing import backdrop, layout, tones
from lib.sandbox.engines.editing.caption import written
from lib.sandbox.engines.editing.looks import LOOKS, TECHNIQUES
from lib.sandbox.engines.editing.sheet import Sheet, image, pixels
from lib.sandbox.engines.editing.wishes import Wishes, wishes
from lib.sandbox.engines.opened import opaque, opened

USUAL_STEPS = 4
USUAL_GUIDANCE = 7.5
"""The default of the editing models (models.json)."""

_CLOSER = 0.72
_SHADE = 0.03
"""How far models and seeds are apart in red, green and blue."""
_SEEN = 0.02
"""The share of places that must differ from opaque for a picture to count as cut out."""


def edited(
    sources: Sequence[Path],
    prompt: str,
    *,
    negative: str = "",
    guidance: float | None = None,
    steps: int = USUAL_STEPS,
    seed: int = 0,
    loras: Sequence[tuple[str, float]] = (),
    model: str = "",
    size: tuple[int, int] | None = None,
) -> Image.Image:
    """The pictures as the prompt wants them, without the sandbox's mark.

    `size` is the result's width and height in pixels; what doesn't fit is cut off. Without it the
    result is as large as the first picture, up to 2048 pixels a side. `loras` are names and
    weights. RGB; RGBA where the picture was cut out, or is now.
    """
    # Of several pictures one is the place.
    wish = wishes(prompt, negative, places=len(sources) == 1)
    whole = layout.composed([_plain(opened(path)) for path in sources], prompt, size)
    whole = _turned(whole, wish, size)
    chance = number(seed, prompt, model)
    alpha = whole.getchannel("A") if whole.mode == "RGBA" else None
    start = opaque(whole)
    sheet = Sheet(start, chance, alpha)
    if wish.backdrop:
        start = backdrop.changed(sheet, wish.backdrop, prompt, negative)
        alpha = start.getchannel("A") if start.mode == "RGBA" else None
        start = start.convert("RGB")
        sheet = Sheet(start, chance, alpha)
    share = _strength(guidance) * wish.weight
    result = Image.blend(start, _looked(start, sheet, wish, prompt), share)
    result = _finished(result, steps, negative, chance)
    for name, weight in loras:
        result = finish.styled(result, name, weight)
    if wish.caption:
        result = written(result, wish.caption)
    if alpha is not None:
        result.putalpha(alpha)
    return result


def _plain(picture: Image.Image) -> Image.Image:
    """RGBA only if something of it is transparent."""
    if picture.mode == "RGBA":
        alpha = picture.getchannel("A")
        if np.mean(np.asarray(alpha) < 250) < _SEEN:
            return opaque(picture)
    return picture


def _turned(picture: Image.Image, wish: Wishes, size: tuple[int, int] | None) -> Image.Image:
    if wish.flip:
        picture = ImageOps.mirror(picture)
    if wish.turn:
        picture = picture.rotate(wish.turn, expand=True)
    if wish.closer:
        width, height = (max(1, round(side * _CLOSER)) for side in picture.size)
        left, top = (picture.width - width) // 2, (picture.height - height) // 2
        box = (left, top, left + width, top + height)
        picture = picture.resize(picture.size, Image.Resampling.LANCZOS, box)
    if size is not None and picture.size != size:
        picture = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    return picture


def _looked(start: Image.Image, sheet: Sheet, wish: Wishes, prompt: str) -> Image.Image:
    values = pixels(start)
    if wish.recolour:
        values = tones.recoloured(values, sheet, wish.recolour)
    technique = next((look for look in wish.looks if look in TECHNIQUES), None)
    for look in wish.looks:
        if look not in TECHNIQUES or look == technique:
            values = np.clip(LOOKS[look](values, sheet), 0, 1)
    if wish.tint:
        values = tones.tinted(values, wish.tint)
    if wish.is_nothing:
        values = tones.graded(values, prompt)
    return image(values)


def _strength(guidance: float | None) -> float:
    """How far to go from the picture to what the prompt makes of it: 1 at the usual guidance."""
    given = USUAL_GUIDANCE if guidance is None else min(max(guidance, 0.0), 30.0)
    return float(np.interp(given, (0, USUAL_GUIDANCE, 20, 30), (0.62, 1.0, 1.16, 1.22)))


def _finished(picture: Image.Image, steps: int, negative: str, chance: int) -> Image.Image:
    """More steps, more detail; each model and each seed has a shade of its own."""
    if steps < USUAL_STEPS:
        picture = picture.filter(ImageFilter.GaussianBlur((4 - steps) * min(picture.size) / 1200))
    else:
        picture = picture.filter(ImageFilter.UnsharpMask(1.2, min(90, 12 + 2 * steps), 2))
    values = pixels(finish.cleaned(picture, negative))
    shade = np.array([chance >> shift & 255 for shift in (0, 8, 16)], np.float32) / 255 - 0.5
    return image(values * (1 + _SHADE * shade))
