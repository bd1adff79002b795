"""Good, fast and cheap: only what enough runs have shown."""

from decimal import Decimal
from typing import Any

from lib.store import Record
from lib.ui.badges import badges, told


def record(model: str, **facts: Any) -> Record:
    """Of a model that did well in all of its ten runs, in four seconds for a cent."""
    usual = {"ended": 10, "done": 10, "seconds": 4.0, "price": Decimal("0.01")}
    return Record(**{"endpoint": "images.generations", "model": model, **usual, **facts})


def won(*records: Record) -> dict[str, tuple[str, ...]]:
    return {model: names for (_, model), names in badges(records).items()}


def test_good_is_what_rarely_fails() -> None:
    assert won(record("a", ended=20, done=19)) == {"a": ("good",)}
    assert not won(record("a", ended=20, done=18))


def test_four_runs_are_too_few_to_be_good() -> None:
    assert not won(record("a", ended=4, done=4))
    assert won(record("a", ended=5, done=5)) == {"a": ("good",)}


def test_the_quickest_is_fast_and_the_one_that_costs_least_is_cheap() -> None:
    quick = record("quick", seconds=2.0, done=8)
    cheap = record("cheap", price=Decimal("0.002"), done=8)
    assert won(quick, cheap, record("neither", done=8)) == {
        "quick": ("fast",),
        "cheap": ("cheap",),
    }


def test_nobody_is_fast_or_cheap_alone_or_beside_one_that_was_hardly_tried() -> None:
    quick = record("quick", ended=4, done=4, seconds=2.0)
    assert not won(quick)
    assert not won(quick, record("slow", ended=2, done=2))
    assert won(quick, record("slow", ended=3, done=3)) == {"quick": ("fast",)}


def test_two_alike_win_nothing() -> None:
    assert not won(record("a", done=8), record("b", done=8))


def test_each_endpoint_compares_its_own() -> None:
    quick = record("both", seconds=1.0, done=8)
    elsewhere = record("both", endpoint="images.edits", seconds=9.0, done=8)
    rival = record("rival", endpoint="images.edits", done=8)
    assert badges([quick, elsewhere, rival]) == {("images.edits", "rival"): ("fast",)}


def test_one_without_a_time_or_a_price_is_not_compared() -> None:
    free = record("a", seconds=None, price=None, done=8)
    assert not won(free, record("b", done=8))


def test_a_record_says_how_many_runs_it_speaks_of() -> None:
    assert told(record("a", done=9)) == "9 of 10 runs went well · usually 4 s and $0.01"
    assert told(record("a", ended=1, done=0, seconds=None, price=None)) == "0 of 1 run went well"
