"""The sandbox's mark on every frame: drawn once, laid on cheaply."""

import numpy as np
from PIL import Image

from lib.sandbox.engines.mark import mark
from lib.sandbox.engines.video.frame import Frame, Size


class Stamp:
    """The mark as it looks on frames of one size."""

    def __init__(self, size: Size) -> None:
        layer = mark(Image.new("RGBA", size))
        self._box = layer.getbbox()
        """None where the frame is too small for a readable word."""
        if self._box is not None:
            corner = np.asarray(layer.crop(self._box), np.float32)
            self._share = corner[..., 3:] / 255
            self._ink = corner[..., :3] * self._share

    def on(self, frame: Frame) -> Frame:
        """A copy of `frame` with the mark in its corner; too small a frame comes back as it is."""
        if self._box is None:
            return frame
        left, top, right, bottom = self._box
        stamped = frame.copy()
        under = stamped[top:bottom, left:right]
        stamped[top:bottom, left:right] = np.rint(under * (1 - self._share) + self._ink)
        return stamped
