"""A transcript in the formats that players and editors read. Pure functions."""

from collections.abc import Iterator

from lib.deapi.transcripts import Segment, Transcript, Word

LONGEST = 7.0
"""Seconds that one subtitle stays, at most; where the times of words are known, it is cut there."""
WIDEST = 84
"""Characters of one subtitle: two lines of 42."""
LEAST = 0.05
"""Seconds that one is there at least: a player skips what takes no time."""


def txt(said: Transcript) -> str:
    """The text alone; a paragraph a speaker where they are known."""
    if not said.speakers:
        return said.text.strip() + "\n"
    paragraphs: list[str] = []
    before: str | None = None
    for each in said.segments:
        text = _line(each.text)
        if paragraphs and each.speaker == before:
            paragraphs[-1] += f" {text}"
        else:
            paragraphs.append(f"{speaker(each.speaker)}: {text}" if each.speaker else text)
        before = each.speaker
    return "\n\n".join(paragraphs) + "\n"


def srt(said: Transcript) -> str:
    """SubRip: a number, the times with a comma, the text, an empty line."""
    blocks = [
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(_end(cue), ',')}\n{_named(cue)}\n"
        for number, cue in enumerate(cues(said), start=1)
    ]
    return "\n".join(blocks)


def vtt(said: Transcript) -> str:
    """WebVTT (W3C): speakers as voice tags, and nothing in the text that would be a tag."""
    blocks = [
        f"{_clock(cue.start, '.')} --> {_clock(_end(cue), '.')}\n{_voiced(cue)}\n"
        for cue in cues(said)
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def cues(said: Transcript) -> Iterator[Segment]:
    """The segments, the long ones in pieces where the times of their words tell where."""
    for each in said.segments:
        yield from _pieces(each)


def _pieces(segment: Segment) -> Iterator[Segment]:
    short = len(segment.text) <= WIDEST and segment.end - segment.start <= LONGEST
    if short or not _covers(segment):
        yield segment
        return
    inside: list[Word] = []
    for word in segment.words:
        if inside and (
            word.end - inside[0].start > LONGEST or len(_joined([*inside, word])) > WIDEST
        ):
            yield _piece(segment, inside)
            inside = []
        inside.append(word)
    yield _piece(segment, inside)


def _covers(segment: Segment) -> bool:
    """Whether the words are the whole text: a piece of it must not get lost."""
    return _joined(segment.words).split() == segment.text.split()


def _piece(segment: Segment, words: list[Word]) -> Segment:
    return Segment(_joined(words), words[0].start, words[-1].end, segment.speaker)


def _joined(words: list[Word] | tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


def speaker(name: str) -> str:
    """`SPEAKER_00` as one reads it: "Speaker 1"."""
    head, _, number = name.partition("_")
    known = head == "SPEAKER" and number.isascii() and number.isdecimal()
    return f"Speaker {int(number) + 1}" if known else _line(name)


def _named(cue: Segment) -> str:
    return f"{speaker(cue.speaker)}: {_line(cue.text)}" if cue.speaker else _line(cue.text)


def _voiced(cue: Segment) -> str:
    text = _harmless(_line(cue.text))
    return f"<v {_harmless(speaker(cue.speaker))}>{text}" if cue.speaker else text


def _harmless(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _line(text: str) -> str:
    """In one line: an empty one would end the cue. An arrow would be read as times."""
    return " ".join(text.split()).replace("-->", "→")


def _end(cue: Segment) -> float:
    return max(cue.end, cue.start + LEAST)


def _clock(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{thousandths:03}"


def short_clock(seconds: float) -> str:
    """A time as a player shows it: `0:07`, `12:30`, `1:02:03`."""
    minutes, second = divmod(int(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"
