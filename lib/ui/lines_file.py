"""Lines of text out of a file: a text file line by line, or a column of a table."""

import csv
from collections.abc import Sequence
from io import StringIO
from itertools import zip_longest

import streamlit as st

from lib.ui import notes, state
from lib.ui.errors import Advice
from lib.ui.inputs import Spot
from lib.ui.plain import clip

MOST_BYTES = 5 * 2**20
"""What deAPI takes at once is far less (2048 texts, 300,000 tokens)."""
TABLES = (".csv", ".tsv")
SEPARATORS = (",", ";", "\t", "|")
_HEADS = frozenset(
    {"text", "texts", "input", "line", "lines", "sentence", "content", "message", "title", "name"}
)
"""What stands on top of a single column that has a head."""

Columns = dict[str, list[str]]
"""Name → what stands in it, without empty cells."""


class Unreadable(ValueError):
    """Raised with a sentence for a person."""


def draw(spot: Spot) -> None:
    """A place to give a file, and which of its columns to take where there are several."""
    given, refused, count = (f"{what}:{spot.key}" for what in ("lines", "refused", "count"))
    with st.popover("From a file", icon="📄", key=f"{spot.at.id}:from_a_file"):
        file = st.file_uploader(
            "A CSV or a text file",
            key=f"{spot.at.id}:{spot.field.name}:lines:{st.session_state.setdefault(count, 0)}",
            help="Of a text file every line is taken, of a table one column.",
        )
        if file is not None:
            st.session_state[count] += 1
            for key in (given, refused):
                st.session_state.pop(key, None)
            try:
                columns = read(file.getvalue(), file.name)
            except Unreadable as error:
                st.session_state[refused] = f"{clip(file.name, 60)}: {error}"
            else:
                st.session_state[given] = columns
                st.session_state[f"{given}:column"] = telling(columns)
                state.fill(spot.at, {spot.field.name: columns[telling(columns)]})
            st.rerun()
        if why := st.session_state.get(refused):
            notes.problem(Advice(why))
        columns: Columns = st.session_state.get(given, {})
        if len(columns) > 1:
            st.selectbox(
                "Which column?",
                list(columns),
                format_func=lambda each: clip(each, 60),
                key=f"{given}:column",
                persist_state="session",
                on_change=_choose,
                args=(spot, columns, f"{given}:column"),
            )


def _choose(spot: Spot, columns: Columns, key: str) -> None:
    state.fill(spot.at, {spot.field.name: columns[st.session_state[key]]})


def read(content: bytes, name: str) -> Columns:
    """The columns of a table, by name; a text file has one. Raises `Unreadable`."""
    if len(content) > MOST_BYTES:
        raise Unreadable(f"This is more than {MOST_BYTES // 2**20} MB. Take fewer lines.")
    text = _decoded(content)
    if not name.casefold().endswith(TABLES):
        columns = {"": [" ".join(line.split()) for line in text.splitlines()]}
    else:
        columns = _columns(_rows(text))
    columns = {head: [each for each in some if each] for head, some in columns.items()}
    columns = {head: some for head, some in columns.items() if some}
    if not columns:
        raise Unreadable("There is no text in it.")
    return columns


def telling(columns: Columns) -> str:
    """The column that most likely holds the texts: the one that says most."""
    return max(columns, key=lambda head: sum(map(len, columns[head])))


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        raise Unreadable("This is no text file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # what Excel writes where it doesn't say


def _rows(text: str) -> list[list[str]]:
    """By what separates the first row, which a text without a head rarely has in it."""
    first = text.lstrip().partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        found = list(csv.reader(StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise Unreadable("This table can't be read: perhaps a quotation mark is open.") from error
    if separator not in first:
        found = [[separator.join(row)] for row in found]
    return [[" ".join(cell.split()) for cell in row] for row in found if row]


def _columns(rows: Sequence[Sequence[str]]) -> Columns:
    """Several columns have their names in the first row; a single one only if it looks so."""
    table = [list(column) for column in zip_longest(*rows, fillvalue="")]
    if len(table) == 1:
        [only] = table
        head, *rest = only
        return {"": rest if head.casefold() in _HEADS else only}
    found: Columns = {}
    for number, (head, *rest) in enumerate(table, 1):
        name = head or f"Column {number}"
        found[name if name not in found else f"{name} ({number})"] = rest
    return found
