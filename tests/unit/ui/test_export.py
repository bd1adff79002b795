"""The CSV is text to a spreadsheet, and nothing else."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.runs import tables
from lib.store import State
from lib.ui import export
from tests.unit.ui.making import run

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "\u00a0=1"]
)
def test_a_cell_that_would_be_run_is_made_text(cell: str) -> None:
    assert tables.inert(cell) == f"'{cell}"


@given(TEXTS)
def test_no_text_begins_like_a_formula_and_none_is_lost(text: str) -> None:
    [row] = rows(export.table([run(text=text)]))
    assert tables.as_written(row["text"]) == text
    assert not row["text"].lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_every_run_is_a_line_with_exact_amounts() -> None:
    done = run(state=State.DONE, price=Decimal("0.000000001"), request_id="r-1")
    table = rows(export.table([done, run(text="=cmd|' /C calc'!A0", model="=evil()")]))
    assert [row["paid_usd"] for row in table] == ["0.000000001", ""]
    assert [row["quoted_usd"] for row in table] == ["0.0019", "0.0019"]
    assert [row["estimated"] for row in table] == ["", ""]
    assert [row["status"] for row in table] == ["Done", "Waiting"]
    assert table[1]["text"] == "'=cmd|' /C calc'!A0"
    assert table[1]["model"] == "'=evil()"


def test_an_empty_history_is_a_line_of_names() -> None:
    assert rows(export.table([])) == []
    assert export.table([]).decode("utf-8-sig").startswith("started,what,model")
