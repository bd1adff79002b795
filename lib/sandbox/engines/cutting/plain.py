"""Telling subject from background with numpy alone: what has the border's colours is background.

Good on plain and evenly textured backgrounds. On a photo whose border shows many things it leaves
parts of them in.
"""

import numpy as np

from lib.sandbox.engines.cutting.fields import Field, Mask, Pixels, colours, filled, pieces, ring

_CLUSTERS = 6
_ROUNDS = 8
_RARE = 0.04
"""Of the border: a colour that is rarer there belongs to a subject that reaches the edge."""
_LEAST_SPREAD = (0.045, 0.05, 0.06)
"""How far light and colours of one surface differ at least, in `fields.colours`."""
_ONE_COLOUR = 0.06
"""How far nearly all of a plain border is from its median at most, in `fields.colours`."""
_SMALLEST, _LARGEST = 0.004, 0.96
"""A subject's share of the picture; beyond, nothing was found."""


def subject(pixels: Pixels) -> Mask | None:
    """Where the subject is on a small RGB picture; None when nothing stands out."""
    values = colours(pixels)
    difference = _difference(values) * _weights(*values.shape[:2])
    found = pieces(filled(difference > _threshold(difference)), least=0.08)
    return found if _SMALLEST < found.mean() < _LARGEST else None


def is_enough(pixels: Pixels) -> bool:
    """Whether the border has one colour, so that nothing cleverer is needed."""
    values = colours(pixels)
    samples = values[_edge(*values.shape[:2])]
    return bool(np.percentile(np.abs(samples - np.median(samples, axis=0)), 95) < _ONE_COLOUR)


def _edge(height: int, width: int) -> Mask:
    """The border, without the lowest part: where subjects stand, and go on beyond the picture."""
    edge = ring((height, width), max(1, min(height, width) // 24))
    edge[max(1, round(0.8 * height)) :] = False
    return edge


def _difference(values: Field) -> Field:
    """How unlike the border's colours each place is; at 1 it may still be one of them."""
    height, width = values.shape[:2]
    samples = values[_edge(height, width)]
    centres, owners = _clusters(samples)
    nearest = np.full((height, width), np.inf, np.float32)
    for number, centre in enumerate(centres):
        own = samples[owners == number]
        if len(own) < _RARE * len(samples):
            continue
        spread = np.maximum(own.std(axis=0), _LEAST_SPREAD)
        apart = np.sqrt((((values - centre) / spread) ** 2).mean(axis=-1))
        nearest = np.minimum(nearest, apart / 2)
    return nearest


def _weights(height: int, width: int) -> Field:
    """What stands in the middle is subject sooner."""
    down, across = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    return (1.25 - 0.45 * np.clip(np.hypot(across, down), 0, 1.2)).astype(np.float32)


def _clusters(samples: Field) -> tuple[Field, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """k-means, started from samples that are far from each other: nothing in it is random."""
    centres = samples.mean(axis=0, keepdims=True)
    for _ in range(_CLUSTERS - 1):
        far = _apart(samples, centres).min(axis=1).argmax()
        centres = np.concatenate([centres, samples[far : far + 1]])
    owners = _apart(samples, centres).argmin(axis=1)
    for _ in range(_ROUNDS):
        for number in range(len(centres)):
            own = samples[owners == number]
            if len(own):
                centres[number] = own.mean(axis=0)
        owners = _apart(samples, centres).argmin(axis=1)
    return centres, owners


def _apart(samples: Field, centres: Field) -> Field:
    return ((samples[:, None] - centres[None]) ** 2).sum(axis=-1)


def _threshold(difference: Field) -> float:
    """Otsu's: the cut that leaves two groups as unlike each other as can be; 1 to 2.5."""
    levels = np.linspace(0, 6, 97)
    counts, _ = np.histogram(np.clip(difference, 0, 6), levels)
    middles = (levels[1:] + levels[:-1]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    total = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = below * above * (total / below - (total[-1] - total) / above) ** 2
    best = int(np.nan_to_num(apart).argmax())
    return float(np.clip(levels[1 + best], 1.0, 2.5))
