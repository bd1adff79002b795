"""The prompt engine: adds to a prompt what helps, and offers sample prompts.

The person's words stay as they are, with ours behind them; for speech they are written as they are
spoken. What a prompt says already is not said again. Everything follows from the text and the
model: the same call, the same answer.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from lib.sandbox.engines.prompting import sounding, spoken, visual, working
from lib.sandbox.engines.prompting.samples import Kind, samples
from lib.sandbox.engines.prompting.seen import seen

__all__ = ["Enhanced", "Kind", "enhance", "samples"]

_LONGEST = 1000
_LONGEST_OF: Mapping[str, int] = {"audio.music": 300, "audio.speech": 5000}
"""Characters of an enhanced prompt, where the model names no limit (models.json names these)."""


class Enhanced(NamedTuple):
    prompt: str
    negative: str
    """Empty for kinds that have no negative prompt, unless one was given."""


def enhance(
    kind: str,
    prompt: str,
    *,
    negative: str = "",
    model: str = "",
    picture: Path | None = None,
    language: str = "",
    longest: int | None = None,
) -> Enhanced:
    """`kind` is an inference type in v2's notation (deapi.md, Unified Prompt Booster).

    `picture` is told about by colours, light and shape. `longest` counts characters; a prompt that
    is longer already comes back as it is. `language` is a code, for speech.
    """
    limit = longest or _LONGEST_OF.get(kind, _LONGEST)
    shown = seen(picture) if picture is not None else None
    if kind in working.KINDS:
        return Enhanced(*working.working(kind, prompt, negative, model, shown, limit))
    if kind == "audio.music":
        return Enhanced(sounding.sounding(prompt, model, limit), negative)
    if kind == "audio.speech":
        return Enhanced(spoken.spoken(prompt, model, language, limit), negative)
    if kind == "embeddings":
        return Enhanced(working.searched(prompt, limit), negative)
    make = {"images.edits": visual.edit, "images.generations": visual.picture}
    return Enhanced(*make.get(kind, visual.video)(prompt, negative, model, shown, limit))
