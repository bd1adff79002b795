"""What becomes of a picture's background."""

import numpy as np
from PIL import Image, ImageFilter

from lib.sandbox.engines.cutting import edges
from lib.sandbox.engines.drawing.scene import drawn
from lib.sandbox.engines.editing.sheet import Sheet, blurred, colour, corners, image, mixed, pixels
from lib.sandbox.engines.editing.tones import COLOURS

_BLUR = 22
"""Of a blurred background, in thousandths of the shorter side."""
_AMBIENT = 0.16
"""How much a subject takes on of the light of the place it was put into."""


def changed(sheet: Sheet, kind: str, prompt: str, unwanted: str) -> Image.Image:
    """`kind` as `wishes.Wishes.backdrop` says it. RGB; RGBA when the background is removed."""
    if kind == "blurred":
        return _blurred(sheet)
    alpha = Image.fromarray((sheet.subject * 255).round().astype(np.uint8))
    cut = edges.cleaned(sheet.image, alpha)
    if kind == "removed":
        return cut
    if kind == "scene":
        place = drawn(prompt, unwanted, sheet.size, sheet.seed, octaves=5)
        return placed(place, cut)
    plain = np.broadcast_to(colour(COLOURS[kind]), (sheet.size[1], sheet.size[0], 3))
    studio = image(plain * (1.02 - 0.1 * corners(sheet.size)[..., None])).convert("RGBA")
    studio.alpha_composite(cut)
    return studio.convert("RGB")


def placed(place: Image.Image, cut: Image.Image, at: tuple[int, int] = (0, 0)) -> Image.Image:
    """A cut-out before a place, a little in its light, with a soft shadow behind it."""
    ambient = np.asarray(place.resize((1, 1), Image.Resampling.BOX), np.float32)[0, 0] / 255
    alpha = cut.getchannel("A")
    lit = image(mixed(pixels(cut.convert("RGB")), ambient, _AMBIENT))
    lit.putalpha(alpha)
    reach = min(cut.size) / 40
    shadow = Image.new("RGBA", cut.size, "black")
    shadow.putalpha(alpha.filter(ImageFilter.GaussianBlur(reach)).point(_SHADOW))
    whole = place.convert("RGBA")
    for layer, shift in ((shadow, round(reach / 2)), (lit, 0)):
        sheet = Image.new("RGBA", place.size)
        sheet.paste(layer, (at[0] + shift, at[1] + shift))
        whole.alpha_composite(sheet)
    return whole.convert("RGB")


_SHADOW = [round(0.42 * value) for value in range(256)]


def _blurred(sheet: Sheet) -> Image.Image:
    """Out of focus behind the subject, without the subject's colours running into it."""
    values = pixels(sheet.image)
    behind = (1 - sheet.subject)[..., None]
    radius = _BLUR * sheet.unit
    weights = blurred(behind[..., 0], radius)[..., None]
    soft = blurred(values * behind, radius) / np.maximum(weights, 0.02)
    soft = mixed(blurred(values, radius), soft, np.clip(weights[..., 0] * 6, 0, 1))
    return image(mixed(soft, values, sheet.subject))
