"""Image to video: from the first picture, with the camera, to the last."""

from collections.abc import Iterator

from PIL import Image, ImageOps

from lib.sandbox.engines.drawing import words
from lib.sandbox.engines.opened import opaque
from lib.sandbox.engines.video import camera, chance, frame, weather
from lib.sandbox.engines.video.camera import Camera
from lib.sandbox.engines.video.frame import Frame, Size

_FINER = 1.2
"""How much larger than the video a picture is kept, for the camera to come near."""
_FADE = (0.34, 0.66)
"""When the last picture comes out of the first, as shares of the time."""
_FALLS = frozenset({"rain", "snow", "snowfall"})
_SETS_IN = 0.15
"""How long rain or snow takes to set in, as a share of the time."""


def frames(
    first: Image.Image,
    *,
    width: int,
    height: int,
    frames: int,
    fps: float,
    prompt: str,
    seed: int,
    last: Image.Image | None = None,
) -> Iterator[Frame]:
    """The frames of a video that begins with `first` and, where it is given, ends with `last`.

    Both are cut to the video's shape and are the first and the last frame, pixel by pixel. The
    camera does what the prompt says, else what the seed chooses; rain or snow falls where the
    prompt names it.
    """
    scene = Between((width, height), first, last, prompt=prompt, seed=seed)
    for number in range(frames):
        yield frame.of(scene.at(number / max(1, frames - 1), number / fps))


class Between:
    """A moving view of one picture or two."""

    def __init__(
        self, size: Size, first: Image.Image, last: Image.Image | None, *, prompt: str, seed: int
    ) -> None:
        number = chance.number(prompt, seed)
        rng = chance.of("between", number)
        move = camera.chosen(prompt, number)
        focus = (float(rng.uniform(0.35, 0.65)), float(rng.uniform(0.35, 0.55)))
        way = camera.into(_enlarged(size), move, focus)
        self._first = _View(first, size, way)
        self._last = None if last is None else _View(last, size, way.backwards())
        self._weather = weather.named(words.tags(prompt) & _FALLS, size, number)

    def at(self, progress: float, seconds: float) -> Image.Image:
        """After a share of the whole time (0 to 1), which is so many seconds from the start."""
        share = 0.0 if self._last is None else _eased(progress, *_FADE)
        if self._last is None or share == 0:
            picture = self._first.at(progress)
        elif share == 1:
            picture = self._last.at(progress)
        else:
            picture = Image.blend(self._first.at(progress), self._last.at(progress), share)
        if self._weather is not None:
            strength = _eased(progress, 0, _SETS_IN)
            if self._last is not None:
                strength *= 1 - _eased(progress, 1 - _SETS_IN, 1)
            self._weather.on(picture, seconds, strength)
        return picture


class _View:
    """One picture as the camera sees it."""

    def __init__(self, picture: Image.Image, size: Size, way: Camera) -> None:
        plain = opaque(picture)
        self._size = size
        self._whole = ImageOps.fit(plain, size, Image.Resampling.LANCZOS)
        self._fine = ImageOps.fit(plain, _enlarged(size), Image.Resampling.LANCZOS)
        self._way = way

    def at(self, progress: float) -> Image.Image:
        box = self._way.box(progress)
        if box == (0, 0, *self._fine.size):
            return self._whole.copy()
        return camera.seen(self._fine, box, self._size)


def _enlarged(size: Size) -> Size:
    return round(size[0] * _FINER), round(size[1] * _FINER)


def _eased(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high` on, an S in between."""
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return share * share * (3 - 2 * share)
