"""A transcript, and how deAPI writes one (gotchas §1, structured transcript file)."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["none", "segment", "word", "char"]
_SENTENCE_END = re.compile(r"[.!?。！？…]+[\"'”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class Heard:
    """A word of a transcript."""

    word: str
    start: float
    end: float
    score: float = 1


@dataclass(frozen=True, slots=True)
class Segment:
    start: float
    end: float
    text: str
    words: tuple[Heard, ...] = ()
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    text: str
    language: str
    level: Level
    """How finely the times are given; `none`: the text alone."""
    segments: tuple[Segment, ...]
    diarized: bool = False
    sure: float = 1
    """Of the language, 0 to 1."""

    @property
    def structured(self) -> bool:
        """Whether its file is JSON; plain text otherwise."""
        return self.level != "none"

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "language": self.language,
            "language_probability": self.sure,
            "ts_level": self.level,
            "diarization_available": self.diarized,
            "segments": [_segment(one, self.level) for one in self.segments],
        }


def sentences(text: str, words: Sequence[Heard]) -> Iterator[Segment]:
    """The text cut after its sentences, each with its words."""
    at = left = 0
    inside: list[Heard] = []
    for number, word in enumerate(words):
        found = text.find(word.word, at)
        at = found + len(word.word) if found >= 0 else at
        inside.append(word)
        if number + 1 == len(words):
            at = len(text)
        elif not _SENTENCE_END.search(word.word):
            continue
        yield Segment(inside[0].start, word.end, text[left:at].strip(), tuple(inside))
        left, inside = at, []


def _segment(segment: Segment, level: Level) -> dict[str, Any]:
    words = segment.words if level in ("word", "char") else ()
    return {
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "avg_logprob": _logarithm(segment.words),
        "speaker": segment.speaker,
        "words": [
            {
                "word": word.word,
                "start": word.start,
                "end": word.end,
                "score": word.score,
                "speaker": segment.speaker,
                "chars": list(_characters(word)) if level == "char" else [],
            }
            for word in words
        ],
    }


def _characters(word: Heard) -> Iterator[dict[str, Any]]:
    """The word's time, shared out evenly."""
    each = (word.end - word.start) / len(word.word)
    for number, character in enumerate(word.word):
        yield {
            "char": character,
            "start": round(word.start + number * each, 3),
            "end": round(word.start + (number + 1) * each, 3),
            "score": word.score,
        }


def _logarithm(words: Sequence[Heard]) -> float:
    if not words:
        return 0.0
    return round(sum(math.log(max(word.score, 1e-4)) for word in words) / len(words), 3)
