"""Lines of text on a picture, and the text they make together."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels."""


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    box: Box
    confidence: float
    """From 0 to 1."""

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2

    def enlarged(self, factor: float) -> "Line":
        """The same line on a picture `factor` times as large."""
        left, top, right, bottom = (round(side * factor) for side in self.box)
        return replace(self, box=(left, top, right, bottom))


def ordered(lines: Iterable[Line]) -> list[Line]:
    """From top to bottom; what stands side by side from left to right, as one line."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.middle, line.box[0])):
        if rows and _beside(rows[-1][-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_joined(sorted(row, key=lambda line: line.box[0])) for row in rows]


def text(lines: Sequence[Line]) -> str:
    """The lines under each other, with an empty line where the picture leaves room for one."""
    steps = [below.middle - above.middle for above, below in pairwise(lines)]
    usual = statistics.median_low(steps) if steps else 0
    written: list[str] = []
    for number, line in enumerate(lines):
        if number and steps[number - 1] > 1.5 * usual:
            written.append("")
        written.append(line.text)
    return "\n".join(written)


def _beside(left: Line, right: Line) -> bool:
    overlap = min(left.box[3], right.box[3]) - max(left.box[1], right.box[1])
    return overlap > 0.5 * min(left.height, right.height)


def _joined(row: Sequence[Line]) -> Line:
    lefts, tops, rights, bottoms = zip(*(line.box for line in row), strict=True)
    return Line(
        text=" ".join(line.text for line in row),
        box=(min(lefts), min(tops), max(rights), max(bottoms)),
        confidence=min(line.confidence for line in row),
    )
