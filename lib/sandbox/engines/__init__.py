"""The engines: what does a job's work. One entry an endpoint."""

from collections.abc import Mapping
from dataclasses import replace

from lib.sandbox.config import Engines
from lib.sandbox.engines import pictures, tiny, upscale
from lib.sandbox.engines.base import Engine

_ENGINES: Mapping[str, Engine] = {
    "images.generations": Engine(pictures.render, pictures.seconds),
    "images.upscales": Engine(upscale.render, upscale.seconds),
}


def engines(kind: Engines) -> Mapping[str, Engine]:
    """An engine for each endpoint; of `none` each takes as long and makes one tiny file."""
    if kind == "real":
        return _ENGINES
    return {name: replace(engine, render=tiny.render) for name, engine in _ENGINES.items()}
