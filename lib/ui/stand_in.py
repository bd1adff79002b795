"""Which model made it, where another one was asked for first, as HTML lines for cards."""

from lib.store import Run, State
from lib.ui import catalogue
from lib.ui.plain import safe
from lib.ui.session import Client


def instead(client: Client, run: Run) -> str:
    """On a run that stands in for another: whose place it took."""
    refused = client.refused(run)
    if refused is None:
        return ""
    name = _name(client, refused)
    made = f"Made by this model because {name} could not do it."
    told = made if run.state is State.DONE else f"In place of {name}, which could not do it."
    return f'<p class="pg-small">{safe(told)}</p>'


def taken_over(client: Client, run: Run) -> str:
    """On a run that was refused: which model took it over; empty where none did."""
    other = client.stand_in(run.id) if run.fallback and run.state is State.FAILED else None
    if other is None:
        return ""
    told = f"{_name(client, run)} could not do it. {_name(client, other)} took it over."
    return f'<p class="pg-status">{safe(told)}</p>'


def _name(client: Client, run: Run) -> str:
    return catalogue.names(client).get(run.model, run.model)
