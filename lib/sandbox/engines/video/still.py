"""The picture that a video begins with, from its prompt."""

import re
from dataclasses import dataclass

from PIL import Image

from lib.sandbox.engines.drawing import finish, scene, words
from lib.sandbox.engines.video import chance
from lib.sandbox.engines.video.frame import Size

_USUAL_STEPS = 8


@dataclass(frozen=True, slots=True)
class Wish:
    """What a scene should be like; None stands for what the model doesn't take."""

    prompt: str
    seed: int
    steps: int | None = None
    guidance: float | None = None
    negative_prompt: str = ""

    @property
    def tags(self) -> frozenset[str]:
        """Everything drawable that is wanted (`drawing.words`)."""
        return words.tags(self.prompt) - words.tags(self.negative_prompt)


def drawn(wish: Wish, size: Size) -> Image.Image:
    """The sandbox's picture of the wish, without what will move in the video.

    A video model of one step is a fast one, not an unfinished one, so few steps don't blur.
    """
    prompt, unwanted = _unmoved(wish)
    steps = _USUAL_STEPS if wish.steps is None else wish.steps
    octaves = min(6, 3 + steps.bit_length())
    picture = scene.drawn(
        prompt, unwanted, size, chance.number(wish.seed, wish.prompt), octaves=octaves
    )
    picture = finish.cleaned(finish.developed(picture, max(4, steps)), wish.negative_prompt)
    return picture if wish.guidance is None else finish.strengthened(picture, wish.guidance)


def _unmoved(wish: Wish) -> tuple[str, str]:
    """Prompt and negative prompt for a picture without drops or flakes, which would hang in the
    air; in words that the drawing knows."""
    prompt = re.sub(r"\brain(s|y)?\b", "stormy", wish.prompt, flags=re.IGNORECASE)
    if "snowfall" in wish.tags:
        return prompt, f"{wish.negative_prompt} snowing"
    return prompt, wish.negative_prompt
