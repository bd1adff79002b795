"""What became of each time that a recipe was run: its steps, what they ask, and its results."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from lib.store import ASKING, GOES_ON, State, Status, StoreError
from lib.store.recipes import Recipe, RecipeRun, Stage, following
from lib.ui import (
    asked_back,
    catalogue,
    clock,
    errors,
    money,
    news,
    notes,
    result,
    run_card,
    run_status,
    words,
)
from lib.ui.experiment.listing import STATUS
from lib.ui.plain import clip, label, safe
from lib.ui.recipes import listing
from lib.ui.recipes.desk import spent
from lib.ui.recipes.place import key
from lib.ui.session import Client

SHOWN = 6
TICK = 1.0
"""Seconds between two looks at one that goes on."""
_PROBLEM = key("run_problem")


def draw(client: Client, recipe: Recipe) -> None:
    """The last few of mine, the newest open."""
    if problem := st.session_state.pop(_PROBLEM, None):
        notes.problem(errors.Advice(problem))
    found = client.recipes.runs_of(recipe, SHOWN)
    if not found:
        return
    st.subheader("Its results")
    names = catalogue.names(client)
    for each in found:
        if each is found[0] or each.status in GOES_ON:
            with st.container(border=True, key=f"recipe_run:{each.id}"):
                _watched(client, each, names)
            continue
        stages = client.recipes.stages(each)
        box = st.expander(
            label(_title(each, stages)), key=key("earlier", each.id), on_change="rerun"
        )
        if box.open:
            with box:
                _body(client, each, stages, names)


def _title(going: RecipeRun, stages: Sequence[Stage]) -> str:
    about = next((each.run.text for each in stages if each.run), "")
    said = (clock.minute(going.created_at), STATUS[going.status], clip(about, 60))
    return " · ".join(filter(None, said))


def _watched(client: Client, going: RecipeRun, names: Mapping[str, str]) -> None:
    stages = client.recipes.stages(going)
    if _moves(going, stages):
        st.fragment(_live, run_every=TICK)(client, going.id, names)
    else:
        _body(client, going, stages, names)


def _live(client: Client, going_id: str, names: Mapping[str, str]) -> None:
    """The same again and again, until it has come to rest."""
    going = client.recipes.run(going_id)
    if going is None:
        news.settle()
        return
    stages = client.recipes.stages(going)
    if not _moves(going, stages):
        news.settle()
    _body(client, going, stages, names)


def _moves(going: RecipeRun, stages: Sequence[Stage]) -> bool:
    """Whether something happens without a person: a run that needs an answer waits for one."""
    runs = [each.run for each in stages if each.run]
    asks = any(run.state in ASKING for run in runs)
    moving = any(map(run_status.moving, runs))
    return moving or (going.status is Status.RUNNING and not asks)


def _body(
    client: Client, going: RecipeRun, stages: Sequence[Stage], names: Mapping[str, str]
) -> None:
    st.html(_head(going, stages))
    _buttons(client, going, stages)
    last = stages[-1]
    for each in stages:
        run = each.run
        if run is None:
            continue
        name = names.get(run.model, run.model)
        if run.deleted_at is not None:
            # Nobody may ask for anything of it any more, not even for what it was made from.
            st.html(f'<p class="pg-small">{safe(_called(each))}. Its file is no longer here.</p>')
        elif run.state is not State.DONE:
            run_card.draw(client, run, name)
        elif each is last:
            result.draw(client, run, name)
        else:
            _between(client, each, name)


def _between(client: Client, stage: Stage, name: str) -> None:
    """The result of a step on the way, drawn only when somebody looks."""
    run = stage.run
    box = st.expander(
        label(_called(stage)),
        key=key("between", run.id if run else ""),
        on_change="rerun",
    )
    if run is not None and box.open:
        with box:
            result.draw(client, run, name, keys="recipe_step:")


def _called(stage: Stage) -> str:
    return f"Step {stage.n + 1}: {words.endpoint(stage.step.endpoint).title}"


# --- how it goes ----------------------------------------------------------------------------------


def _head(going: RecipeRun, stages: Sequence[Stage]) -> str:
    done = sum(each.run is not None and each.run.state is State.DONE for each in stages)
    told = f"{done} of {len(stages)} steps · {money.spent(spent(stages))} spent"
    bar = ""
    if going.status is Status.RUNNING:
        bar = f'<progress class="pg-bar" max="{len(stages)}" value="{done}"></progress>'
    problem = ""
    if going.problem:
        problem = f'<p class="pg-problem" role="alert">{safe(going.problem)}</p>'
    steps = "".join(f"<tr><td>{_name(each)}</td><td>{_state(each)}</td></tr>" for each in stages)
    return (
        f'<div class="pg-run"><p class="pg-total"><b>{STATUS[going.status]}</b> · {safe(told)}</p>'
        f'{bar}{problem}</div><table class="pg-table">{steps}</table>'
    )


def _name(stage: Stage) -> str:
    return f"{stage.n + 1}. {safe(listing.name(stage.step))}"


def _state(stage: Stage) -> str:
    run = stage.run
    if run is None:
        about = "" if stage.exact else "about "
        return safe(f"Not sent yet · {about}{money.price(stage.price)}")
    said = words.STATES[run.state] if run.deleted_at is None else words.DELETED
    if run.price is None:
        return safe(said)
    return safe(f"{said} · {money.paid(run.price, run.price_estimated)}")


def _buttons(client: Client, going: RecipeRun, stages: Sequence[Stage]) -> None:
    if going.status not in GOES_ON:
        return
    with st.container(horizontal=True, gap="xsmall", key=key("going", going.id)):
        stage = following(stages)
        if going.status is Status.PAUSED and stage is not None:
            _go_on(client, going, stage)
        with st.popover("Stop", icon="⏹️", key=key("stop_ask", going.id)):
            st.caption(
                "No further step is sent. What has been sent goes on, and what is done is kept."
            )
            st.button(
                "Stop it",
                key=key("stop", going.id),
                on_click=_do,
                args=(client.recipes.stop, going.id),
            )


def _go_on(client: Client, going: RecipeRun, stage: Stage) -> None:
    """The step that is next, at its price; a large one takes a second click."""
    price = label(money.price(stage.price))
    told = f"Try step {stage.n + 1} again · {price}"
    if stage.asks is not None:
        price, before = map(label, money.prices(stage.asks, stage.planned))
        told = f"Go on · {price}"
        what = label(words.endpoint(stage.step.endpoint).title)
        st.caption(f"The next step, “{what}”, costs {price} instead of {before}.", width="stretch")
    # With the price: what is pressed while a newer one is drawn means the old one.
    name = key("go_on", going.id, stage.n, stage.tries, stage.price)
    args = (client.recipes.resume, going.id, stage.price)
    asked_back.button(
        client, told, stage.price, price, key=name, type="primary", on_click=_do, args=args
    )


def _do(do: Callable[..., object], *args: object) -> None:
    try:
        do(*args)
    except StoreError as error:
        st.session_state[_PROBLEM] = str(error)
    st.rerun()
