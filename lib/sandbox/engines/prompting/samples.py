"""Sample prompts by topic, in several languages."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

Kind = Literal["text2image", "text2speech"]

_FOLDER = Path(__file__).parent / "languages"
_USUAL = "en"
_LONGEST_TOPIC = 120
"""Characters of a topic that are quoted in a prompt; deAPI takes 500 (deapi.md, Sample Prompts)."""


def languages() -> frozenset[str]:
    """The codes of the languages that samples are in."""
    return frozenset(path.stem for path in _FOLDER.glob("*.toml"))


def samples(kind: Kind, topic: str = "", language: str = "") -> tuple[str, ...]:
    """Sample prompts, the fittest first.

    With a topic: prompts that name it, then those of its theme, if its words belong to one.
    Without: all there are. A language that we don't have is answered in English.
    """
    code = language[:2].lower()
    data = _data(code if code in languages() else _USUAL)
    themes: Mapping[str, list[str]] = data[kind]
    topic = " ".join(topic.split())[:_LONGEST_TOPIC].rstrip()
    if not topic:
        return tuple(text for name, texts in themes.items() if name != "about" for text in texts)
    named = [text.replace("{topic}", topic) for text in themes["about"]]
    return (*named, *(text for name in _themes(data, topic) for text in themes[name]))


def _themes(data: Mapping[str, Any], topic: str) -> list[str]:
    """The themes that share a word, or the beginning of a long one, with the topic."""
    asked = re.findall(r"[^\W_]{2,}", topic.lower())
    themes: Mapping[str, str] = data["words"]
    return [
        name
        for name, words in themes.items()
        if any(_alike(word, other) for word in asked for other in words.split())
    ]


def _alike(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= 4 and longer.startswith(shorter))


@cache
def _data(code: str) -> Mapping[str, Any]:
    return tomllib.loads((_FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
