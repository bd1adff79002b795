"""Tables out of files that people really have, and out of files that somebody made to harm."""

import json
import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib.runs.experiments import reading
from lib.runs.experiments.reading import (
    MOST_BYTES,
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    SUFFIXES,
    Table,
    Unreadable,
    read,
)
from lib.runs.tables import as_csv
from tests.unit.runs.experiments import workbooks
from tests.unit.runs.experiments.workbooks import number_cell, text_cell

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
NASTY = st.sampled_from(["'=1", "''+", "' @", "=1", '"', "a\r\nb", "\r", "\n", ",;\t|", "'", "-"])


def told(table: Table) -> list[list[str]]:
    """The names, then the rows."""
    return [list(table.columns), *([row[name] for name in table.columns] for row in table.rows)]


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        ("id,prompt\n1,A fox\n", "a.csv", [["id", "prompt"], ["1", "A fox"]]),
        ("id;prompt\n1;A fox, red\n", "A.CSV", [["id", "prompt"], ["1", "A fox, red"]]),
        ("id|prompt\n1|A fox\n", "a.csv", [["id", "prompt"], ["1", "A fox"]]),
        ("id\tprompt\n1\tA fox\n", "a.tsv", [["id", "prompt"], ["1", "A fox"]]),
        ('"a; b; c",d\n1,2\n', "a.csv", [["a; b; c", "d"], ["1", "2"]]),
        ('a,b\n"one\n two",2\n', "a.csv", [["a", "b"], ["one\n two", "2"]]),
        ("a,b\n\n , \n,,\n1,\n", "a.csv", [["a", "b"], ["1", ""]]),
        ("a,a,a (2),\n1,2,3,4,\n", "a.csv", [["a", "a (2)", "a (2) (3)", "Column 4"], [*"1234"]]),
        ("a,,b\n1,,2\n", "a.csv", [["a", "b"], ["1", "2"]]),
        ("Prompt\nA fox\n", "a.csv", [["Prompt"], ["A fox"]]),
        ("A fox, red\nA hare\n", "a.txt", [["text"], ["A fox, red"], ["A hare"]]),
        ("A fox\nA hare\n", "a.csv", [["text"], ["A fox"], ["A hare"]]),
        (
            '{"prompt": "A\\nfox", "seed": 7}\n\n{"seed": 8, "ok": true, "x": null}\n',
            "a.jsonl",
            [["prompt", "seed", "ok", "x"], ["A\nfox", "7", "", ""], ["", "8", "true", ""]],
        ),
        ('"A fox"\n"A hare"', "a.ndjson", [["text"], ["A fox"], ["A hare"]]),
        ('["A fox", {"text": "A hare"}]', "a.json", [["text"], ["A fox"], ["A hare"]]),
        (
            '[{"texts": ["a", "b"], "n": 1.50, "m": 2.0, "o": {"p": [1, 0.5]}, "": 1e999999999}]',
            "a.json",
            [
                ["texts", "n", "m", "o", "Column 5"],
                ["a\nb", "1.50", "2", '{"p": [1, 0.5]}', "1E+999999999"],
            ],
        ),
    ],
)
def test_a_file_gives_its_rows_under_their_names(
    content: str, name: str, expected: list[list[str]]
) -> None:
    assert told(read(content.encode(), name)) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found(encoding: str) -> None:
    assert read("a,b\nGröße,é\n".encode(encoding), "a.csv").column("a") == ["Größe"]


@given(st.lists(st.tuples(TEXTS | NASTY, TEXTS | NASTY), min_size=1, max_size=5))
def test_what_we_exported_is_read_back_as_it_was(rows: list[tuple[str, str]]) -> None:
    expected = [list(row) for row in rows if any(map(str.strip, row))]
    exported = as_csv(["prompt", "note"], rows)
    if not expected:
        with pytest.raises(Unreadable, match="no text"):
            read(exported, "a.csv")
        return
    assert told(read(exported, "a.csv")) == [["prompt", "note"], *expected]


@given(st.lists(TEXTS | NASTY, min_size=1, max_size=5))
def test_a_single_column_that_we_exported_is_read_back_as_it_was(texts: list[str]) -> None:
    expected = [each for each in texts if each.strip()]
    if expected:
        table = read(as_csv(["prompt"], [[each] for each in texts]), "a.csv")
        assert table.column("prompt") == expected


# --- workbooks ------------------------------------------------------------------------------------


def test_an_excel_file_gives_texts_numbers_and_dates() -> None:
    content = workbooks.xlsx(
        ["", text_cell("  ")],
        [text_cell("hidden")],
        [
            "".join(map(text_cell, ["Prompt", "seed", "cfg", "day", "at", "big", "code"])),
            "",
            text_cell("A\nfox ")
            + number_cell("7")
            + number_cell("7.5")
            + number_cell("45000", 1)
            + number_cell("45000.5", 2)
            + number_cell("1e300")
            + text_cell("'=1"),
        ],
        hidden=[1],
    )
    assert told(read(content, "a.XLSX")) == [
        ["Prompt", "seed", "cfg", "day", "at", "big", "code"],
        ["A\nfox ", "7", "7.5", "2023-03-15", "2023-03-15T12:00:00", "1e+300", "=1"],
    ]


def test_an_ods_file_gives_its_rows() -> None:
    rows = [["prompt", "seed"], ["A fox", "7"], ["A hare", "8"]]
    assert told(read(workbooks.ods(rows), "a.ods")) == rows


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"prompt,seed\n",
        b"PK\x03\x04" + b"\0" * 100,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000,
        workbooks.packed({"a.txt": "no workbook"}),
    ],
    ids=["empty", "csv", "zip", "ole", "other zip"],
)
def test_what_is_no_workbook_is_said(content: bytes, name: str) -> None:
    with pytest.raises(Unreadable, match=r"can't be read.*save it as"):
        read(content, name)


