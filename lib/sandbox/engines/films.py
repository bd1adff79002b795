"""Orders for videos: from words, from pictures, from sound, and from other videos."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PIL import Image

from lib.sandbox.engines.base import Outputs
from lib.sandbox.engines.opened import opaque, opened
from lib.sandbox.engines.video import animate, encode, generate, replace, sync, upscale
from lib.sandbox.engines.video.frame import Frame
from lib.sandbox.engines.video.previews import previews
from lib.sandbox.order import Order

_FILE = "result.mp4"
_FPS = 24
"""Where neither the order nor its model says."""


def generation(order: Order, folder: Path) -> Outputs:
    params = order.params
    return _encoded(
        order,
        folder,
        generate.frames(
            params["prompt"],
            **_shape(order),
            seed=params["seed"],
            steps=params.get("steps"),
            guidance=params.get("guidance"),
            negative_prompt=params.get("negative_prompt", ""),
        ),
    )


def animation(order: Order, folder: Path) -> Outputs:
    """From the first picture to the last, where there is one. deAPI's other settings change how a
    model dreams, and this one doesn't."""
    first = _picture(order, "first_frame_image")
    assert first is not None  # required by the contract
    return _encoded(
        order,
        folder,
        animate.frames(
            first,
            **_shape(order),
            prompt=order.params["prompt"],
            seed=order.params["seed"],
            last=_picture(order, "last_frame_image"),
        ),
    )


def audio_sync(order: Order, folder: Path) -> Outputs:
    params = order.params
    sync.write(
        order.files["audio"][0],
        folder / _FILE,
        **_shape(order),
        prompt=params["prompt"],
        seed=params["seed"],
        steps=params.get("steps"),
        guidance=params.get("guidance"),
        negative_prompt=params.get("negative_prompt", ""),
        first=_picture(order, "first_frame_image"),
        last=_picture(order, "last_frame_image"),
    )
    return _made(folder)


def replacement(order: Order, folder: Path) -> Outputs:
    params = order.params
    figure = opened(order.files["ref_image"][0])  # what is transparent in it stays so
    replace.write(
        order.files["video"][0],
        folder / _FILE,
        figure,
        width=params.get("width"),
        height=params.get("height"),
        steps=params.get("steps"),
    )
    return _made(folder)


def enlargement(order: Order, folder: Path) -> Outputs:
    scale = order.params.get("scale", order.chosen.factor)
    upscale.write(order.files["video"][0], folder / _FILE, scale=scale)
    return _made(folder)


def seconds(base: float) -> Callable[[Order], float]:
    """`base` for 97 frames of 512 by 512; larger and longer ones take longer, not in step."""

    def of(order: Order) -> float:
        params = order.params
        pixels = (params.get("width") or 512) * (params.get("height") or 512)
        return base * (pixels / 512**2 * (params.get("frames") or 97) / 97) ** 0.5

    return of


def _shape(order: Order) -> dict[str, Any]:
    names = ("width", "height", "frames")
    return {name: order.params[name] for name in names} | {"fps": order.params.get("fps") or _FPS}


def _encoded(order: Order, folder: Path, frames: Iterable[Frame]) -> Outputs:
    shape = _shape(order)
    size = shape["width"], shape["height"]
    encode.write(folder / _FILE, frames, size=size, fps=shape["fps"])
    return _made(folder)


def _made(folder: Path) -> Outputs:
    return Outputs(_FILE, previews=previews(folder / _FILE, folder))


def _picture(order: Order, name: str) -> Image.Image | None:
    path = order.file(name)
    return opaque(opened(path)) if path else None
