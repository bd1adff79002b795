"""Orders for pictures that start from a picture: edits, cut-outs, and what is written on them."""

from pathlib import Path

from lib.sandbox.engines.base import Outputs
from lib.sandbox.engines.cutout import cut_out
from lib.sandbox.engines.edit import USUAL_STEPS, edited
from lib.sandbox.engines.mark import mark
from lib.sandbox.engines.reading import read
from lib.sandbox.engines.save import save
from lib.sandbox.order import Order


def edit(order: Order, folder: Path) -> Outputs:
    """As large as asked for, else as the first picture."""
    params = order.params
    sources = order.files.get("images[]") or order.files["image"]
    picture = edited(
        sources,
        params["prompt"],
        negative=params.get("negative_prompt", ""),
        guidance=params.get("guidance"),
        steps=params.get("steps", USUAL_STEPS),
        seed=params["seed"],
        loras=[(lora["name"], lora["weight"]) for lora in params.get("loras", ())],
        model=order.chosen.slug,
        size=_size(order),
    )
    return save(mark(picture), folder)


def cutout(order: Order, folder: Path) -> Outputs:
    cut = cut_out(order.files["image"][0])
    return save(cut.picture, folder)


def ocr(order: Order, _: Path) -> Outputs:
    params = order.params
    form = "json" if params.get("format") == "json" else "text"
    return Outputs(text=read(order.files["image"][0], language=params.get("language"), format=form))


def _size(order: Order) -> tuple[int, int] | None:
    width, height = order.params.get("width"), order.params.get("height")
    return (width, height) if width and height else None
