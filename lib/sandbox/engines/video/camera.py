"""How the camera moves over a still."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image

from lib.sandbox.engines.video import chance
from lib.sandbox.engines.video.frame import Size

Box = tuple[float, float, float, float]
"""Left, top, right and lower edge of what the camera sees, in the still's pixels."""
Point = tuple[float, float]
"""As shares of a still's width and height."""


class Move(StrEnum):
    IN = "in"
    OUT = "out"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    STILL = "still"


_SPOKEN: Mapping[Move, str] = {
    Move.OUT: r"(zoom|pull|doll|mov)\w* (slowly )?(out|back|away)\b|pullback",
    Move.IN: r"(zoom|push|doll|mov|fly)\w* (slowly )?(in|into|closer|forward|towards?)\b",
    Move.LEFT: r"(pan|mov|slid|track|camera)\w* (slowly )?(to the )?left",
    Move.RIGHT: r"(pan|mov|slid|track|camera)\w* (slowly )?(to the )?right",
    Move.UP: r"(tilt|pan|mov|crane|camera|ris)\w* (slowly )?(up|upwards?)\b|camera rises",
    Move.DOWN: r"(tilt|pan|mov|crane|camera)\w* (slowly )?(down|downwards?)\b|camera descends",
    Move.STILL: r"\b(static|still|fixed|locked) (camera|shot)|tripod",
}
_USUAL = (Move.IN, Move.OUT, Move.LEFT, Move.RIGHT)
_TOWARDS: Mapping[Move, Point] = {
    Move.LEFT: (0.0, 0.5),
    Move.RIGHT: (1.0, 0.5),
    Move.UP: (0.5, 0.0),
    Move.DOWN: (0.5, 1.0),
}

_WIDE = 0.97
"""The most of a still that is seen at once, when it has been drawn for the movement."""
_CLOSE = 0.84
"""The least."""
_BREATH = 0.985
"""What is left of a movement when the camera should stand still."""


def chosen(prompt: str, seed: int) -> Move:
    """What the prompt asks for in a film maker's words, else a usual movement, by the seed."""
    text = prompt.lower()
    for move, words in _SPOKEN.items():
        if re.search(words, text):
            return move
    return _USUAL[int(chance.of("camera", seed).integers(len(_USUAL)))]


@dataclass(frozen=True, slots=True)
class Camera:
    """From one box to another, gently."""

    start: Box
    end: Box
    rest: float = 0.0
    """The share of the way (0 to 1) at which things near and far stand as they were drawn."""

    def box(self, progress: float, nearness: float = 1.0) -> Box:
        """What it sees after a share of the whole time (0 to 1).

        Against the frame, far things (`nearness` 0) don't move at all and near ones (1) the most.
        """
        way = 0.5 * progress + 0.5 * progress * progress * (3 - 2 * progress)
        way = (way - self.rest) * nearness + self.rest
        left, top, right, bottom = (
            start * (1 - way) + end * way for start, end in zip(self.start, self.end, strict=True)
        )
        return left, top, right, bottom

    def backwards(self) -> "Camera":
        return Camera(self.end, self.start, 1 - self.rest)


def through(still: Size, move: Move, focus: Point) -> Camera:
    """Over a still that was drawn larger than needed, to have room for the movement."""
    if move is Move.IN:
        return Camera(_box(still, _WIDE, focus), _box(still, _CLOSE, focus))
    if move is Move.OUT:
        return through(still, Move.IN, focus).backwards()
    if move is Move.STILL:
        return Camera(_box(still, _WIDE, focus), _box(still, _WIDE * _BREATH, focus))
    x, y = _TOWARDS[move]
    return Camera(_box(still, _CLOSE, (1 - x, 1 - y)), _box(still, _CLOSE, (x, y)), rest=0.5)


def into(still: Size, move: Move, focus: Point) -> Camera:
    """Over a still that has to be seen whole at first: so there is no moving out of it."""
    close = _BREATH if move is Move.STILL else _CLOSE
    return Camera(_box(still, 1, focus), _box(still, close, _TOWARDS.get(move, focus)))


def seen(still: Image.Image, box: Box, size: Size) -> Image.Image:
    """What is in the box, in the size of the frame."""
    width, height = still.size
    inside = (max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3]))
    quality = Image.Resampling.BILINEAR if still.mode == "L" else Image.Resampling.BICUBIC
    return still.resize(size, quality, box=inside)


def _box(still: Size, share: float, focus: Point) -> Box:
    """The box that shows `share` of the still, with `focus` where it is in the still."""
    left, top = ((1 - share) * place for place in focus)
    return left * still[0], top * still[1], (left + share) * still[0], (top + share) * still[1]
