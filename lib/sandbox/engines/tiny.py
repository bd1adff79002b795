"""The engine for `--engines none`: one fixed file, for tests that look at everything else."""

from pathlib import Path

from PIL import Image

from lib.sandbox.engines.base import Outputs
from lib.sandbox.order import Order


def render(_: Order, folder: Path) -> Outputs:
    Image.new("RGB", (8, 8), "#5b6ee1").save(folder / "result.png")
    return Outputs("result.png", previews=("result.png",))
