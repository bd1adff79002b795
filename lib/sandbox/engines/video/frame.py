"""One picture of a video as its bytes: height by width by red, green, blue."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Frame = NDArray[np.uint8]
Size = tuple[int, int]
"""Width and height in pixels."""


def of(picture: Image.Image) -> Frame:
    return np.asarray(picture.convert("RGB"))


def size_of(frame: Frame) -> Size:
    return frame.shape[1], frame.shape[0]


def even(size: Size) -> Size:
    """The nearest size not larger that H.264 can hold: its colours come in squares of two."""
    return max(2, size[0] // 2 * 2), max(2, size[1] // 2 * 2)
