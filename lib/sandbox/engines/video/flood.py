"""What hangs together in a field of yes and no."""

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.bool_]


def reached(free: Places, start: Places) -> Places:
    """Every free place that a way over free places leads to from `start`."""
    reached = start & free
    count = -1
    while count != (count := int(reached.sum())):
        for axis in (0, 1):
            for one_way in (slice(None), slice(None, None, -1)):
                turned = (one_way, slice(None)) if axis == 0 else (slice(None), one_way)
                reached[turned] = _run(free[turned], reached[turned], axis)
    return reached


def _run(free: Places, reached: Places, axis: int) -> Places:
    """`reached`, and all that follows it along `axis` up to the next wall."""
    at = np.indices(free.shape, np.int32)[axis]
    wall = np.maximum.accumulate(np.where(free, np.int32(-1), at), axis)
    source = np.maximum.accumulate(np.where(reached, at, np.int32(-1)), axis)
    return free & (source > wall)
