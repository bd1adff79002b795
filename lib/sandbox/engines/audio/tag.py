"""What the sandbox writes into its own speech, to know it again word for word.

A convenience: whoever removes the comment from a file, or writes one, decides what it says.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from lib.sandbox.engines.audio.encode import MADE_BY
from lib.sandbox.engines.audio.speech import Word


@dataclass(frozen=True, slots=True)
class Told:
    text: str
    language: str
    words: tuple[Word, ...]


def told(told: Told) -> str:
    """The comment for a file in which this is said; times are kept in milliseconds."""
    return json.dumps(
        {
            "made_by": MADE_BY,
            "language": told.language,
            "text": told.text,
            "words": [[one.word, _ms(one.start), _ms(one.end)] for one in told.words],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def read(comment: str | None) -> Told | None:
    """What such a comment says; None for any other."""
    try:
        facts = json.loads(comment or "")
        if not isinstance(facts, dict) or "made_by" not in facts:
            return None
        kept = cast(dict[str, Any], facts)
        words = tuple(_word(*one) for one in kept["words"])
        text, language = kept["text"], kept["language"]
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None
    whole = isinstance(text, str) and isinstance(language, str)
    return Told(text, language, words) if whole and _ordered(words) else None


def _word(word: object, start: float, end: float) -> Word:
    if not isinstance(word, str) or not (math.isfinite(start) and math.isfinite(end)):
        raise ValueError
    return Word(word, start / 1000, end / 1000)


def _ordered(words: Sequence[Word]) -> bool:
    times = [time for word in words for time in (word.start, word.end)]
    return times == sorted(times) and (not times or times[0] >= 0)


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
