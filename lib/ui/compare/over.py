"""Any two of the pictures over each other, with a slider between them."""

from collections.abc import Sequence

import streamlit as st

from lib.ui.compare.card import Shown
from lib.ui.experiment.place import key
from lib.ui.results import compare
from lib.ui.session import Client


def draw(client: Client, shown: Sequence[Shown]) -> None:
    """Choose two and look; nothing while there are fewer."""
    pictures = {
        each.cell.variant: each
        for each in shown
        if each.done and each.files and each.files[0].media_type.startswith("image/")
    }
    if len(pictures) < 2:
        return
    st.subheader("Two over each other")
    left, right = st.columns(2)
    with left:
        one = _choose("On the left", "left", pictures, 0)
    with right:
        other = _choose("On the right", "right", pictures, 1)
    kept = other.files[0]
    name = f"compare_over:{other.experiment.id}:{one.cell.variant}:{other.cell.variant}"
    compare.over(name, _side(client, one), _side(client, other), (kept.width, kept.height))


def _choose(label: str, name: str, pictures: dict[int, Shown], first: int) -> Shown:
    options = list(pictures)
    at = key("over", name, next(iter(pictures.values())).experiment.id)
    if st.session_state.get(at) not in options:
        st.session_state[at] = options[first]
    chosen = st.selectbox(label, options, format_func=lambda each: pictures[each].name, key=at)
    return pictures[chosen]


def _side(client: Client, shown: Shown) -> compare.Side:
    source = client.url(shown.cell.run, "result") if shown.cell.run else ""
    return compare.Side(source, shown.name, shown.label)
