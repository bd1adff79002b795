"""A run on a page of its own: what came of it, all that is known, and all that can be done."""

from collections.abc import Mapping

import streamlit as st

from lib.deapi import fields
from lib.deapi.contract import endpoint
from lib.deapi.field import Field
from lib.store import ENDED, Run, StoreError
from lib.ui import (
    catalogue,
    errors,
    inputs,
    news,
    notes,
    profile,
    run_address,
    run_card,
    run_facts,
    run_marks,
    run_status,
    state,
    words,
)
from lib.ui.experiment.place import OPENED
from lib.ui.plain import clip, label
from lib.ui.results import copy
from lib.ui.session import Client

TICK = 1.0
"""Seconds between two looks at a run that moves."""
_PROBLEM = "run_page:problem"


def draw(client: Client, run_id: str) -> None:
    """The whole page. Who may not see the run is told what everybody is told of one that never
    was."""
    st.button(
        "All of the history",
        key="run_page:back",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=run_address.close,
    )
    run = client.run(run_id)
    if run is None:
        _not_here(client, run_id)
        return
    st.title(words.endpoint(run.endpoint).title)
    if isinstance(problem := st.session_state.pop(_PROBLEM, None), str):
        notes.problem(errors.Advice(problem))
    left, right = st.columns([5, 3], gap="large")
    with left, st.container(border=True, key="run_result"):
        _result(client, run)
    with right, st.container(key="run_side"):
        _buttons(client, run)
        run_marks.draw(client, run)
        _facts(client, run)


def _not_here(client: Client, run_id: str) -> None:
    there = client.elsewhere(run_id)
    if there is None:
        notes.empty("Not here", "There is no such run, or it is not yours to see.")
        return
    name = words.PROFILES[there][0]
    notes.empty(f"This run is in {name}", f"You look at {words.PROFILES[client.profile][0]} now.")
    st.button(
        f"Show it in {name}",
        key="run_page:switch",
        on_click=profile.switch,
        args=(client, there),
    )


def _result(client: Client, run: Run) -> None:
    """Its card, drawn again and again while it moves."""
    name = catalogue.names(client).get(run.model, run.model)
    if run_status.moving(run):
        st.fragment(_tick, run_every=TICK)(client, run.id, name)
    else:
        run_card.draw(client, run, name)


def _tick(client: Client, run_id: str, model_name: str) -> None:
    run = client.run(run_id)
    if run is None or not run_status.moving(run):
        news.settle()
    else:
        run_card.draw(client, run, model_name)


def _facts(client: Client, run: Run) -> None:
    parts: Mapping[str, list[tuple[str, str]]] = {
        "": run_facts.about(client, run),
        "Money": run_facts.paid(run),
        "Time": run_facts.times(run),
        "Settings": run_facts.settings(run),
    }
    st.html(
        "".join(
            (f'<p class="pg-section">{head}</p>' if head else "") + run_facts.html(rows)
            for head, rows in parts.items()
            if rows
        )
    )
    for each in client.experiments.of_run(run.id):
        st.page_link(
            words.LAB.page,
            label=label(f"From the experiment “{clip(each.title, 60)}”"),
            icon=words.LAB.icon,
            query_params={OPENED: each.id},
        )


# --- what can be done with it, beside what its card offers ----------------------------------------


def _buttons(client: Client, run: Run) -> None:
    with st.container(horizontal=True, gap="xsmall", key="run_buttons"):
        run_marks.star(client, run)
        seed = _seed(client, run)
        if seed is not None:
            st.button(
                "Run again with a new seed",
                key=f"reseed:{run.id}",
                icon="🎲",
                help="Opens the form with these settings and another seed. The price stands on "
                "its Run button.",
                on_click=_reseed,
                args=(client, run, seed),
            )
        copy.draw(run_address.whole(run), f"address:{run.id}", "Copy address")
        if run.state in ENDED:
            _delete_button(client, run)


def _seed(client: Client, run: Run) -> Field | None:
    """The setting by which the same comes out differently; None where its model has none."""
    at = endpoint(run.endpoint)
    model = next((each for each in client.models(at) if each.slug == run.model), None)
    form = fields.fields(at, model) if model else ()
    return next((each for each in form if each.random is not None), None)


def _reseed(client: Client, run: Run, seed: Field) -> None:
    state.use_again(client, run)
    state.fill(endpoint(run.endpoint), {seed.name: inputs.a_seed()})
    st.rerun()


def _delete_button(client: Client, run: Run) -> None:
    with st.popover("Delete", key=f"delete:{run.id}", icon=":material/delete:"):
        st.html(
            "<p>Its result, its settings, tags and note are gone for good then. "
            "What it has cost stays in the books.</p>"
        )
        st.button(
            "Delete it for good",
            key=f"delete_now:{run.id}",
            type="primary",
            width="stretch",
            on_click=_delete,
            args=(client, run),
        )


def _delete(client: Client, run: Run) -> None:
    try:
        done = client.marks.delete(run.id)
    except KeyError:
        done = True  # it is gone already
    except StoreError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    except OSError:
        st.session_state[_PROBLEM] = "One of its files can't be removed just now. Try again."
        return
    if not done:
        st.session_state[_PROBLEM] = "It goes on again, so that it can't be deleted now."
        return
    run_address.close()
    st.toast("Deleted.")
