"""The colours of a time of day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.floating[Any]]
"""Red, green and blue from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one light, far to near."""

    sky: tuple[Colour, ...]
    """From the zenith down to the horizon."""
    sun: Colour
    cloud: Colour
    far: Colour
    near: Colour
    grass: Colour
    lights: tuple[Colour, ...]
    """Of windows."""
    is_dark: bool

    @property
    def haze(self) -> Colour:
        """What distance fades into."""
        return self.sky[-1]


def colour(text: str) -> Colour:
    """`#rrggbb`."""
    return np.array([int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of the second colour in the first."""
    return (first * (1 - share) + second * share).astype(np.float32)


def ramp(
    at: NDArray[np.floating[Any]],
    stops: Sequence[Colour],
    where: Sequence[float] | None = None,
) -> NDArray[np.floating[Any]]:
    """The colours at places along stops that stand at `where` (evenly from 0 to 1 if not given).

    The answer has a last axis more than `at`: red, green, blue.
    """
    places = np.linspace(0, 1, len(stops)) if where is None else np.asarray(where)
    bands = [
        np.interp(at, places, np.array([float(stop[band]) for stop in stops])) for band in range(3)
    ]
    return np.stack(bands, -1).astype(np.float32)


def _palette(
    sky: str, sun: str, cloud: str, land: str, lights: str = "#ffd27a", *, is_dark: bool = False
) -> Palette:
    far, near, grass = land.split()
    return Palette(
        sky=tuple(map(colour, sky.split())),
        sun=colour(sun),
        cloud=colour(cloud),
        far=colour(far),
        near=colour(near),
        grass=colour(grass),
        lights=tuple(map(colour, lights.split())),
        is_dark=is_dark,
    )


PALETTES: Mapping[str, Palette] = {
    "sunset": _palette(
        "#33306b #7b4c8e #d9657a #f9935f #ffd28a",
        "#fff0c2",
        "#ff9f86",
        "#8d5a86 #1c1831 #4a2f4a",
        "#ffd27a #ffb45c",
        is_dark=True,
    ),
    "dawn": _palette(
        "#5f86bd #9db6d8 #e6c9d3 #ffdcc2 #fff0d6",
        "#fff6dc",
        "#ffe3d8",
        "#96a6c6 #2c4058 #56775f",
    ),
    "day": _palette(
        "#2a78cc #5aa5e6 #9dd0f3 #d5ecf8",
        "#fffbe6",
        "#ffffff",
        "#86aecb #20503f #6aa84f",
        "#cfe6f2 #9fc6dc",
    ),
    "dusk": _palette(
        "#151a45 #3a3a7d #84589c #d98797 #f6bfa0",
        "#ffe9cf",
        "#b98bb0",
        "#5f5a8f #12142c #2c3350",
        "#ffd27a #ffc15c #bfe3ff",
        is_dark=True,
    ),
    "night": _palette(
        "#050a1e #0d1c45 #1f3a6b #3d6088",
        "#f3f0dd",
        "#3f5a86",
        "#2c466c #060b18 #12253a",
        "#ffd27a #ffbe5c #d9ecff",
        is_dark=True,
    ),
    "storm": _palette(
        "#1d242e #394653 #66747f #a3aaa8",
        "#e9ecea",
        "#8d979e",
        "#64727c #1a2329 #3d5148",
        "#ffd998",
    ),
    "autumn": _palette(
        "#6f93b8 #aebfc6 #ead7b4 #fbe3b0",
        "#fff4d0",
        "#fff0dc",
        "#b08a72 #4b2416 #b5702c",
    ),
    "winter": _palette(
        "#6f96c4 #a3c1de #d6e4f0 #f4f3f4",
        "#fffaf0",
        "#ffffff",
        "#a9bfd6 #33485f #e8eff5",
        "#ffd27a",
    ),
    "mist": _palette(
        "#93a7b0 #b8c5c8 #d8dcd8 #ecebe3",
        "#fffbef",
        "#f4f4ee",
        "#aab9bb #2f4547 #6c8274",
    ),
    "neon": _palette(
        "#0a0622 #2a1058 #741f86 #e04a97 #ff9a80",
        "#ffd8e6",
        "#b6408f",
        "#4d2a7d #0b0720 #23134a",
        "#4df0ff #ff5fc4 #ffd166",
        is_dark=True,
    ),
    "space": _palette(
        "#04040d #0a0a20 #141433 #1d1b40",
        "#fff4dd",
        "#6a4fb0",
        "#3a3566 #05050d #1b1838",
        is_dark=True,
    ),
}


def tinted(palette: Palette, tints: Sequence[Colour]) -> Palette:
    """The palette as a light of these colours would make it; greys give no light."""
    strong = [tint for tint in tints if np.ptp(tint) > 0.25]
    for number, tint in enumerate(strong[:2]):
        share = 0.28 / (1 + number)
        palette = replace(
            palette,
            sky=tuple(mixed(each, tint, share) for each in palette.sky),
            cloud=mixed(palette.cloud, tint, share * 0.8),
            far=mixed(palette.far, tint, share),
            grass=mixed(palette.grass, tint, share),
        )
    return palette
