"""Which words of a text were changed: taken away, added, or kept."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from lib.ui.plain import safe

Change = Literal["kept", "removed", "added"]

_TAGS: Mapping[Change, str] = {"removed": "del", "added": "ins"}

_WORDS = re.compile(
    # Scripts that write without spaces: each sign is a word of its own.
    r"[\u2e80-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
    r"|[^\W\u2e80-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]+"
    r"|\s+|.",
    re.DOTALL,
)
_MOST_WORDS = 6000
"""Of both texts together. Beyond, the comparison would take seconds: only what they begin and end
with alike is kept then."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters that met the same fate. Those `kept` and `removed` are the text before,
    those `kept` and `added` the text after."""

    change: Change
    text: str


def html(found: Sequence[Piece], *shown: Change) -> str:
    """The text as HTML, with what was changed in the way of each of `shown` marked as such; the
    other changes are left out."""
    return "".join(
        f"<{_TAGS[each.change]}>{safe(each.text)}</{_TAGS[each.change]}>"
        if each.change in _TAGS
        else safe(each.text)
        for each in found
        if each.change in ("kept", *shown)
    )


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """How `before` became `after`, word by word; spaces and line ends count as they are."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    middle = _changes(old[start : len(old) - end], new[start : len(new) - end])
    found = [("kept", old[:start], new[:start]), *middle]
    found.append(("kept", old[len(old) - end :], new[len(new) - end :]))
    return tuple(_joined(_without_islands(found)))


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


_Step = tuple[str, list[str], list[str]]
"""What happened, to which words before, and which came after."""


def _changes(old: list[str], new: list[str]) -> list[_Step]:
    if len(old) + len(new) > _MOST_WORDS:
        return [("changed", old, new)]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        ("kept" if what == "equal" else "changed", old[a:b], new[c:d])
        for what, a, b, c, d in matcher.get_opcodes()
    ]


def _without_islands(steps: Sequence[_Step]) -> Iterator[_Step]:
    """A space that happens to stand in both between two changes is no word that was kept."""
    steps = [step for step in steps if step[1] or step[2]]
    for at, (what, old, new) in enumerate(steps):
        between = 0 < at < len(steps) - 1 and steps[at - 1][0] == steps[at + 1][0] == "changed"
        yield ("changed" if between and not "".join(old).strip() else what), old, new


def _joined(steps: Iterator[_Step]) -> Iterator[Piece]:
    for what, group in groupby(steps, key=lambda step: step[0]):
        some = list(group)
        old = "".join(word for _, words, _ in some for word in words)
        new = "".join(word for _, _, words in some for word in words)
        if what == "kept":
            yield Piece("kept", old)
            continue
        if old:
            yield Piece("removed", old)
        if new:
            yield Piece("added", new)
