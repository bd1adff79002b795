"""Orders and calls to test with."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from starlette.datastructures import UploadFile

from lib.deapi.contract import endpoint
from lib.sandbox.catalogue import Catalogue, Model
from lib.sandbox.engines.base import Outputs
from lib.sandbox.order import Measured, Order

GENERATIONS = endpoint("images.generations")
UPSCALES = endpoint("images.upscales")
CATALOGUE = Catalogue.shipped()


def model(inference_type: str, number: int = 0) -> Model:
    """A model of the shipped catalogue, by what it does."""
    return CATALOGUE.of_types([inference_type])[number]


def model_with(inference_type: str, feature: str, value: bool) -> Model:
    """The first model of a kind whose feature is on or off."""
    models = CATALOGUE.of_types([inference_type])
    return next(each for each in models if each.features.get(feature) is value)


def generation(of: Model | None = None, **params: object) -> Order:
    """A valid order for a picture; `params` change it."""
    usual = {"prompt": "a quiet fjord", "width": 256, "height": 256, "steps": 4, "seed": 7}
    return Order(GENERATIONS, of or model("txt2img"), {**usual, **params})


def upscale(picture: Image.Image, folder: Path, number: int = 0, **saving: Any) -> Order:
    """An order to enlarge `picture`, kept in `folder` as PNG (or what `saving` says)."""
    path = folder / "upload"
    picture.save(path, **{"format": "PNG", **saving})
    return Order(
        UPSCALES,
        model("img_upscale", number),
        {},
        {"image": (Measured(*picture.size),)},
        {"image": (path,)},
    )


def made(outputs: Outputs, folder: Path) -> Path:
    """The file that an engine wrote into `folder` as its result."""
    assert outputs.result is not None
    return folder / outputs.result


def call(of: Model | None = None, **changes: object) -> Mapping[str, object]:
    """The parameters of a valid call for a picture; a change to None leaves one out."""
    usual: dict[str, object] = {
        "prompt": "a quiet fjord",
        "model": (of or model("txt2img")).slug,
        "width": 512,
        "height": 512,
        "guidance": 1,
        "steps": 4,
        "seed": -1,
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def png(width: int = 64, height: int = 48, **saving: Any) -> bytes:
    """A picture's file."""
    file = BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, **{"format": "PNG", **saving})
    return file.getvalue()


def upload(content: bytes, name: str = "picture.png") -> UploadFile:
    """A file as it comes out of a form."""
    return UploadFile(BytesIO(content), size=len(content), filename=name)
