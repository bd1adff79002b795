"""The sky: its colours, sun or moon, clouds, stars, northern lights."""

import numpy as np
from PIL import Image

from lib.sandbox.engines.drawing import noise
from lib.sandbox.engines.drawing.canvas import Canvas, mask
from lib.sandbox.engines.drawing.noise import Field
from lib.sandbox.engines.drawing.palettes import Colour, colour, mixed, ramp

_LOW = 320
"""The longer side at which soft things are computed, in pixels."""


def paint(canvas: Canvas) -> None:
    """Fill the whole canvas; what lies below the horizon is covered later."""
    scale = min(1.0, _LOW / max(canvas.width, canvas.height))
    size = (max(8, round(canvas.width * scale)), max(8, round(canvas.height * scale)))
    across, down = np.meshgrid(
        np.linspace(0, 1, size[0], dtype=np.float32) * canvas.width / canvas.unit,
        np.linspace(0, 1, size[1], dtype=np.float32),
    )
    from_sun = np.hypot(
        across - canvas.sun[0] * canvas.width / canvas.unit,
        (down - canvas.sun[1]) * canvas.height / canvas.unit,
    )
    sky = _gradient(canvas, down)
    sky = _over(sky, canvas.palette.sun, _glow(canvas, from_sun))
    if "aurora" in canvas.tags:
        sky = _aurora(canvas, sky, size)
    if not canvas.tags & {"star", "aurora"}:
        sky = _clouds(canvas, sky, size, down, from_sun)
    canvas.picture.paste(_enlarged(canvas, sky))
    if canvas.palette.is_dark:
        _stars(canvas)
    if "moon" in canvas.tags or not canvas.tags & {"storm", "fog", "space", "star", "aurora"}:
        _disc(canvas)


def _over(under: Field, tint: Colour, share: Field) -> Field:
    return under + (tint - under) * share[..., None]


def _gradient(canvas: Canvas, down: Field) -> Field:
    stops = canvas.palette.sky
    return ramp(
        down, stops, [canvas.horizon * place / (len(stops) - 1) for place in range(len(stops))]
    )


def _glow(canvas: Canvas, from_sun: Field) -> Field:
    strength = 0.3 if canvas.tags & {"night", "space"} else 0.75
    near = np.exp(-((from_sun / 0.13) ** 2)) * 0.6
    return strength * (near + np.exp(-from_sun / 0.3) * 0.5)


