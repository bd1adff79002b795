"""A few stills of a video, for the job's previews."""

from pathlib import Path

from PIL import Image

from lib.sandbox.engines.video import read
from lib.sandbox.engines.video.frame import Size

_SIDE = 384
_BLOCKS = (12, 24, 56, None)
"""How many blocks wide each still is: the video comes out of them; the last is as it is."""


def previews(path: Path, folder: Path) -> tuple[str, ...]:
    """Write four small JPEGs into the folder, from the video's start, middle and end.

    Returns their names, from the vaguest to the clear one (`Outputs.previews`). Raises
    `Unreadable`.
    """
    facts = read.facts(path)
    size = _within(facts.size)
    wanted = [round(part * (facts.frames - 1) / 3) for part in range(len(_BLOCKS))]
    names: list[str] = []
    for number, frame in enumerate(read.frames(path, size)):
        while len(names) < len(wanted) and number == wanted[len(names)]:
            name = f"preview-{len(names) + 1}.jpg"
            _coarse(Image.fromarray(frame), _BLOCKS[len(names)]).save(folder / name, quality=80)
            names.append(name)
    return tuple(names)


def _within(size: Size) -> Size:
    share = min(1.0, _SIDE / max(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def _coarse(picture: Image.Image, blocks: int | None) -> Image.Image:
    if blocks is None or blocks >= picture.width:
        return picture
    height = max(1, round(picture.height * blocks / picture.width))
    tiny = picture.resize((blocks, height), Image.Resampling.BOX)
    return tiny.resize(picture.size, Image.Resampling.BICUBIC)
