"""Small things that make a scene: a boat, a lighthouse, a cabin, balloons, birds, weather."""

import numpy as np
from PIL import Image, ImageDraw

from lib.sandbox.engines.drawing.canvas import Canvas, Point
from lib.sandbox.engines.drawing.palettes import colour, mixed


def sailboat(canvas: Canvas) -> None:
    rng = canvas.random("boat")
    size = canvas.unit * float(rng.uniform(0.07, 0.1))
    side = 0.22 if canvas.sun[0] > 0.5 else 0.72
    x = (side + float(rng.uniform(-0.06, 0.06))) * canvas.width
    y = canvas.y(canvas.horizon)
    sail = mixed(colour("#fff7ea"), canvas.palette.haze, 0.25)
    if canvas.palette.is_dark:
        sail = mixed(sail, canvas.palette.near, 0.35)
    main = [(x, y - size * 1.5), (x, y - size * 0.18), (x + size * 0.6, y - size * 0.18)]
    jib = [(x - size * 0.06, y - size * 1.25), (x - size * 0.06, y - size * 0.18)]
    jib.append((x - size * 0.45, y - size * 0.18))
    canvas.paint(sail, canvas.shape(main, jib))
    hull = [(-0.6, -0.13), (0.66, -0.13), (0.48, 0.04), (-0.42, 0.04)]
    canvas.paint(canvas.palette.near, canvas.shape([(x + a * size, y + b * size) for a, b in hull]))


def lighthouse(canvas: Canvas) -> None:
    """On a rock, its lamp lit when it is dark."""
    unit = canvas.unit
    x = (0.76 if canvas.sun[0] < 0.5 else 0.24) * canvas.width
    y = canvas.y(canvas.horizon)
    tall, wide = unit * 0.25, unit * 0.026
    rock = [(-0.26, 0.0), (-0.2, -0.035), (-0.1, -0.05), (-0.03, -0.075), (0.05, -0.07)]
    rock += [(0.11, -0.045), (0.19, -0.03), (0.24, 0.0)]
    if canvas.palette.is_dark:
        _beam(canvas, x, y - tall * 1.22)
    canvas.paint(canvas.palette.near, canvas.shape([(x + a * unit, y + b * unit) for a, b in rock]))
    foot = y - unit * 0.06
    white = mixed(colour("#fbf6ee"), canvas.palette.near, 0.3 if canvas.palette.is_dark else 0.05)
    red = mixed(colour("#c8433f"), canvas.palette.near, 0.3 if canvas.palette.is_dark else 0.05)
    for band in range(5):
        low, high = band / 5, (band + 1) / 5
        edge = [(x - wide * (1 - 0.35 * low), foot - tall * low)]
        edge += [(x + wide * (1 - 0.35 * low), foot - tall * low)]
        edge += [(x + wide * (1 - 0.35 * high), foot - tall * high)]
        edge += [(x - wide * (1 - 0.35 * high), foot - tall * high)]
        canvas.paint(red if band % 2 else white, canvas.shape(edge))
    top = foot - tall
    deck = [(x - wide * 0.95, top), (x + wide * 0.95, top), (x + wide * 0.95, top - wide * 0.2)]
    canvas.paint(canvas.palette.near, canvas.shape([*deck, (x - wide * 0.95, top - wide * 0.2)]))
    lamp = [(x - wide * 0.5, top - wide * 0.2), (x + wide * 0.5, top - wide * 0.2)]
    lamp += [(x + wide * 0.5, top - wide * 1.1), (x - wide * 0.5, top - wide * 1.1)]
    canvas.paint(colour("#ffe9a8"), canvas.shape(lamp))
    roof = [
        (x - wide * 0.7, top - wide * 1.1),
        (x, top - wide * 1.9),
        (x + wide * 0.7, top - wide * 1.1),
    ]
    canvas.paint(red, canvas.shape(roof))


def _beam(canvas: Canvas, x: float, y: float) -> None:
    away = -1 if x > canvas.width / 2 else 1
    length, spread = canvas.width * 0.75, canvas.unit * 0.075
    cone = [(x, y), (x + away * length, y - spread * 1.6), (x + away * length, y + spread * 0.3)]
    fade = np.clip(1 - np.abs(np.arange(canvas.width) - x) / length, 0, 1) ** 1.3 * 0.5
    shape = np.asarray(canvas.shape(cone), np.float32) * fade[None, :]
    canvas.paint(colour("#ffeab0"), Image.fromarray(np.uint8(shape)))


