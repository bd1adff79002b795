"""What is known of a run, in words: its money, its times, who it is from, and its settings."""

from collections.abc import Mapping
from typing import Any, cast

from lib.deapi.contract import endpoint
from lib.store import LOCAL, Run, State
from lib.ui import catalogue, clock, money, run_status, words
from lib.ui.plain import clip, number, safe, seconds
from lib.ui.session import Client

_LENGTH = 200


def html(rows: list[tuple[str, str]]) -> str:
    """Facts as a list; empty for none."""
    told = "".join(f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>" for name, value in rows)
    return f'<dl class="pg-facts">{told}</dl>' if told else ""


def about(client: Client, run: Run) -> list[tuple[str, str]]:
    """What it is, and of whom."""
    found = [
        ("What", words.endpoint(run.endpoint).title),
        ("Model", catalogue.names(client).get(run.model, run.model)),
        ("Where", words.PROFILES[run.profile][0]),
    ]
    if run.person != LOCAL:
        found.append(("Who", "You" if run.person == client.person else run.person))
    return [(name, value) for name, value in found if value]


def paid(run: Run) -> list[tuple[str, str]]:
    """What it was to cost, and what it has cost."""
    found = [("Quoted", money.price(run.quote, 6))]
    if run.price is not None:
        found.append(("Paid", money.paid(run.price, run.price_estimated, 6)))
        if run.price != run.quote:
            more = run.price > run.quote
            difference = money.price(abs(run.price - run.quote), 6)
            found.append(("Difference", f"{difference} {'more' if more else 'less'}"))
    elif run.state in (State.FAILED, State.CANCELLED):
        found.append(("Paid", "nothing"))
    else:
        found.append(("Held", money.price(run.reserved, 6)))
    return found


def times(run: Run) -> list[tuple[str, str]]:
    """When it began, and where its time went."""
    found = [("Started", clock.second(run.created_at))]
    taken = run.accepted_at or run.sending_at
    if taken is not None:
        found.append(("Waited", seconds((taken - run.created_at).total_seconds())))
    if run.accepted_at is not None and run.ended_at is not None:
        worked = run.took
        if worked is None:
            worked = (run.ended_at - run.accepted_at).total_seconds()
        found.append(("Worked", seconds(worked)))
    if run.ended_at is not None and run.kept_at is not None:
        found.append(("Saved in", seconds((run.kept_at - run.ended_at).total_seconds())))
    if not run_status.moving(run):
        found.append(("In all", seconds(run_status.took(run))))
    return found


def settings(run: Run) -> list[tuple[str, str]]:
    """What was asked for, by the words of the form; the main text stands elsewhere."""
    at = endpoint(run.endpoint)
    shown = [param for param in at.params if param.role == "value" and param.name in run.params]
    told = ((words.field(at.id, each.name).label, _told(run.params[each.name])) for each in shown)
    return [(name, value) for name, value in told if value and value != clip(run.text, _LENGTH)]


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return "by chance" if value == -1 else number(value)
    if isinstance(value, list):
        return clip(", ".join(map(_told, cast(list[Any], value))), _LENGTH)
    if isinstance(value, dict):
        return str(cast(Mapping[str, Any], value).get("name", ""))
    return clip(str(value), _LENGTH) if value is not None else ""
