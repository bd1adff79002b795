"""Text to video: the sandbox's picture of the prompt, brought to life."""

from collections.abc import Iterator

from lib.sandbox.engines.drawing import words
from lib.sandbox.engines.video import camera, chance, still
from lib.sandbox.engines.video.alive import ROOM, Alive
from lib.sandbox.engines.video.frame import Frame


def frames(
    prompt: str,
    *,
    width: int,
    height: int,
    frames: int,
    fps: float,
    seed: int,
    steps: int | None = None,
    guidance: float | None = None,
    negative_prompt: str = "",
) -> Iterator[Frame]:
    """The frames of a video of what the sandbox can draw of the prompt.

    Scene and movement follow prompt and seed, detail the steps, colour the guidance; `None` stands
    for what the model doesn't take. Words like "zoom in" or "pan left" steer the camera.
    """
    scene = living(
        prompt,
        (width, height),
        seed=seed,
        steps=steps,
        guidance=guidance,
        negative_prompt=negative_prompt,
    )
    for number in range(frames):
        yield scene.at(number / max(1, frames - 1), number / fps)


def living(
    prompt: str,
    size: tuple[int, int],
    *,
    seed: int,
    steps: int | None,
    guidance: float | None,
    negative_prompt: str,
) -> Alive:
    """The scene that a prompt describes, ready to be looked at at any moment."""
    tags = words.tags(prompt) - words.tags(negative_prompt)
    said, unwanted = _moving(prompt, negative_prompt, tags)
    picture = still.drawn(
        said,
        (round(size[0] * ROOM), round(size[1] * ROOM)),
        seed=seed,
        steps=steps,
        guidance=guidance,
        negative_prompt=unwanted,
    )
    number = chance.number(prompt, seed)
    return Alive(picture, size, tags, camera.chosen(prompt, number), number)


def _moving(prompt: str, negative_prompt: str, tags: frozenset[str]) -> tuple[str, str]:
    """Prompt and negative prompt of a still without what will move: drawn drops would hang in the
    air. Words that the drawing knows, for a grey sky instead of rain."""
    if "rain" in tags:
        return f"{prompt} misty", f"{negative_prompt} rainy"
    if "snowfall" in tags:
        return prompt, f"{negative_prompt} snowing"
    return prompt, negative_prompt
