"""An audit that could ask nobody does not say that all is well."""

from typing import Any

import pytest

from tools.audit import judged

FINE: dict[str, Any] = {"name": "fine", "version": "1", "vulns": []}
BAD: dict[str, Any] = {
    "name": "bad",
    "version": "2",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}, {"id": "PYSEC-2", "fix_versions": []}],
}
SKIPPED = {"name": "odd", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("found", "says", "code"),
    [
        ([FINE], "Nothing known of all 1 packages.", 0),
        ([FINE, BAD], "bad 2: PYSEC-1, mended in 3", 1),
        ([BAD, SKIPPED], "bad 2: PYSEC-2, mended in no version yet", 1),
        ([FINE, SKIPPED], "Nothing known of 1 packages. Not checked: odd.", 2),
        ([SKIPPED], "Nothing was checked: no advisory service can be reached from here.", 2),
        ([], "Nothing was checked: no advisory service can be reached from here.", 2),
    ],
)
def test_what_is_said_of_a_report(found: list[dict[str, Any]], says: str, code: int) -> None:
    lines, exits = judged({"dependencies": found})
    assert says in lines
    assert exits == code
