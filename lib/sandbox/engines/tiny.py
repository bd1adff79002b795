"""The engines for `--engines none`: something small of the right kind, for tests that look at
everything else. Answers without a job take no time with the real engines either."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from lib.deapi.contract import Result
from lib.sandbox.engines.audio import encode as sound
from lib.sandbox.engines.base import Outputs
from lib.sandbox.engines.texts import inputs, kept
from lib.sandbox.engines.video import encode as video
from lib.sandbox.order import Order

_COLOUR = (91, 110, 225)
_SIDE = 16
_RATE = 24_000
_VECTOR = [0.6, 0.8]


def picture(_: Order, folder: Path) -> Outputs:
    Image.new("RGB", (8, 8), _COLOUR).save(folder / "result.png")
    return Outputs("result.png", previews=("result.png",))


def film(_: Order, folder: Path) -> Outputs:
    frame = np.full((_SIDE, _SIDE, 3), _COLOUR, np.uint8)
    video.write(folder / "result.mp4", [frame, frame], size=(_SIDE, _SIDE), fps=2)
    return Outputs("result.mp4")


def tone(order: Order, folder: Path) -> Outputs:
    format_ = order.params["format"]
    samples = 0.1 * np.sin(np.arange(_RATE // 5) / 9)
    sound.write(samples, _RATE, folder / f"result.{format_}", format_)
    return Outputs(f"result.{format_}")


def text(_: Order, __: Path) -> Outputs:
    return Outputs(text="Nothing was read: this sandbox runs without engines.")


def transcript(order: Order, folder: Path) -> Outputs:
    said = "Nothing was heard."
    words = [
        {"word": word, "start": at / 2, "end": at / 2 + 0.4} for at, word in enumerate(said.split())
    ]
    timed = order.params["include_ts"] or order.params.get("diarize", False)
    level = (order.params.get("ts_level") or "segment") if timed else "none"
    segment = {"start": 0.0, "end": 1.5, "text": said, "words": words if level != "segment" else []}
    whole = {"text": said, "language": "en", "ts_level": level, "segments": [segment]}
    written = json.dumps(whole) if timed else said
    name = "result.json" if timed else "result.txt"
    (folder / name).write_text(written)
    told = {
        "language": "en",
        "ts_level": level,
        "diarization_available": False,
        "structured": timed,
    }
    return Outputs(name, text=written, more={"transcription": told})


def vectors(order: Order, folder: Path) -> Outputs:
    return kept([_VECTOR for _ in inputs(order)], folder)


RENDER: Mapping[Result, Callable[[Order, Path], Outputs]] = {
    "image": picture,
    "video": film,
    "audio": tone,
    "text": text,
    "transcript": transcript,
    "vectors": vectors,
}
"""By what a run gives its person."""
