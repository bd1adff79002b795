"""Texts into as few calls as the limits allow, for endpoints that take many at once.

How deAPI counts tokens isn't published. So a text counts as the most tokens that it could possibly
have: refused as a whole, a call would take all of its rows with it. More calls cost no more, for
such endpoints charge by the token.
"""

from collections.abc import Sequence

from lib.deapi.field import Field
from lib.deapi.text import clean
from lib.runs.experiments.plan import Input

_ENDS = 2
"""Tokens that models put around a text."""


def tokens_at_most(text: str) -> int:
    """No tokeniser makes more of a text: it has no tokens smaller than a byte."""
    return len(clean(text).encode("utf-8", "replace")) + _ENDS


def packed(
    texts: Sequence[str], most_texts: int | None, most_tokens: int | None
) -> list[Sequence[str]]:
    """Every text once and in order, in calls within both limits. A text that is above the limit of
    tokens by itself has a call of its own, which deAPI may refuse.

    As each call is filled before the next one begins, there are as few as their order allows.
    """
    ends: list[int] = []
    count = held = 0
    for at, size in enumerate(map(tokens_at_most, texts)):
        over = most_tokens is not None and held + size > most_tokens
        if count and (over or count == most_texts):
            ends.append(at)
            count = held = 0
        count, held = count + 1, held + size
    starts = [0, *ends]
    return [texts[start:end] for start, end in zip(starts, [*ends, len(texts)], strict=True) if end]


def together(rows: Sequence[Input], field: Field) -> list[Input]:
    """Rows that each give one text to `field` and nothing else, as few as can be: each of these has
    the texts of several, what stood beside each, and its number."""
    calls = packed([row.values[field.name][0] for row in rows], *_limits(field))
    found: list[Input] = []
    start = 0
    for call in calls:
        some = rows[start : start + len(call)]
        start += len(call)
        more = f" and {len(some) - 1:,} more" if len(some) > 1 else ""
        found.append(
            Input(
                name=f"{some[0].name}{more}",
                values={field.name: [*call]},
                beside=tuple(each for row in some for each in row.beside),
                numbers=tuple(each for row in some for each in row.numbers),
            )
        )
    return found


def _limits(field: Field) -> tuple[int | None, int | None]:
    return field.max_items, field.max_total_tokens
