"""Writing down what is said in a file.

What the sandbox itself spoke, it knows from the file's comment. Other recordings are heard by
PocketSphinx where that is installed, and otherwise the transcript says that they could not be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from lib.sandbox.engines.audio import decode, hear, speakers, tag
from lib.sandbox.engines.audio.languages import language as known
from lib.sandbox.engines.audio.measure import Samples
from lib.sandbox.engines.audio.transcript import Heard, Level, Segment, Transcript, sentences
from lib.sandbox.engines.base import CannotRender

CANNOT = "This sandbox cannot hear this recording: "
LONGEST = 300.0
"""Seconds of a recording that are listened to; that takes two minutes."""
_PAUSE = 0.35
"""Between two segments."""
_SILENT = 1e-3
_SLACK = 0.5
"""Seconds by which a file may be shorter than what its comment says is in it."""


def transcribe(
    path: Path,
    *,
    language: str | None = None,
    timestamps: bool = False,
    level: Level = "segment",
    diarize: bool = False,
) -> Transcript:
    """What is said in a sound file or a video.

    Times come at `level` if `timestamps` or `diarize` asks for them. `language` (a code; None or
    `auto`: to be found out) is the language of a recording; the sandbox's own speech keeps its own.
    Raises `Unreadable` for a file without sound.
    """
    length = decode.facts(path).seconds
    found = _own(path, length, diarize) or _recording(path, length, language, diarize)
    return replace(found, level=level if timestamps or diarize else "none")


def _own(path: Path, length: float, diarize: bool) -> Transcript | None:
    said = tag.read(decode.comment(path))
    if said is None or (said.words and said.words[-1].end > length + _SLACK):
        return None
    words = [Heard(one.word, one.start, one.end) for one in said.words]
    speaker = "SPEAKER_00" if diarize else None
    segments = tuple(replace(one, speaker=speaker) for one in sentences(said.text, words))
    return Transcript(said.text, said.language, "none", segments, diarized=diarize)


def _recording(path: Path, length: float, language: str | None, diarize: bool) -> Transcript:
    samples, rate = decode.read(path, rate=hear.RATE, seconds=LONGEST)
    obstacle = _obstacle(samples, language)
    if obstacle:
        return _unheard(obstacle, length)
    try:
        segments = tuple(_segments(hear.hear(samples)))
    except CannotRender as fault:
        return _unheard(str(fault), length)
    if not segments:
        return _unheard("no words were found in it.", length)
    if diarize:
        segments = speakers.named(segments, samples, rate)
    if length > LONGEST + _SLACK:
        segments += (Segment(LONGEST, length, _rest()),)
    text = " ".join(segment.text for segment in segments)
    return Transcript(text, hear.LANGUAGE, "none", segments, diarized=diarize, sure=0.5)


def _obstacle(samples: Samples, language: str | None) -> str | None:
    """Why there will be no words, as far as that is known before."""
    if float(np.abs(samples).max()) < _SILENT:
        return "it is silent."
    if language and language != "auto" and known(language).code != hear.LANGUAGE:
        return "its recogniser knows English only."
    if not hear.is_there():
        return (
            "that takes the extra of requirements-engines.txt, which is not installed. It knows its"
            " own speech without."
        )
    return None


def _unheard(reason: str, length: float) -> Transcript:
    text = CANNOT + reason
    return Transcript(text, "en", "none", (Segment(0, round(length, 3), text),), sure=0)


def _rest() -> str:
    return f"[The sandbox listens to the first {LONGEST / 60:.0f} minutes of a recording.]"


def _segments(heard: Sequence[hear.Heard]) -> Iterator[Segment]:
    """The words between two pauses each."""
    words: list[Heard] = []
    for one in heard:
        if one.word:
            words.append(Heard(one.word, *(round(x, 3) for x in (one.start, one.end, one.sure))))
        elif words and one.end - one.start >= _PAUSE:
            yield _segment(words)
            words = []
    if words:
        yield _segment(words)


def _segment(words: Sequence[Heard]) -> Segment:
    text = " ".join(word.word for word in words)
    return Segment(words[0].start, words[-1].end, text[0].upper() + text[1:], tuple(words))
