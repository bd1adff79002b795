"""How an experiment goes, and what its person can do about it."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import streamlit as st

from lib.store import ASKING, GOES_ON, State, Status, StoreError
from lib.store.experiments import RETRIED, Cell, Experiment
from lib.ui import asked_back, money, session
from lib.ui.experiment import cell as one
from lib.ui.experiment import place
from lib.ui.experiment.listing import STATUS
from lib.ui.experiment.place import key
from lib.ui.plain import label, safe, seconds
from lib.ui.session import Client

_ENDS = (State.DONE, State.FAILED, State.CANCELLED)


def html(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> str:
    """A bar, and in numbers what is done, failed, waiting, spent and left."""
    told = counted(experiment, cells)
    told.append(f"{money.spent(one.spent(cells))} spent")
    told += [f"{money.spent(held)} held"] if (held := _held(experiment, cells)) else []
    told += _left(client, experiment, cells)
    bar = ""
    if experiment.status is Status.RUNNING:
        ended = sum(each.problem is not None or _in(each, *_ENDS) for each in cells)
        share = 100 * ended / max(len(cells), 1)
        bar = f'<progress class="pg-bar" max="100" value="{share:.0f}"></progress>'
    said = STATUS[experiment.status]
    problem = (
        f'<p class="pg-problem" role="alert">{safe(experiment.problem)}</p>'
        if experiment.problem
        else ""
    )
    return (
        f'<div class="pg-run"><p class="pg-total"><b>{said}</b> · {safe(" · ".join(told))}</p>'
        f"{bar}{problem}</div>"
    )


def counted(experiment: Experiment, cells: Sequence[Cell]) -> list[str]:
    """How many cells are where, in words. What a stop gave up has not failed: it was cancelled
    before it left, or not sent at all."""
    failed = sum(each.problem is not None or _in(each, State.FAILED) for each in cells)
    unsent = sum(each.problem is None and each.run is None for each in cells)
    counts = {
        "failed": failed,
        "cancelled": sum(_in(each, State.CANCELLED) for each in cells),
        "need your answer": sum(_in(each, *ASKING) for each in cells),
    }
    done = sum(_in(each, State.DONE) for each in cells)
    moving = len(cells) - done - unsent - sum(counts.values())
    if experiment.status is Status.STOPPED:
        counts |= {"to come": moving, "not sent": unsent}
    else:
        counts |= {"to come": moving + unsent}
    told = [f"{count:,} {what}" for what, count in counts.items() if count]
    return [f"{done:,} of {len(cells):,} done", *told]


def _in(cell: Cell, *states: State) -> bool:
    """Whether its last try is in one of these, and it has no problem that counts before that."""
    return cell.problem is None and cell.run is not None and cell.run.state in states


def _held(experiment: Experiment, cells: Sequence[Cell]) -> Decimal:
    """What its cells and its open runs hold."""
    mine = (each.run for each in cells if each.run and not each.reused)
    open_runs = (run for run in mine if not run.ended_at)
    of_runs = sum((run.reserved for run in open_runs if run.price is None), Decimal(0))
    return experiment.held + of_runs


def _left(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> list[str]:
    """How long it still takes, while it goes on."""
    if experiment.status is not Status.RUNNING:
        return []
    unsent = [each.endpoint for each in cells if each.is_unsent]
    mine = [each for each in cells if each.run and not each.reused]
    waiting = [each.endpoint for each in mine if each.run and each.run.state is State.WAITING]
    lasts = client.experiments.lasts([*unsent, *waiting])
    return [f"about {seconds(lasts)} left"] if lasts and lasts > 1 else []


def buttons(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> None:
    """Pause, go on, stop, try again, share, take away."""
    mine = client.experiments.is_mine(experiment)
    with st.container(horizontal=True, gap="xsmall", key="lab_buttons"):
        if mine:
            _going(client, experiment, cells)
            _again(client, experiment, cells)
            shared = "Stop sharing" if experiment.shared else "Share with the team"
            act = client.experiments.share
            _button(shared, "share", act, experiment.id, not experiment.shared, icon="👥")
        href = f"{session.origin()}/files/experiments/{experiment.id}"
        st.html(
            f'<a class="pg-button" href="{safe(href)}" download>Download everything</a>',
            width="content",
        )
        st.button(
            "Use this plan again",
            key=key("again_plan"),
            on_click=_use_plan,
            args=(client, experiment),
            help="Look at the same plan with the prices of today, before anything is paid",
        )
    if problem := st.session_state.pop(key("problem"), None):
        st.html(f'<p class="pg-problem" role="alert">{safe(problem)}</p>')


def _going(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> None:
    if experiment.status is Status.RUNNING:
        _button("Pause", "pause", client.experiments.pause, experiment.id, icon="⏸️")
    if experiment.status is Status.PAUSED:
        _go_on(client, experiment, cells)
    if experiment.status in GOES_ON:
        with st.popover("Stop", icon="⏹️", key=key("stop_ask")):
            st.caption(
                "What has not been sent is given up, and nothing is held for it any more. What "
                "has been sent goes on and is kept."
            )
            _button("Stop it", "stop", client.experiments.stop, experiment.id)


def _go_on(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> None:
    """At the price of all that was not sent, which may have risen since it was ordered."""
    cost = sum((each.quote for each in cells if each.is_unsent), Decimal(0))
    spend = label(money.price(cost))
    asked_back.button(
        client,
        f"Go on · {spend}" if cost else "Go on",
        cost,
        spend,
        # With the price: a press must not agree to one that rose in between.
        key=key("resume", f"{cost.normalize():f}"),
        icon="▶️",
        on_click=_do,
        args=(client.experiments.resume, experiment.id, cost),
    )


def _again(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> None:
    """While the rest leaves anyway, or has left: else it would leave with what is tried again, at
    a price that is not on the button."""
    failed = [each for each in cells if each.may_be_retried]
    if not failed or experiment.status not in RETRIED:
        return
    cost = sum((each.quote for each in failed if not each.reused), Decimal(0))
    spend = label(money.price(cost))
    asked_back.button(
        client,
        f"Try {len(failed)} failed again · {spend}",
        cost,
        spend,
        key=key("retry"),
        icon="🔁",
        on_click=_do,
        args=(client.experiments.retry, experiment.id, [each.n for each in failed]),
    )


def _button(
    told: str, name: str, do: Callable[..., object], *args: object, icon: str | None = None
) -> None:
    st.button(told, key=key(name), icon=icon, on_click=_do, args=(do, *args))


def _do(do: Callable[..., object], *args: object) -> None:
    try:
        do(*args)
    except StoreError as error:
        st.session_state[key("problem")] = str(error)


def _use_plan(client: Client, experiment: Experiment) -> None:
    try:
        place.put_plan(client.experiments.draft(experiment))
    except (StoreError, ValueError) as error:
        st.session_state[key("problem")] = str(error)
