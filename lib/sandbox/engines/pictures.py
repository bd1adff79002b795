"""The picture engine (placeholder while the real one is drawn)."""

import hashlib
import json
from pathlib import Path

import numpy as np
from PIL import Image

from lib.sandbox.engines.base import Outputs
from lib.sandbox.engines.mark import mark
from lib.sandbox.engines.save import save
from lib.sandbox.order import Order


def seconds(order: Order) -> float:
    pixels = order.params["width"] * order.params["height"]
    return 4 * (pixels / 768**2) ** 0.25 * (order.params.get("steps", 4) / 4) ** 0.25


def render(order: Order, folder: Path) -> Outputs:
    facts = json.dumps([order.model.slug, dict(order.params)], sort_keys=True)
    seed = int.from_bytes(hashlib.sha256(facts.encode()).digest()[:8])
    random = np.random.default_rng(seed)
    small = Image.fromarray(random.integers(0, 255, (6, 6, 3), dtype=np.uint8))
    size = (order.params["width"], order.params["height"])
    return save(mark(small.resize(size, Image.Resampling.BICUBIC)), folder)
