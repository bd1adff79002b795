"""Text from people is shown letter by letter."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.ui import plain


@given(st.text())
def test_text_in_html_opens_no_tag_and_ends_no_attribute(text: str) -> None:
    shown = plain.safe(text)
    assert not set(shown) & set("<>\"'")
    assert html.unescape(shown) == text


@given(st.text(st.sampled_from("a :*_[]()`$\\<>~!|{}#\n"), max_size=30))
def test_no_mark_in_a_label_means_anything(text: str) -> None:
    shown = plain.label(text)
    unescaped = re.sub(r"\\.", "", shown)
    assert not set(unescaped) & set("*_[]()`$<>~!|{}#\\\n")
    assert not re.search(r":(?!\u2060)", shown), "no directive, icon or emoji"


@given(st.text(), st.integers(1, 50))
def test_a_clipped_text_is_one_line_and_short(text: str, length: int) -> None:
    shown = plain.clip(text, length)
    assert len(shown) <= length
    assert "\n" not in shown


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ([7], "7"),
        ([7, 8], "7 and 8"),
        ([3, 7, 9, 10, 11, 12], "3, 7 and 9 to 12"),
        ([*range(1, 2001), 4000], "1 to 2,000 and 4,000"),
        ([*range(1, 41, 2)], "1, 3, 5, 7, 9, 11, 13, 15, 17, 19 and 10 more"),
        ([*range(1, 5), *range(7, 31, 2)], "1 to 4, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 3 more"),
    ],
)
def test_many_numbers_are_told_in_few_words(numbers: list[int], shown: str) -> None:
    assert plain.numbers(numbers) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (-3, "0 s"),
        (8.4, "8 s"),
        (80, "1 min 20 s"),
        (3600, "1 h"),
        (3 * 3600 + 300, "3 h 5 min"),
        (3 * 86_400, "3 days"),
    ],
)
def test_a_duration(amount: float, shown: str) -> None:
    assert plain.seconds(amount) == shown
