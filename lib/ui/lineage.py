"""What a result was made from: one line on its card, each step of which can be taken up again."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.values import several
from lib.store import Run, Step, StoreError
from lib.store.lineage import DEPTH
from lib.ui import catalogue, further, money, state, words
from lib.ui.plain import clip, label, safe
from lib.ui.recipes import save
from lib.ui.session import Client

PART, ALIKE = 4, 0.5
"""Of every so many signs of the shorter of two texts, so many stand in both where one was made from
the other: what only has small words like "in the" in common has fewer."""


def draw(client: Client, run: Run, *, keys: str = "") -> None:
    """The line; nothing where the run was made from nothing but its person's own words and files.
    `keys` tells its widgets from those of another drawing of it."""
    steps = client.chain(run.id)
    if not steps:
        return
    place = st.container(
        key=f"lineage:{keys}{run.id}", horizontal=True, vertical_alignment="center", gap=None
    )
    with place:
        _said(f"Made from: {_beginning(steps)}")
        for step in steps:
            _button(client, run, step, keys)
            _said("→ this" if step is steps[-1] else "→")
        save.button(client, run, steps, keys=keys)


def _said(text: str) -> None:
    st.html(f'<p class="pg-small">{safe(text)}</p>', width="content")


def _beginning(steps: Sequence[Step]) -> str:
    """What the oldest step was made from; empty where there was nothing."""
    first = steps[0]
    if first.run is None or len(steps) >= DEPTH:
        return "… →"
    if _own_text(first.run):
        return "your words →"
    return "your file →" if first.run.text else ""


def _own_text(run: Run) -> bool:
    """Whether a person wrote something for it."""
    at = endpoint(run.endpoint)
    texts = (param for param in at.params if further.is_own_text(param))
    return any(_text(run.params.get(param.name)).strip() for param in texts)


def _button(client: Client, run: Run, step: Step, keys: str) -> None:
    st.button(
        label(_name(step)),
        key=f"{keys}step:{step.key}:{run.id}",
        help=label(_help(client, step)),
        type="tertiary",
        on_click=_take_up,
        args=(client, step),
    )


def _name(step: Step) -> str:
    if step.run is None:
        return "changed by hand"
    title, cost = words.endpoint(step.run.endpoint).title, step.run.price
    return title if cost is None else f"{title} {money.paid(cost, step.run.price_estimated)}"


def _help(client: Client, step: Step) -> str:
    if step.change is not None:
        return f"Open the form with this text: {clip(step.change.text, 200)}"
    run = step.run or step.into
    model = catalogue.names(client).get(run.model, run.model)
    told = f"{model}: {words.name(run)}" if model else words.name(run)
    return f"Open the form with these settings. {clip(told, 200)}"


def _take_up(client: Client, step: Step) -> None:
    """Show the form as it was for that step: a text stands where it was used."""
    run = step.run or step.into
    state.use_again(client, run)
    if step.change is not None:
        at = endpoint(run.endpoint)
        state.fill(at, {step.param: further.as_given(at.param(step.param), step.change.text)})
    st.rerun()


# --- what a person changes by hand ----------------------------------------------------------------


def note(client: Client, at: Endpoint, values: Mapping[str, Any]) -> None:
    """Write down which texts in this form its person has changed since something else wrote them
    there. It is done just before a run is ordered: what was made from a text is younger."""
    filled = state.filled(at)
    for param in filter(further.is_own_text, at.params):
        before, after = _text(filled.get(param.name)), _text(values.get(param.name))
        if before != after and _akin(before, after):
            with suppress(StoreError):  # good to know, and no reason to order nothing
                client.edited(before, after)


def _akin(before: str, after: str) -> bool:
    """Whether one was made from the other, and not written anew in its place."""
    old, new = _parts(before), _parts(after)
    return len(old & new) > ALIKE * min(len(old), len(new))


def _parts(text: str) -> set[str]:
    """Every few signs of a text that stand beside each other, whatever its script calls a word."""
    flat = " ".join(text.casefold().split())
    return {flat[at : at + PART] for at in range(len(flat) - PART + 1)}


def _text(value: Any) -> str:
    return "\n".join(each for each in several(value) if isinstance(each, str))
