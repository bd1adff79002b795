"""A short storm; `make chaos` has the long one."""

from pathlib import Path

from tests.faults.chaos import storm


def test_killed_again_and_again_nothing_that_was_paid_for_is_lost(tmp_path: Path) -> None:
    outcome = storm(tmp_path, kills=6, seed=5)
    assert outcome.lost == []
    assert outcome.charges
