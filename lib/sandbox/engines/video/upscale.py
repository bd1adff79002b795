"""Video upscale: Lanczos, with its sound."""

from pathlib import Path

from lib.sandbox.engines.video import bounds, encode, read, sound
from lib.sandbox.engines.video.frame import even


def write(source: Path, target: Path, *, scale: int) -> None:
    """Write the video `scale` times as wide and as high, every frame of it.

    Raises `Unreadable`, and `CannotRender` where that would be too much for this machine.
    """
    facts = read.facts(source)
    size = even((facts.width * scale, facts.height * scale))
    bounds.check(size, facts.frames)
    encode.write(
        target,
        read.frames(source, size),
        size=size,
        fps=facts.fps,
        sound=sound.of_video(source, facts.seconds),
        comment=sound.told(source, facts.seconds) if facts.has_sound else None,
    )
