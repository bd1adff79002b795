"""The picture engine: draws what it can find in the prompt.

Composition follows prompt, seed and model; steps add detail to it, guidance strengthens its
colours, a negative prompt takes things out, LoRAs treat the finished picture. The same order gives
the same bytes, whenever and wherever it is drawn with the same libraries.
"""

import hashlib
from pathlib import Path

from PIL import Image

from lib.sandbox.engines.base import Outputs
from lib.sandbox.engines.drawing import finish
from lib.sandbox.engines.drawing.scene import drawn
from lib.sandbox.engines.mark import mark
from lib.sandbox.engines.save import save
from lib.sandbox.order import Order

_USUAL_STEPS = 4


def seconds(order: Order) -> float:
    """About four for 768 x 768 in four steps; more pixels and steps take longer, not in step."""
    pixels = order.params["width"] * order.params["height"]
    steps = order.params.get("steps", _USUAL_STEPS)
    return 4 * ((pixels / 768**2) * (steps / _USUAL_STEPS)) ** 0.25


def render(order: Order, folder: Path) -> Outputs:
    return save(mark(picture(order)), folder)


def picture(order: Order) -> Image.Image:
    """The picture that an order for a generation describes, without the sandbox's mark."""
    params = order.params
    prompt, negative = params["prompt"], params.get("negative_prompt", "")
    steps = params.get("steps", _USUAL_STEPS)
    image = drawn(
        prompt,
        negative,
        (params["width"], params["height"]),
        _number(params["seed"], prompt, order.chosen.slug),
        octaves=min(6, 2 + steps.bit_length()),
    )
    image = finish.toned(finish.developed(image, steps), order.chosen.slug)
    image = finish.cleaned(image, negative)
    if "guidance" in params:
        image = finish.strengthened(image, params["guidance"])
    for lora in params.get("loras", ()):
        image = finish.styled(image, lora["name"], lora["weight"])
    return image


def _number(*facts: object) -> int:
    text = "\0".join(map(str, facts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8])
