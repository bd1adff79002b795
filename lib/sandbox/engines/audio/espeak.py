"""eSpeak NG, asked to say something (see `espeak_child.py` for how)."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import espeakng_loader  # pyright: ignore[reportMissingTypeStubs]
import numpy as np

from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.base import CannotRender

SLOWEST, FASTEST = 80, 450
"""Words a minute that the library can do."""
_CHILD = Path(__file__).with_name("espeak_child.py")
_SECONDS = 120
"""Ten thousand characters take two."""
_WORD = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that begins at a sample: a word, a phoneme or a pause."""

    sample: int
    word: tuple[int, int] | None = None
    """Where in the text a word stands, as `slice`s count; None for what is no word."""
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Utterance:
    samples: Samples
    rate: int
    marks: tuple[Mark, ...]


def say(texts: Sequence[str], *, voice: str, variant: str, rate: int) -> list[Utterance]:
    """Each text, spoken.

    `voice` is one of eSpeak NG's languages, `variant` the lines of a variant file of its, `rate`
    words a minute. Raises `CannotRender` when the library fails or takes too long.
    """
    order = {
        "library": espeakng_loader.get_library_path(),
        "data": espeakng_loader.get_data_path(),
        "voice": voice,
        "variant": variant,
        "rate": min(max(rate, SLOWEST), FASTEST),
        "texts": list(texts),
    }
    command = [sys.executable, "-I", str(_CHILD)]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotRender("The sandbox's voice did not come to an end with this text.") from None
    if done.returncode:
        raise CannotRender("The sandbox's voice could not say this text.")
    return list(_utterances(done.stdout))


def _utterances(output: bytes) -> Iterator[Utterance]:
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        head = json.loads(output[at:end])
        at = end + 1 + 2 * head["samples"]
        samples = np.frombuffer(output[end + 1 : at], "<i2").astype(np.float32) / 32768
        yield Utterance(samples, head["rate"], tuple(_marks(head["events"])))


def _marks(events: list[tuple[int | str, int, int, int]]) -> Iterator[Mark]:
    for kind, position, length, sample in events:
        if kind == _WORD:
            yield Mark(sample, word=(position - 1, position - 1 + length))
        elif isinstance(kind, str):
            yield Mark(sample, silent=kind.startswith("_"))
