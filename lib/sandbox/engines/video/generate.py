"""Text to video: the sandbox's picture of the prompt, brought to life."""

from collections.abc import Iterator

from lib.sandbox.engines.video import frame
from lib.sandbox.engines.video.alive import Alive
from lib.sandbox.engines.video.frame import Frame
from lib.sandbox.engines.video.still import Wish


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
    scene = Alive(Wish(prompt, seed, steps, guidance, negative_prompt), (width, height))
    for number in range(frames):
        yield frame.of(scene.at(number / max(1, frames - 1), number / fps))