def _clouds(
    canvas: Canvas, sky: Field, size: tuple[int, int], down: Field, from_sun: Field
) -> Field:
    """Banks of cloud, flatter towards the horizon and brighter towards the sun."""
    rng = canvas.random("clouds")
    wide = canvas.width / canvas.unit
    tall = canvas.height / canvas.unit
    shape = noise.plane(rng, size, (2.2 * wide, 5 * tall), min(6, canvas.octaves + 1))
    cover = 0.36 if canvas.tags & {"storm", "cloud"} else rng.uniform(0.42, 0.56)
    amount = noise.steps(shape, cover, cover + 0.3)
    amount *= 1 - noise.steps(down, canvas.horizon * 0.75, canvas.horizon * 1.05)
    light = np.clip(0.35 + 0.9 * (shape - np.roll(shape, -max(2, size[1] // 40), 0)) * 4, 0, 1)
    light = np.clip(light + 0.5 * np.exp(-from_sun / 0.25), 0, 1)
    shade = mixed(canvas.palette.sky[0], canvas.palette.cloud, 0.4)
    cloud = shade + (canvas.palette.cloud - shade) * light[..., None]
    return sky + (cloud - sky) * (amount * 0.85)[..., None]


def _aurora(canvas: Canvas, sky: Field, size: tuple[int, int]) -> Field:
    rng = canvas.random("aurora")
    rows = np.linspace(0, 1, size[1], dtype=np.float32)[:, None]
    for number, tint in enumerate(("#35f2a0", "#2fd6c3", "#9a5cf0")):
        foot = canvas.horizon * (0.62 - 0.13 * number + 0.16 * noise.line(rng, size[0], 2, 3))
        rays = 0.45 + 0.55 * noise.plane(rng, (size[0], 2), (24, 1), 3)[0]
        reach = canvas.horizon * (0.5 + 0.15 * noise.line(rng, size[0], 4, 2))
        above = np.clip((foot - rows) / np.maximum(reach, 0.05), 0, 1)
        curtain = np.where(rows < foot, (1 - above) ** 2.2, np.exp(-((rows - foot) / 0.012)))
        sky = sky + colour(tint) * (curtain * rays * (0.75 - 0.15 * number))[..., None]
    return np.clip(sky, 0, 1)


def _enlarged(canvas: Canvas, sky: Field) -> Image.Image:
    """At full size, with a grain too fine to see that keeps the gradients from banding."""
    size = (canvas.width, canvas.height)
    grain = canvas.random("grain").random((canvas.height, canvas.width), np.float32) - 0.5
    bands = [
        np.uint8(np.clip(noise.resized(sky[..., band], size) * 255 + 0.5 + grain, 0, 255))
        for band in range(3)
    ]
    return Image.fromarray(np.stack(bands, -1))


def _stars(canvas: Canvas) -> None:
    rng = canvas.random("stars")
    bright_night = bool(canvas.tags & {"night", "star", "space", "aurora"})
    count = round((900 if bright_night else 110) * canvas.area)
    light = np.zeros((canvas.height, canvas.width), np.float32)
    x = rng.integers(1, canvas.width - 1, count)
    y = (rng.random(count) ** 1.3 * canvas.horizon * (canvas.height - 2)).astype(np.int64) + 1
    power = rng.random(count) ** 5 * (1 - y / (canvas.horizon * canvas.height)).clip(0, 1) ** 0.5
    reach = max(1, canvas.unit // 700)
    for dx, dy, share in ((0, 0, 1.0), (reach, 0, 0.4), (-reach, 0, 0.4), (0, reach, 0.4)):
        at = ((y + dy).clip(0, canvas.height - 1), (x + dx).clip(0, canvas.width - 1))
        np.maximum.at(light, at, (0.16 + power) * share)
    if canvas.tags & {"star", "space"}:
        light += _milky_way(canvas)
    canvas.paint(colour("#fdf6e6"), mask(light))


def _milky_way(canvas: Canvas) -> Field:
    rng = canvas.random("milky way")
    size = (max(8, canvas.width // 4), max(8, canvas.height // 4))
    across, down = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
    turn = rng.uniform(0.5, 1.1)
    bent = across * np.sin(turn) + down * np.cos(turn) * 0.9 + 0.3
    dust = noise.plane(rng, size, (5, 5), 5)
    band = np.exp(-((bent / 0.34) ** 2)) * noise.steps(dust, 0.25, 0.85) * 0.34
    return noise.resized(band.astype(np.float32), (canvas.width, canvas.height))


def _disc(canvas: Canvas) -> None:
    """The sun, or at night the moon with its grey seas."""
    is_moon = bool(canvas.tags & {"night", "moon", "dusk"})
    radius = canvas.unit * (0.042 if is_moon else 0.052)
    reach = int(radius) + 3
    side = np.arange(-reach, reach + 1, dtype=np.float32)
    from_middle = np.hypot(side[:, None], side[None, :])
    shares = np.clip(radius - from_middle + 0.5, 0, 1)
    at = (round(canvas.sun[0] * canvas.width) - reach, round(canvas.sun[1] * canvas.height) - reach)
    face = np.ones((len(side), len(side), 1), np.float32) * mixed(
        canvas.palette.sun, colour("#ffffff"), 0.35
    )
    if is_moon:
        seas = noise.plane(canvas.random("moon"), (len(side), len(side)), (4, 4), 3)
        face = face * (1 - 0.16 * noise.steps(seas, 0.3, 0.9))[..., None]
    disc = Image.fromarray(np.uint8(np.clip(face, 0, 1) * 255))
    canvas.picture.paste(disc, at, mask(shares))
