"""Text from people and from deAPI, made harmless for the three places it is shown in."""

import html
import re
from collections.abc import Sequence

_PIECES = 10
"""So many of many numbers are told, stretches of them counted as one."""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$^=@&])")


def safe(text: object) -> str:
    """`text` inside HTML, attributes included."""
    return html.escape(str(text), quote=True)


def label(text: str) -> str:
    """`text` in a label that Streamlit reads as Markdown: shown letter by letter.

    A word joiner after each colon keeps `:red[…]`, `:material/…:` and `:smile:` from meaning
    anything; it takes no room.
    """
    line = " ".join(text.split())
    return _MARKDOWN.sub(r"\\\1", line).replace(":", ":\u2060")


def clip(text: str, length: int) -> str:
    """At most `length` characters of `text` in one line, with an ellipsis where it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def numbers(rising: Sequence[int]) -> str:
    """Many numbers in few words: `3, 7 and 9 to 12`."""
    stretches: list[list[int]] = []
    for each in rising:
        if stretches and each == stretches[-1][-1] + 1:
            stretches[-1].append(each)
        else:
            stretches.append([each])
    pieces = [piece for each in stretches for piece in _stretch(each)]
    told, rest = pieces[:_PIECES], pieces[_PIECES:]
    said = [words for words, _ in told]
    if rest:
        said.append(f"{sum(count for _, count in rest):,} more")
    return " and ".join(filter(None, [", ".join(said[:-1]), said[-1]]))


def _stretch(rising: Sequence[int]) -> list[tuple[str, int]]:
    """Numbers without a gap, as one says them, each piece with how many it tells."""
    if len(rising) > 2:
        return [(f"{rising[0]:,} to {rising[-1]:,}", len(rising))]
    return [(f"{each:,}", 1) for each in rising]


def seconds(amount: float) -> str:
    """A duration as one says it: `8 s`, `1 min 20 s`, `3 h 5 min`, `2 days`."""
    whole = max(0, round(amount))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} days"


def size(amount: int) -> str:
    """Bytes as people count them: `840 kB`, `2.4 MB`."""
    if amount < 1_000_000:
        return f"{max(1, round(amount / 1000))} kB"
    return f"{amount / 2**20:.1f} MB"


def number(value: float) -> str:
    """A number without a needless `.0`."""
    return f"{value:g}" if isinstance(value, float) else f"{value}"
