"""Hearing what is said in a recording, where PocketSphinx is installed. It knows English only."""

import importlib.util
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.base import CannotRender

RATE = 16_000
"""Samples a second that it listens to."""
LANGUAGE = "en"
_CHILD = Path(__file__).with_name("hear_child.py")
_PIECE = (12.0, 24.0)
"""Seconds, from and to: a piece ends at the quietest moment between them."""
_SLOWEST = 10
"""Times as long as the sound that it may take; usually it takes 0.4."""
_START = 60


@dataclass(frozen=True, slots=True)
class Heard:
    word: str
    """Empty for a pause."""
    start: float
    end: float
    sure: float
    """0 to 1."""


def is_there() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec("pocketsphinx") is not None


def hear(samples: Samples) -> list[Heard]:
    """The words and pauses of samples at `RATE`. Raises `CannotRender`."""
    try:
        return _asked(samples)
    except (OSError, ValueError):
        raise CannotRender("The sandbox's recogniser did not come to an end.") from None


def _asked(samples: Samples) -> list[Heard]:
    with subprocess.Popen(
        [sys.executable, "-P", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        limit = threading.Timer(_START + _SLOWEST * len(samples) / RATE, child.kill)
        limit.start()
        try:
            return [
                heard
                for start, piece in _pieces(samples)
                for heard in _words(_answer(child.stdin, child.stdout, piece), start)
            ]
        finally:
            limit.cancel()
            child.kill()


def _answer(question: IO[bytes], answer: IO[bytes], piece: Samples) -> str:
    sound = (np.clip(piece, -1, 1) * 32767).astype("<i2").tobytes()
    question.write(f"{len(sound)}\n".encode())
    question.write(sound)
    question.flush()
    return answer.readline().decode()


def _words(answer: str, start: float) -> Iterator[Heard]:
    """Without the marks of pronunciation variants; noises and the ends count as pauses."""
    for word, begin, end, sure in json.loads(answer):
        said = "" if word.startswith(("<", "[")) else re.sub(r"\(\d+\)$", "", word)
        yield Heard(said, start + begin, start + end, min(sure, 1.0))


def _pieces(samples: Samples) -> Iterator[tuple[float, Samples]]:
    """The sound in pieces short enough for the recogniser, each with its start in seconds."""
    shortest, longest = (round(limit * RATE) for limit in _PIECE)
    step = RATE // 10
    start = 0
    while len(samples) - start > longest:
        span = samples[start + shortest : start + longest]
        loudness = np.abs(span[: len(span) // step * step]).reshape(-1, step).mean(axis=1)
        end = start + shortest + int(loudness.argmin()) * step + step // 2
        yield start / RATE, samples[start:end]
        start = end
    yield start / RATE, samples[start:]
