"""A press means what its person read on the button."""

from dataclasses import replace
from decimal import Decimal
from time import monotonic

import pytest

from lib.ui import priced_button
from lib.ui.priced_button import READING
from lib.ui.state import Press

CHEAP = Press("sandbox", "n", Decimal("0.002"), sure=False)
DEAR = replace(CHEAP, shown=Decimal("0.009"))
ASKING = replace(CHEAP, shown=None)
ELSEWHERE = replace(CHEAP, profile="live")


def seen(*presses: Press, ago: float = 0.0) -> Press:
    """What is meant by a press on the last of these faces, which has stood for `ago` seconds."""
    at = monotonic() - ago
    faces = [priced_button._Face(press, at - 10) for press in presses[:-1]]
    faces.append(priced_button._Face(presses[-1], at))
    return priced_button._as_read(faces, faces[-1])


@pytest.mark.parametrize(
    ("faces", "meant"),
    [
        ((CHEAP,), CHEAP),
        ((CHEAP, DEAR), CHEAP),
        ((CHEAP, ASKING, DEAR), CHEAP),
        ((DEAR, CHEAP), CHEAP),
        ((ELSEWHERE, DEAR), DEAR),
        ((ASKING, DEAR), DEAR),
        ((CHEAP, ASKING), ASKING),
    ],
)
def test_a_higher_price_that_came_a_moment_ago_was_not_meant_yet(
    faces: tuple[Press, ...], meant: Press
) -> None:
    assert seen(*faces) == meant
    assert seen(*faces, ago=READING + 1) == faces[-1]


def test_each_look_of_the_button_has_a_number_and_old_ones_are_forgotten() -> None:
    faces: dict[str, priced_button._Face] = {}
    assert priced_button._number(faces, CHEAP) == priced_button._number(faces, CHEAP) == "1"
    assert priced_button._number(faces, DEAR) == "2"
    for _ in range(priced_button._KEPT):
        priced_button._number(faces, CHEAP)
        priced_button._number(faces, DEAR)
    assert len(faces) == priced_button._KEPT
    assert "1" not in faces
