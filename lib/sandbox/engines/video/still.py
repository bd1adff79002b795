"""The picture of a prompt that a video begins with."""

from PIL import Image

from lib.sandbox.engines.drawing import finish, scene
from lib.sandbox.engines.video import chance
from lib.sandbox.engines.video.frame import Size

_USUAL_STEPS = 8


def drawn(
    prompt: str,
    size: Size,
    *,
    seed: int,
    steps: int | None,
    guidance: float | None,
    negative_prompt: str,
) -> Image.Image:
    """The sandbox's picture; of a model that takes no steps or guidance, as it is usually drawn.

    A video model of one step is a fast one, not an unfinished one, so few steps don't blur.
    """
    steps = _USUAL_STEPS if steps is None else steps
    octaves = min(6, 3 + steps.bit_length())
    picture = scene.drawn(
        prompt, negative_prompt, size, chance.number(seed, prompt), octaves=octaves
    )
    picture = finish.cleaned(finish.developed(picture, max(4, steps)), negative_prompt)
    return picture if guidance is None else finish.strengthened(picture, guidance)
