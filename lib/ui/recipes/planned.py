"""What a recipe would cost, step by step and as a whole, and the button that runs it."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

import streamlit as st

from lib.deapi.errors import DeapiError
from lib.runs.experiments.plan import MODEL, Cell
from lib.runs.params import stored
from lib.runs.quotes import Quote
from lib.runs.recipes.planned import Given
from lib.store import StoreError, Use
from lib.store.recipes import Recipe, Step
from lib.ui import asked_back, catalogue, errors, limits, money, notes, priced_button, state, words
from lib.ui.asked_back import Question
from lib.ui.plain import label, safe
from lib.ui.recipes import listing
from lib.ui.recipes.desk import Plan, known
from lib.ui.recipes.place import key
from lib.ui.session import Client
from lib.ui.state import Press

LOOK_AGAIN = 0.7
"""Seconds between two looks at prices that are on their way."""
_ABOUT = (
    "What a step makes of another's result is not there yet, so its price is about right. It is "
    "asked again before the step is sent: if it costs over a tenth more, you are asked first."
)

Prices = Sequence[Quote | DeapiError | None]


def draw(client: Client, recipe: Recipe, given: Given) -> None:
    """The steps with their prices, and the button."""
    try:
        now = client.recipes.plan(recipe, given)
    except DeapiError as error:
        notes.problem(errors.advice(error))
        return
    prices = client.recipes.prices(now.cells)
    name, about = f"recipe:{recipe.id}", _told(client, recipe, given)
    if pressed := state.pressed(name):
        _answer(client, recipe, now, prices, pressed, about)
        state.answered(name)
    st.html(_table(client, now, prices))
    if any(step.takes for step in now.steps):
        st.caption(_ABOUT)
    _problems(now.cells, prices)
    with st.container(key="run_bar:recipe"):
        question: Question | None = st.session_state.get(key("question"))
        if question is not None and question.about == about:
            _ask(client, name, question)
        else:
            _button(client, name, now, prices)
    if waiting := _waiting(now.cells, prices):
        st.fragment(_look, run_every=LOOK_AGAIN)(client, now.cells, waiting)


def _told(client: Client, recipe: Recipe, given: Given) -> str:
    put_in = stored({f"{n}:{name}": value for (n, name), value in given.items()})
    return repr((client.profile, recipe.id, put_in))


def _look(client: Client, cells: Sequence[Cell], waiting: int) -> None:
    """Draw again when one more price is there."""
    if _waiting(cells, client.recipes.prices(cells)) < waiting:
        st.rerun()


def _waiting(cells: Sequence[Cell], prices: Prices) -> int:
    """How many prices are on their way."""
    both = zip(cells, prices, strict=True)
    return sum(price is None and not cell.problems for cell, price in both)


# --- what it costs --------------------------------------------------------------------------------


def _table(client: Client, now: Plan, prices: Prices) -> str:
    names = catalogue.names(client)
    rows = "".join(
        f"<tr><td>{n + 1}. {safe(listing.name(step))}"
        f'<p class="pg-small">{safe(names.get(step.model, step.model))}</p></td>'
        f"<td>{safe(_price(step, price))}</td></tr>"
        for n, (step, price) in enumerate(zip(now.steps, prices, strict=True))
    )
    found = known(prices)
    total = "…" if found is None else f"{_about(now.steps)}{money.price(_sum(found))}"
    return (
        '<table class="pg-table"><tr><th>Step</th><th>Price</th></tr>'
        f"{rows}<tr><td><b>In all</b></td><td><b>{safe(total)}</b></td></tr></table>"
    )


def _price(step: Step, price: Quote | DeapiError | None) -> str:
    if isinstance(price, Quote):
        return f"{_about([step])}{money.price(price.price)}"
    return "–" if price else "…"


def _about(steps: Sequence[Step]) -> str:
    return "about " if any(step.takes for step in steps) else ""


def _sum(prices: Sequence[Decimal]) -> Decimal:
    return sum(prices, Decimal(0))


def _problems(cells: Sequence[Cell], prices: Prices) -> None:
    for n, cell in enumerate(cells):
        for name, told in cell.problems.items():
            what = "" if name == MODEL else f"{words.field(cell.endpoint, name).label}: "
            title = words.endpoint(cell.endpoint).title
            notes.problem(errors.Advice(f"Step {n + 1}, {title}: {what}{told}"))
    if error := next((each for each in prices if isinstance(each, DeapiError)), None):
        notes.problem(errors.advice(error))


# --- the button -----------------------------------------------------------------------------------


def _over(client: Client, total: Decimal | None) -> Use | None:
    use = client.tightest()
    return use if use is not None and total is not None and total > use.left else None


def _button(client: Client, name: str, now: Plan, prices: Prices) -> None:
    found = known(prices)
    total = None if found is None else _sum(found)
    said = "Run" if total is None else f"Run · {_about(now.steps)}{money.price(total)}"
    over = _over(client, total)
    blocked = any(each.problems for each in now.cells) or over is not None
    priced_button.draw(
        name,
        label(said),
        Press(client.profile, state.nonce(name), total, sure=False),
        can=total is not None,
        blocked=blocked,
        key=key("run", name),
        on_press=partial(state.press, name),
        type="primary",
        width="stretch",
        shortcut="Ctrl+Enter",
    )
    if over is not None:
        notes.problem(limits.over(over))


def _ask(client: Client, name: str, question: Question) -> None:
    with st.container(horizontal=True):
        asked_back.draw(client, name, question, costs="This may cost", key=key, drop=_drop)


def _drop() -> None:
    st.session_state.pop(key("question"), None)


def _answer(
    client: Client, recipe: Recipe, now: Plan, prices: Prices, pressed: Press, about: str
) -> None:
    _drop()
    name, found = f"recipe:{recipe.id}", known(prices)
    if pressed.profile != client.profile:
        notes.problem(priced_button.OTHER_PROFILE)
        return
    if any(each.problems for each in now.cells) or pressed.nonce != state.nonce(name):
        return  # said below; or the second click of two, whose run has begun
    if found is None or pressed.shown is None:
        notes.problem(priced_button.NO_PRICE_YET)
        return
    total = _sum(found)
    if total > pressed.shown:
        st.session_state[key("question")] = Question(total, pressed.shown, about)
        return
    if asked_back.is_large(client, total) and not pressed.sure:
        st.session_state[key("question")] = Question(total, None, about)
        return
    begin = partial(client.recipes.begin, recipe, now, found, nonce=pressed.nonce)
    try:
        state.order(name, about, begin)
    except StoreError as error:
        notes.problem(errors.Advice(str(error)))
        return
    st.rerun()
