"""Words that changed are marked, and no character gets lost on the way."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.ui.difference import Piece, pieces

WORDS = st.lists(st.sampled_from(["a", "cat", "猫", "犬", " ", "\n", ",", "on", "é", "👩‍🎨"]))
TEXT = st.one_of(st.text(max_size=60), WORDS.map("".join))


@given(TEXT, TEXT)
def test_kept_and_removed_are_the_text_before_and_kept_and_added_the_text_after(
    before: str, after: str
) -> None:
    found = pieces(before, after)
    assert "".join(each.text for each in found if each.change != "added") == before
    assert "".join(each.text for each in found if each.change != "removed") == after
    assert all(each.text for each in found)


@given(TEXT)
def test_the_same_text_has_nothing_to_mark(text: str) -> None:
    assert {each.change for each in pieces(text, text)} <= {"kept"}


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("a cat", "a cat, soft light", [("kept", "a cat"), ("added", ", soft light")]),
        ("red cat", "big cat", [("removed", "red"), ("added", "big"), ("kept", " cat")]),
        ("a cat", "the dog", [("removed", "a cat"), ("added", "the dog")]),
        ("a  cat", "a cat", [("kept", "a"), ("removed", "  "), ("added", " "), ("kept", "cat")]),
        ("白い猫", "白い大きな猫", [("kept", "白い"), ("added", "大きな"), ("kept", "猫")]),
        ("", "a cat", [("added", "a cat")]),
        ("a cat", "", [("removed", "a cat")]),
        ("", "", []),
    ],
)  # fmt: skip
def test_the_words_that_changed_are_marked(
    before: str, after: str, wanted: list[tuple[str, str]]
) -> None:
    assert [(each.change, each.text) for each in pieces(before, after)] == wanted


def test_two_long_strange_texts_are_compared_at_once() -> None:
    before, after = "start a b " * 4000 + "x end", "start c d " * 4000 + "y end"
    began = time.monotonic()
    found = pieces(before, after)
    assert time.monotonic() - began < 2
    assert found[0] == Piece("kept", "start ")
    assert found[-1] == Piece("kept", " end")
