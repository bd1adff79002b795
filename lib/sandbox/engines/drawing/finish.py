"""What happens to a picture once it is drawn: sharpness, strength of colour, looks."""

import hashlib

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from lib.sandbox.engines.drawing.canvas import picture


def developed(image: Image.Image, steps: int) -> Image.Image:
    """Soft after one step, as crisp as it gets after some thirty."""
    if steps < 4:
        return image.filter(ImageFilter.GaussianBlur((4 - steps) * min(image.size) / 900))
    return _sharpened(image, min(150, 6 * steps))


def strengthened(image: Image.Image, guidance: float) -> Image.Image:
    """Stronger in colour and contrast the more the prompt should count."""
    strength = min(max(guidance, 0.0), 30.0)
    vivid = ImageEnhance.Color(image).enhance(0.92 + 0.035 * strength)
    return ImageEnhance.Contrast(vivid).enhance(0.98 + 0.008 * strength)


def cleaned(image: Image.Image, negative: str) -> Image.Image:
    """What people mostly don't want is a blurred picture; how much clearer depends on the words."""
    return _sharpened(image, 30 + _number(negative) % 50) if negative else image


def toned(image: Image.Image, name: str) -> Image.Image:
    """The look of one model: a little warmer or cooler than the next."""
    warmth = (_number(name) % 101 - 50) / 1000
    return _balanced(image, (1 + warmth, 1.0, 1 - warmth))


def styled(image: Image.Image, name: str, weight: float) -> Image.Image:
    """As a LoRA of this name would have it, by `weight` (0 changes nothing)."""
    lower = name.lower()
    if "pixel" in lower:
        other = _mosaic(image)
    elif "watercolo" in lower:
        other = _watercolour(image)
    elif "grain" in lower or "film" in lower:
        other = _grained(image, _number(name))
    elif "detail" in lower:
        other = _sharpened(image, 160)
    else:
        shifts = [0.9 + 0.2 * (_number(name) >> shift & 255) / 255 for shift in (0, 8, 16)]
        other = _balanced(image, (shifts[0], shifts[1], shifts[2]))
    return Image.blend(image, other, min(max(weight, 0.0), 1.5))


def _number(text: str) -> int:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4])


def _sharpened(image: Image.Image, percent: int) -> Image.Image:
    return image.filter(ImageFilter.UnsharpMask(1.2, percent, 1))


def _balanced(image: Image.Image, gains: tuple[float, float, float]) -> Image.Image:
    table = [min(255, round(value * gain)) for gain in gains for value in range(256)]
    return image.point(table)


def _mosaic(image: Image.Image) -> Image.Image:
    width, height = (max(1, side * 96 // min(image.size)) for side in image.size)
    small = image.resize((width, height), Image.Resampling.BOX).quantize(48).convert("RGB")
    return small.resize(image.size, Image.Resampling.NEAREST)


def _watercolour(image: Image.Image) -> Image.Image:
    """Flat washes with soft edges, a little paler, on rough paper."""
    small = image.reduce(2) if min(image.size) > 64 else image
    washes = small.filter(ImageFilter.ModeFilter(7)).filter(ImageFilter.SMOOTH_MORE)
    washes = washes.resize(image.size, Image.Resampling.BICUBIC)
    pale = Image.blend(washes, Image.new("RGB", image.size, "#fbf7ef"), 0.16)
    return _grained(pale, 7, 9)


def _grained(image: Image.Image, seed: int, strength: float = 20) -> Image.Image:
    rng = np.random.default_rng(seed)
    grain = rng.standard_normal((image.height, image.width, 1), np.float32) * (strength / 255)
    return picture(np.asarray(image, np.float32) / 255 + grain)
