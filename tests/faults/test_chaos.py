"""A short storm on each database; `make chaos` has the long ones."""

from pathlib import Path

from tests.faults.chaos import storm
from tests.support.engine import StartEngine


def test_killed_again_and_again_nothing_that_was_paid_for_is_lost(
    start_engine: StartEngine, tmp_path: Path
) -> None:
    outcome = storm(start_engine, tmp_path / "storm", kills=4, seed=5)
    assert outcome.lost == []
    assert outcome.charges