def test_a_workbook_that_asks_for_half_a_terabyte_is_refused_and_we_live() -> None:
    content = workbooks.far_corners()
    assert len(content) < 3000
    with pytest.raises(Unreadable, match="can't be read"):
        read(content, "a.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_anything_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = workbooks.packed({"xl/workbook.xml": " " * (51 * 2**20)})
    assert len(content) < MOST_BYTES
    monkeypatch.setattr("lib.runs.experiments.spreadsheet.subprocess.run", None)
    with pytest.raises(Unreadable, match="too much"):
        read(content, "a.xlsx")


def test_a_text_that_a_workbook_repeats_for_ever_is_refused() -> None:
    strings = f"<sst><si><t>{'x' * 1_000_000}</t></si></sst>"
    sheet = "<c t='s'><v>0</v></c>" * 30
    content = workbooks.xlsx([sheet])
    target = BytesIO(content)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/sharedStrings.xml", strings)
    with pytest.raises(Unreadable, match="too much"):
        read(target.getvalue(), "a.xlsx")


# --- bounds and broken files ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.jsonl", "a.json", "a.xlsx"])
def test_too_many_rows_are_counted(name: str) -> None:
    texts = ["fox"] * (MOST_ROWS + 1)
    contents = {
        "a.csv": "\n".join(["prompt", *texts]).encode(),
        "a.txt": "\n".join(texts).encode(),
        "a.jsonl": "\n".join(map(json.dumps, texts)).encode(),
        "a.json": json.dumps(texts).encode(),
        "a.xlsx": workbooks.xlsx([text_cell(each) for each in ["prompt", *texts]]),
    }
    with pytest.raises(Unreadable, match=rf"These are {MOST_ROWS + 1:,} rows"):
        read(contents[name], name)


def test_as_many_rows_as_are_taken_are_taken() -> None:
    assert len(read(b"a,b\n" + b"1,2\n" * MOST_ROWS, "a.csv").rows) == MOST_ROWS


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"x" * (MOST_BYTES + 1), "a.csv", "more than 5 MB"),
        (b"", "a.csv", "no text in it"),
        (b"a,b\n , \n", "a.csv", "no text in it"),
        (b"[]", "a.json", "no text in it"),
        (b"{}\n", "a.jsonl", "no text in it"),
        (b"a,b\n\0,1\n", "a.csv", "no text file"),
        ("a\0b".encode("utf-16"), "a.txt", "no text file"),
        (",".join("x" * (MOST_COLUMNS + 1)).encode(), "a.csv", f"{MOST_COLUMNS + 1} columns"),
        (json.dumps([{str(n): 1 for n in range(201)}]).encode(), "a.json", "201 columns"),
        (b"a,b\n1," + b"x" * (MOST_CHARACTERS + 1), "a.csv", "begins with “xxx.*20,001 characters"),
        (b'a,b\n1,"x\n2,y\n', "a.csv", "line 3.*quotation mark"),
        (b'"fox"\n{"a": \n', "a.jsonl", "Line 2 is no JSON"),
        (b'"fox"\n["a"]\n', "a.jsonl", "Line 2 is a list"),
        (b'[\n"fox",\n]', "a.json", "broken near line 3"),
        (b'{"a": 1}', "a.json", "no list"),
        (b"[" * 100_000, "a.json", "broken"),
        (b"[" * 100 + b"]" * 100, "a.json", "broken"),
        (b'{"a":' * 100_000, "a.jsonl", "Line 1"),
        (b"9" * 10_000, "a.jsonl", "Line 1"),
        (b"NaN", "a.jsonl", "Line 1"),
    ],
    ids=str,
)
def test_what_can_t_be_read_is_said_with_what_to_do(content: bytes, name: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(content, name)


def test_halves_of_characters_and_nul_do_not_come_out_of_json() -> None:
    table = read(rb'[{"a\ud800": "b\ud800\u0000"}]', "a.json")
    assert told(table) == [["a"], ["b?"]]


BYTES = st.binary(max_size=200) | st.text("{}[]\",;:\\\n\r\t|'= a1é\ufeff", max_size=60).map(
    str.encode
)


@given(BYTES, st.sampled_from([each for each in SUFFIXES if each[1:3] != "xl" and each != ".ods"]))
@example(b'\xff\xfe"', ".csv")
def test_any_bytes_are_a_table_within_the_bounds_or_a_sentence(content: bytes, ending: str) -> None:
    try:
        table = read(content, f"a{ending}")
    except Unreadable:
        return
    assert table.rows
    assert all(table.columns)
    assert len({*table.columns}) == len(table.columns)
    assert all(list(row) == list(table.columns) for row in table.rows)
    assert all(any(map(str.strip, row.values())) for row in table.rows)


@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from([".xlsx", ".xls", ".ods"]))
def test_any_bytes_called_a_workbook_are_rows_or_a_sentence(
    data: st.DataObject, ending: str
) -> None:
    whole = bytearray(workbooks.xlsx([text_cell("prompt"), text_cell("fox")]))
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=5)):
        whole[at] = data.draw(st.integers(0, 255))
    with suppress(Unreadable):
        read(bytes(whole), f"a{ending}")


def test_every_ending_that_is_offered_is_one_that_is_told_apart() -> None:
    assert {".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".jsonl", ".json"} <= {*SUFFIXES}
    assert reading.read(b"fox", "no ending").column("text") == ["fox"]
