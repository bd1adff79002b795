"""A button that spends money, pressed at any moment: it orders at the price that was seen on it.

Streamlit answers a press by what the script drew last, which the browser may not show yet: it calls
back with the newest arguments, so with a price that nobody has read, and it drops the press of a
button that was drawn disabled in the meantime. A browser in turn drops a click whose button was
disabled or replaced between the finger's down and up. Therefore the button keeps one key, is never
disabled again once it could be pressed, and a hidden field beside it holds the number of what it
says: a browser sends that number along with the press.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from time import monotonic
from typing import Any

import streamlit as st

from lib.ui import errors
from lib.ui.state import Press

READING = 0.4
"""Seconds that a higher price must have stood on a button before a press means it."""
_KEPT = 20
"""Faces that a late press may still be about."""

OTHER_PROFILE = errors.Advice(
    "Nothing was ordered: you pressed while the page was changing between sandbox and live. "
    "Press again to run it here."
)
NO_PRICE_YET = errors.Advice(
    "Nothing was ordered: there was no price on the button yet. Press again once there is."
)


@dataclass(frozen=True, slots=True)
class _Face:
    """What a press would have meant while the button looked so, and `since` when it did."""

    press: Press
    since: float


def draw(
    name: str,
    label: str,
    press: Press,
    *,
    can: bool,
    blocked: bool = False,
    key: str,
    on_press: Callable[[Press], None],
    **told: Any,
) -> None:
    """A button whose price is that of `press`; `on_press` is told which press was seen.

    `name` is the nonce's. `told` is for `st.button`. A press on a face without a price, or on one
    that is long gone, has nothing in `shown`. `blocked` is for what no price would change.
    """
    could = f"could:{key}"
    st.session_state[could] = can or st.session_state.get(could, False)
    faces: dict[str, _Face] = st.session_state.setdefault(f"faces:{key}", {})
    st.button(
        label,
        key=key,
        disabled=blocked or not st.session_state[could],
        on_click=_press,
        args=(key, press, on_press),
        **told,
    )
    # After the button: what the browser says that it shows is then never ahead of what it shows.
    with st.container(key=f"seen:{name}"):
        st.session_state[f"seen:{key}"] = _number(faces, press)
        st.text_input("seen", key=f"seen:{key}", label_visibility="collapsed")


def last_price(key: str, profile: str) -> Decimal | None:
    """The price in USD that stood last on the button with this key, while it was `profile`'s."""
    faces: dict[str, _Face] = st.session_state.get(f"faces:{key}", {})
    return _before(list(faces.values()), profile)


def _number(faces: dict[str, _Face], press: Press) -> str:
    """The number of this face, a new one when the button looked different a moment ago."""
    last = next(reversed(faces), "0")
    if last in faces and faces[last].press == press:
        return last
    number = str(int(last) + 1)
    faces[number] = _Face(press, monotonic())
    while len(faces) > _KEPT:
        del faces[next(iter(faces))]
    return number


def _press(key: str, newest: Press, on_press: Callable[[Press], None]) -> None:
    faces: dict[str, _Face] = st.session_state[f"faces:{key}"]
    seen = st.session_state.get(f"seen:{key}")
    on_press(_as_read(list(faces.values()), faces[seen]) if seen in faces else _blind(newest))


def _blind(newest: Press) -> Press:
    return replace(newest, shown=None)


def _as_read(faces: list[_Face], seen: _Face) -> Press:
    """The press at the price that its person has read: a higher one that came a moment ago was
    not meant yet. The order then asks back with both prices, as for any price that rose."""
    if seen.press.shown is None or monotonic() - seen.since >= READING:
        return seen.press
    before = _before(faces[: faces.index(seen)], seen.press.profile)
    if before is None or before >= seen.press.shown:
        return seen.press
    return replace(seen.press, shown=before)


def _before(faces: list[_Face], profile: str) -> Decimal | None:
    prices = (each.press.shown for each in reversed(faces) if each.press.profile == profile)
    return next((price for price in prices if price is not None), None)
