"""Texts into calls: nothing lost, nothing over a limit, and no call more than it takes."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from lib.deapi import fields
from lib.deapi.contract import endpoint
from lib.runs.experiments.packing import packed, tokens_at_most
from lib.sandbox.engines import embedding
from tests.unit.ui.catalogue import MODELS

AT = endpoint("embeddings")
TEXTS = st.lists(st.text(max_size=40), max_size=30)
MOST_TEXTS = st.none() | st.integers(1, 8)
MOST_TOKENS = st.none() | st.integers(170, 400)
"""Not below what the largest of `TEXTS` has."""


def fewest(sizes: Sequence[int], most_texts: int | None, most_tokens: int | None) -> int:
    """How many calls it takes in order, by trying every end of the last one."""
    best = [0]
    for end in range(1, len(sizes) + 1):
        fitting = [
            best[start] + 1
            for start in range(end)
            if (most_texts is None or end - start <= most_texts)
            and (most_tokens is None or sum(sizes[start:end]) <= most_tokens)
        ]
        best.append(min(fitting))
    return best[-1]


@given(TEXTS, MOST_TEXTS, MOST_TOKENS)
def test_every_text_once_in_order_within_the_limits_and_in_as_few_calls_as_can_be(
    texts: list[str], most_texts: int | None, most_tokens: int | None
) -> None:
    calls = packed(texts, most_texts, most_tokens)
    assert [each for call in calls for each in call] == texts
    assert all(calls)
    for call in calls:
        assert most_texts is None or len(call) <= most_texts
        assert most_tokens is None or sum(map(tokens_at_most, call)) <= most_tokens
    assert len(calls) == fewest([*map(tokens_at_most, texts)], most_texts, most_tokens)


def test_a_text_above_the_limit_has_a_call_of_its_own_and_spoils_no_other() -> None:
    assert packed(["a", "b" * 100, "c"], 8, 50) == [["a"], ["b" * 100], ["c"]]


def test_short_texts_go_2048_a_call_as_the_contract_allows() -> None:
    field = next(each for each in fields.fields(AT, MODELS[0]) if each.name == "input")
    calls = packed([f"text {n}" for n in range(4000)], field.max_items, field.max_total_tokens)
    assert [len(call) for call in calls] == [2048, 1952]


@given(st.text())
def test_no_text_has_more_tokens_than_it_is_counted_with(text: str) -> None:
    assert embedding.tokens(text) <= tokens_at_most(text)
