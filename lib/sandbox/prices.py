"""What a call costs, in nano-dollars.

deAPI publishes a table of approximate prices (deapi.md, Pricing) and leaves the rest to its price
calls. Each row we use is quoted at its function; how we carry on from the rows is ours, and so is
what stands under "Ours".
"""

import math
from collections.abc import Callable, Mapping

from lib.sandbox.engines.embedding import tokens
from lib.sandbox.money import nanos
from lib.sandbox.order import Order

_TABLE_STEPS = 4
_SMALL, _LARGE = 512**2, 1024**2
_SMALL_PRICE, _LARGE_PRICE = nanos("0.0019"), nanos("0.0037")
_VIDEO_SECONDS = 4
_USUAL_FPS = 30
_CHARACTER = nanos("0.77") / 1_000_000
_MUSIC_MINUTE = nanos("0.0009")
_HEARD_HOUR = nanos("0.021")
_DIARIZED = 1.5
"""Times the price (gotchas §11)."""
_READ_CHARACTER = nanos("0.0093") / 1000
_TOKEN = nanos("0.000068") / 1000

# Ours.
_UNKNOWN_SECONDS = 600
"""Of what an address leads to, which nobody opened."""
_PIXELS_A_CHARACTER = 1000
"""On a page: about 2,000 characters on a scan of A4 at 150 dots an inch."""
_PROMPT, _PROMPT_WITH_PICTURE = nanos("0.00012345"), nanos("0.0008728")
"""The prices in deapi.md's examples of answers."""


def price(order: Order) -> int:
    """What `order` costs; of some only an estimate, see `final`."""
    return math.ceil(_PRICES[order.endpoint.id](order))


def final(order: Order, text: str | None) -> int:
    """What `order` costs once it is known what it gave: reading is paid by what was read."""
    if order.endpoint.id not in _BY_TEXT or text is None:
        return price(order)
    return math.ceil(_BY_TEXT[order.endpoint.id](text))


def is_estimated(order: Order) -> bool:
    """Whether `price` may still change."""
    return order.endpoint.id in _BY_TEXT


def _generation(order: Order) -> float:
    """The table: 0.0019 for 512x512 and 0.0037 for 1024x1024, both with 4 steps.

    Ours: a straight line through the two by pixels, times the steps.
    """
    pixels = order.params["width"] * order.params["height"]
    steps = order.params.get("steps", _TABLE_STEPS)
    above_small = (_LARGE_PRICE - _SMALL_PRICE) * (pixels - _SMALL)
    at_table_steps = _SMALL_PRICE * (_LARGE - _SMALL) + above_small
    return round(at_table_steps * steps / ((_LARGE - _SMALL) * _TABLE_STEPS))


def _edit(order: Order) -> float:
    """The table: 0.0066 with 4 steps. Ours: of 1024x1024, and in proportion to pixels and steps.

    Not by the pictures that came along, which the price call doesn't see.
    """
    pixels = order.params.get("width", 1024) * order.params.get("height", 1024)
    steps = order.params.get("steps", _TABLE_STEPS)
    return nanos("0.0066") * (pixels / _LARGE) * (steps / _TABLE_STEPS)


def _cutout(order: Order) -> float:
    """The table: 0.00046 for 1920x1080. Ours: in proportion to the pixels."""
    return nanos("0.00046") * _pixels(order, "image") / (1920 * 1080)


def _upscale(order: Order) -> float:
    """The table: 0.00059 for 512 to 2048, four times. Ours: in proportion to the pixels made."""
    made = _pixels(order, "image") * order.chosen.factor**2
    return round(nanos("0.00059") * made / 2048**2)


def _reading(order: Order) -> float:
    """The table: 0.0093 for 1,000 characters given. Ours: how many a picture may hold."""
    return _READ_CHARACTER * max(1, _pixels(order, "image") / _PIXELS_A_CHARACTER)


def _was_read(text: str) -> float:
    return _READ_CHARACTER * max(1, len(text))


def _video(order: Order) -> float:
    """The table: 0.0056 for 512x512 and four seconds, from text or a picture.

    Ours: in proportion to pixels and seconds, and to the steps by the model's usual ones; from
    sound the same.
    """
    pixels = order.params["width"] * order.params["height"]
    seconds = order.params["frames"] / max(1, order.params.get("fps", _USUAL_FPS))
    return _clip(pixels, seconds) * _effort(order)


def _replacement(order: Order) -> float:
    """Not in the table. Ours: as a video of that size and length, and by the steps."""
    measured = order.measure("video")
    width = order.params.get("width") or (measured and measured.width) or 512
    height = order.params.get("height") or (measured and measured.height) or 512
    seconds = (measured and measured.seconds) or _VIDEO_SECONDS
    return _clip(width * height, seconds) * _effort(order)


def _video_upscale(order: Order) -> float:
    """Not in the table; not by duration (deapi.md, Price Calculation). Ours: by pixels made."""
    scale = order.params.get("scale", order.chosen.factor)
    return nanos("0.012") * _pixels(order, "video") * scale**2 / (1920 * 1080)


def _clip(pixels: float, seconds: float) -> float:
    return nanos("0.0056") * (pixels / _SMALL) * (seconds / _VIDEO_SECONDS)


def _effort(order: Order) -> float:
    """The steps, by those that the model takes when nobody says."""
    usual = order.chosen.defaults.get("steps")
    steps = order.params.get("steps")
    return steps / usual if steps and isinstance(usual, int) and usual > 0 else 1


def _speech(order: Order) -> float:
    """The table: 0.77 for a million characters."""
    return _CHARACTER * order.params.get("count_text", len(order.params.get("text", "")))


def _music(order: Order) -> float:
    """The table: 0.0009 a minute."""
    return _MUSIC_MINUTE * order.params["duration"] / 60


def _transcription(order: Order) -> float:
    """The table: 0.021 an hour."""
    measured = order.measure("source_file")
    seconds = measured.seconds if measured else None
    times = _DIARIZED if order.params.get("diarize") else 1
    return _HEARD_HOUR * times * (_UNKNOWN_SECONDS if seconds is None else seconds) / 3600


def _embedding(order: Order) -> float:
    """The table: 0.000068 for 1,000 tokens."""
    return _TOKEN * sum(map(tokens, order.params["input"]))


def _prompt(order: Order) -> float:
    """Not in the table. Ours: with a picture, which has to be looked at, it costs more."""
    return _PROMPT_WITH_PICTURE if order.measured else _PROMPT


def _pixels(order: Order, name: str) -> int:
    measured = order.measured[name][0]
    return (measured.width or 0) * (measured.height or 0)


_PRICES: Mapping[str, Callable[[Order], float]] = {
    "images.generations": _generation,
    "images.edits": _edit,
    "images.background-removals": _cutout,
    "images.upscales": _upscale,
    "images.ocr": _reading,
    "videos.generations": _video,
    "videos.animations": _video,
    "videos.audio-syncs": _video,
    "videos.replacements": _replacement,
    "videos.upscales": _video_upscale,
    "audio.speech": _speech,
    "audio.music": _music,
    "audio.transcriptions": _transcription,
    "embeddings": _embedding,
    "prompts.enhancements": _prompt,
    "v1.prompt.image": _prompt,
    "v1.prompt.image2image": _prompt,
    "v1.prompt.video": _prompt,
    "v1.prompt.speech": _prompt,
    "v1.prompts.samples": _prompt,
}
_BY_TEXT: Mapping[str, Callable[[str], float]] = {"images.ocr": _was_read}
