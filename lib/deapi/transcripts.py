"""A transcript as values, whatever shape deAPI gave it in.

It comes as plain text, or as JSON with segments, words and characters and their times (gotchas §1,
structured transcript file). Times are seconds; what is missing or makes no sense is left out, and
no text is ever lost.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Word:
    """One word and when it is said."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Segment:
    """What one speaker says in one go. `words` are there when times are that fine."""

    text: str
    start: float
    end: float
    speaker: str | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said; without `segments` nobody knows when."""

    text: str
    language: str | None = None
    segments: tuple[Segment, ...] = ()

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who speaks, in the order of their first words."""
        named = (each.speaker for each in self.segments if each.speaker)
        return tuple(dict.fromkeys(named))


def parse(content: str) -> Transcript:
    """The transcript in a result's text. Anything that is no known JSON is plain text."""
    raw = _json(content)
    if isinstance(raw, list):
        raw = {"segments": cast(list[Any], raw)}
    if not isinstance(raw, dict):
        return Transcript(content.strip())
    facts = cast(dict[str, Any], raw)
    segments = _segments(facts.get("segments")) or _segments(facts.get("words"))
    text = facts.get("text")
    said = text.strip() if isinstance(text, str) else " ".join(each.text for each in segments)
    if not said and not segments:
        return Transcript(content.strip())
    language = facts.get("language")
    return Transcript(said, language if isinstance(language, str) else None, segments)


def _json(content: str) -> Any:
    if content.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _segments(raw: Any) -> tuple[Segment, ...]:
    """The segments of a list, in order; a word alone is one of its own."""
    found = [_segment(cast(dict[str, Any], each)) for each in _list(raw) if isinstance(each, dict)]
    return tuple(sorted((each for each in found if each), key=lambda each: each.start))


def _segment(raw: Mapping[str, Any]) -> Segment | None:
    text, times = _text(raw), _times(raw)
    words = tuple(filter(None, (_word(each) for each in _list(raw.get("words")))))
    text = text or " ".join(each.text for each in words)
    if times is None and words:
        times = words[0].start, words[-1].end
    if times is None or not text:
        return None
    speaker = raw.get("speaker")
    return Segment(text, *times, speaker if isinstance(speaker, str) and speaker else None, words)


def _word(raw: Any) -> Word | None:
    if not isinstance(raw, dict):
        return None
    facts = cast(dict[str, Any], raw)
    text, times = _text(facts), _times(facts)
    return Word(text, *times) if text and times else None


def _text(raw: Mapping[str, Any]) -> str:
    text = raw.get("text", raw.get("word"))
    return text.strip() if isinstance(text, str) else ""


def _times(raw: Mapping[str, Any]) -> tuple[float, float] | None:
    """Start and end; an end that is missing or lies before the start is the start."""
    start, end = _seconds(raw.get("start")), _seconds(raw.get("end"))
    if start is None:
        return None
    return start, start if end is None else max(start, end)


def _seconds(raw: Any) -> float | None:
    """Numbers come as such or as text (gotchas §1)."""
    try:
        number = float(raw)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _list(raw: Any) -> list[Any]:
    return cast(list[Any], raw) if isinstance(raw, list) else []
