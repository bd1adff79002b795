"""Lines out of files that people really have."""

import pytest

from lib.runs.experiments.reading import MOST_BYTES, Unreadable
from lib.ui.lines_file import read, telling


@pytest.mark.parametrize(
    ("content", "name", "columns"),
    [
        (b"One\n\n  Two  words \r\nThree", "a.txt", {"": ["One", "Two words", "Three"]}),
        (b"a, b, c\nd, e", "notes.txt", {"": ["a, b, c", "d, e"]}),
        (
            b"id,text\n1,A red fox\n2,A blue boat\n",
            "a.csv",
            {"id": ["1", "2"], "text": ["A red fox", "A blue boat"]},
        ),
        (
            b"id;text\n1;One, two\n2;Three\n",
            "A.CSV",
            {"id": ["1", "2"], "text": ["One, two", "Three"]},
        ),
        (b"id\ttext\n1\tOne\n", "a.tsv", {"id": ["1"], "text": ["One"]}),
        (
            b'id,text\n1,"Two\nlines, one ""cell"""\n',
            "a.csv",
            {"id": ["1"], "text": ['Two lines, one "cell"']},
        ),
        (b"text\nOne\nTwo\n", "a.csv", {"": ["One", "Two"]}),
        (b"One\nTwo\n", "a.csv", {"": ["One", "Two"]}),
        (
            b'text\nOne, or two\n"Three, or ""four"""\n',
            "a.csv",
            {"": ["One, or two", 'Three, or "four"']},
        ),
        (b"a,a,\n1,2,3\n", "a.csv", {"a": ["1"], "a (2)": ["2"], "Column 3": ["3"]}),
        (b"id,text\n1,One\n2\n", "a.csv", {"id": ["1", "2"], "text": ["One"]}),
        ("\ufeffid,text\n1,Żółw\n".encode(), "a.csv", {"id": ["1"], "text": ["Żółw"]}),
        ("Größe\n".encode("cp1252"), "a.txt", {"": ["Größe"]}),
        ("Größe\n".encode("utf-16"), "a.txt", {"": ["Größe"]}),
    ],
)
def test_a_file_gives_its_lines_or_its_columns(
    content: bytes, name: str, columns: dict[str, list[str]]
) -> None:
    assert read(content, name) == columns


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no text in it"),
        (b" \n\n", "no text in it"),
        (b"PK\x03\x04\0\0", "no text file"),
        (b"x" * (MOST_BYTES + 1), "more than 5 MB"),
    ],
    ids=["empty", "blank", "zip", "large"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_what_can_t_be_read_is_said(content: bytes, why: str, name: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(content, name)


def test_the_column_that_says_most_is_taken_first() -> None:
    columns = read(b"id,text,who\n1,A long sentence,Ada\n2,And another,Bob\n", "a.csv")
    assert telling(columns) == "text"


def test_a_quotation_mark_that_stays_open_is_said() -> None:
    with pytest.raises(Unreadable, match="quotation mark"):
        read(b'id,text\n1,"' + b"word " * 40_000, "a.csv")
