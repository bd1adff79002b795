"""Adding to somebody's words without touching them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_ENDS = ".!?…。！？"


@dataclass(frozen=True, slots=True)
class Part:
    """Something to add, and what makes it needless: words that say it already."""

    text: str
    unless: str = ""
    """A pattern for words, at their beginnings."""

    def is_said_in(self, prompt: str) -> bool:
        said = self.unless and re.search(rf"\b(?:{self.unless})", prompt, re.IGNORECASE)
        return bool(said) or self.text.lower() in prompt.lower()


def extended(prompt: str, parts: Iterable[Part], longest: int) -> str:
    """The prompt and the parts that it doesn't say already, as far as they fit.

    Goes on after a comma; after a whole sentence with another one.
    """
    prompt = prompt.strip()
    added: list[str] = []
    for part in parts:
        if not part.is_said_in(prompt) and len(_joined(prompt, [*added, part.text])) <= longest:
            added.append(part.text)
    return _joined(prompt, added)


def sentences(prompt: str, parts: Iterable[Part], longest: int) -> str:
    """The same with parts that are sentences of their own."""
    prompt = prompt.strip()
    whole = prompt if not prompt or prompt[-1] in _ENDS else f"{prompt.rstrip(' ,;:')}."
    added = 0
    for part in parts:
        longer = f"{whole} {part.text}"
        if not part.is_said_in(prompt) and len(longer) <= longest:
            whole, added = longer, added + 1
    return whole if added else prompt


def negatives(given: str, prompt: str, words: Sequence[str], longest: int = 500) -> str:
    """The given words, then those of ours that are new and that the prompt doesn't ask for."""
    found = [word.strip() for word in given.split(",") if word.strip()]
    wanted = set(re.findall(r"[^\W_]+", prompt.lower())) - _SMALL
    for word in words:
        known = any(word.lower() == other.lower() for other in found)
        asked = any(_alike(one, other) for one in word.lower().split() for other in wanted)
        if not known and not asked and len(", ".join([*found, word])) <= longest:
            found.append(word)
    return ", ".join(found)


def _alike(one: str, other: str) -> bool:
    """The same word in another form: blurry and blurred."""
    return one == other or (len(one) > 3 and one[:4] == other[:4])


def _joined(prompt: str, added: Sequence[str]) -> str:
    if not added:
        return prompt
    more = ", ".join(added)
    if prompt[-1:] in _ENDS:
        return f"{prompt} {more[0].upper()}{more[1:]}."
    return f"{prompt.rstrip(' ,;:')}, {more}"


_SMALL = frozenset({"a", "and", "of", "the", "in", "bad", "low", "extra", "too", "with", "out"})