def cabin(canvas: Canvas, *, y: float) -> None:
    """A house with a lit window and a thread of smoke; `y` is its ground, a share of height."""
    rng = canvas.random("cabin")
    x = (
        float(rng.uniform(0.3, 0.42) if canvas.sun[0] > 0.5 else rng.uniform(0.58, 0.7))
        * canvas.width
    )
    size, ground = canvas.unit * 0.075, canvas.y(y)
    wall = mixed(mixed(colour("#7a4b33"), canvas.palette.haze, 0.15), canvas.palette.near, 0.35)
    roof = mixed(
        colour("#eef3f8" if "snow" in canvas.tags else "#4a2a26"), canvas.palette.near, 0.25
    )
    puffs = range(9)
    way = [(x + size * (0.5 + 0.08 * k + 0.05 * np.sin(k * 1.4)), k) for k in puffs]
    left = [(float(px), ground - size * (1.6 + 0.28 * k)) for px, k in way]
    right = [(px + size * (0.05 + 0.014 * k * (9 - k)), py) for k, (px, py) in enumerate(left)]
    smoke = [*left, *reversed(right)]
    haze = canvas.shape(smoke).point(lambda value: value * 0.35)
    canvas.paint(mixed(canvas.palette.haze, colour("#ffffff"), 0.3), haze)
    chimney = _box(x + size * 0.42, ground - size * 1.6, size * 0.16, size * 0.8)
    canvas.paint(mixed(wall, canvas.palette.near, 0.4), canvas.shape(chimney))
    canvas.paint(
        wall, canvas.shape(_box(x - size * 0.75, ground - size * 0.72, size * 1.5, size * 0.8))
    )
    gable = [
        (x - size * 0.95, ground - size * 0.68),
        (x, ground - size * 1.5),
        (x + size * 0.95, ground - size * 0.68),
    ]
    canvas.paint(roof, canvas.shape(gable))
    panes = [
        _box(x + size * k, ground - size * 0.5, size * 0.3, size * 0.26) for k in (-0.52, 0.22)
    ]
    canvas.paint(colour("#ffd98a"), canvas.shape(*panes))


def balloons(canvas: Canvas) -> None:
    rng = canvas.random("balloons")
    hues = ("#e4572e", "#f2b134", "#2e86ab", "#c8553d", "#7b4ea3")
    for number in range(4):
        radius = canvas.unit * (0.095, 0.05, 0.034, 0.026)[number]
        x = canvas.width * float(rng.uniform(0.1 + 0.22 * number, 0.18 + 0.22 * number))
        y = canvas.y(canvas.horizon) * float(rng.uniform(0.25, 0.6))
        fade = 0.12 + 0.1 * number
        first, second = hues[number % len(hues)], hues[(number + 1) % len(hues)]
        for stripe in range(6):
            wide = 1 - stripe / 6
            tint = mixed(colour(first if stripe % 2 == 0 else second), canvas.palette.haze, fade)
            canvas.paint(tint, canvas.shape(_envelope(x, y, radius, wide)))
        basket = _box(x - radius * 0.14, y + radius * 1.62, radius * 0.28, radius * 0.2)
        ropes = [(x - radius * 0.3, y + radius * 1.2), (x - radius * 0.12, y + radius * 1.64)]
        ropes += [(x + radius * 0.12, y + radius * 1.64), (x + radius * 0.3, y + radius * 1.2)]
        canvas.paint(mixed(colour("#5a4030"), canvas.palette.haze, fade), canvas.shape(basket))
        lines = canvas.shape(ropes).point(lambda value: value * 0.25)
        canvas.paint(canvas.palette.near, lines)


def _envelope(x: float, y: float, radius: float, wide: float) -> list[Point]:
    turn = np.linspace(0, np.pi, 20)
    outline = [(np.sin(t), -np.cos(t) if t < np.pi * 0.55 else -np.cos(t) * 1.3) for t in turn]
    outline = [(min(a, 1.0) if b < 0.6 else max(0.28, a), min(b, 1.25)) for a, b in outline]
    right = [(x + float(a) * radius * wide, y + float(b) * radius) for a, b in outline]
    return [*right, *((2 * x - px, py) for px, py in reversed(right))]


def birds(canvas: Canvas) -> None:
    rng = canvas.random("birds")
    pen = ImageDraw.Draw(layer := Image.new("L", (canvas.width * 2, canvas.height * 2)))
    middle = (float(rng.uniform(0.2, 0.8)), canvas.horizon * float(rng.uniform(0.3, 0.6)))
    for _ in range(int(rng.integers(5, 10))):
        x = (middle[0] + float(rng.normal(0, 0.07))) * canvas.width * 2
        y = (middle[1] + float(rng.normal(0, 0.03))) * canvas.height * 2
        span = canvas.unit * float(rng.uniform(0.014, 0.026))
        thick = max(2, round(canvas.unit * 0.0035))
        for sign in (-1, 1):
            box = (x + (sign - 1) * span, y - span * 0.5, x + (sign + 1) * span, y + span * 0.9)
            pen.arc(box, 195 if sign < 0 else 215, 325 if sign < 0 else 345, 255, thick)
    canvas.paint(mixed(canvas.palette.near, canvas.palette.far, 0.2), layer.reduce(2))


def falling(canvas: Canvas) -> None:
    """Snow or rain in the air."""
    rng = canvas.random("weather")
    snow = "rain" not in canvas.tags
    drops: list[list[Point]] = []
    for _ in range(round((260 if snow else 420) * canvas.area)):
        x, y = float(rng.random()) * canvas.width, float(rng.random()) * canvas.height
        size = canvas.unit * float(rng.random() ** 3 * 0.0045 + 0.0011)
        if snow:
            drops.append([(x - size, y), (x, y - size), (x + size, y), (x, y + size)])
        else:
            drops.append([(x, y), (x + size * 0.5, y), (x - size * 2.5, y + size * 14)])
    strength = 0.75 if snow else 0.3
    layer = canvas.shape(*drops).point(lambda value: value * strength)
    canvas.paint(colour("#f6f9fc"), layer)


def _box(x: float, y: float, wide: float, tall: float) -> list[Point]:
    return [(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)]
