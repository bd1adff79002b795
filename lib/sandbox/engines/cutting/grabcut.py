"""Telling subject from background with OpenCV's GrabCut, of the extra.

It needs a first guess: the subject fills an ellipse in the middle, and what lies outside is
background for certain. In an upright or square picture the subject may go on below the picture, as
people do in portraits.
"""

import numpy as np

from lib.sandbox.engines.cutting.fields import Mask, Pixels, filled, pieces
from lib.sandbox.engines.extra import optional

_ACROSS, _DOWN, _BELOW = 0.9, 0.95, 1.03
"""The ellipse's share of the picture's width and height; above 1 the lower edge is open."""
_UPRIGHT = 0.9
"""Height by width from which on the lower edge is open."""
_ROUNDS = 6
_GRAIN = 3
"""Levels up and down. On flat colours all cuts are as good as each other, and the search for the
best one may never end; a little noise makes it short."""
_SMALLEST = 16
"""Pixels a side; below, the guess has no inside."""
_HOLE = 0.02
"""Of the subject: a larger hole is one that we see through."""


def is_there() -> bool:
    return optional("cv2") is not None


def subject(pixels: Pixels) -> Mask | None:
    """Where the subject is on a small RGB picture; None when GrabCut finds none."""
    cv2 = optional("cv2")
    assert cv2 is not None, "is_there() was not asked"
    if min(pixels.shape[:2]) < _SMALLEST:
        return None
    background, likely = int(cv2.GC_BGD), int(cv2.GC_PR_FGD)
    mask = np.where(_middle(*pixels.shape[:2]), likely, background).astype(np.uint8)
    grain = np.random.default_rng(0).integers(-_GRAIN, _GRAIN + 1, pixels.shape)
    bgr = np.clip(pixels[:, :, ::-1] + grain, 0, 255).astype(np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # of this thread: GrabCut draws
    cv2.grabCut(bgr, mask, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)  # changes the mask
    found = filled(pieces(mask == likely, least=0.1), _HOLE)
    return found if found.mean() > 0.01 else None


def _middle(height: int, width: int) -> Mask:
    down, across = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    ellipse = (across / _ACROSS) ** 2 + (down / _DOWN) ** 2 < 1
    if height < _UPRIGHT * width:
        return ellipse
    broad = (across / _ACROSS) ** 4 + (down / _BELOW) ** 4 < 1
    return np.where(down < 0, ellipse, broad)
