"""What the votes say, how sure that is, and what each variant cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

import streamlit as st

from lib.runs.experiments import score
from lib.runs.experiments.score import Outcome
from lib.store.experiments import Cell, Experiment
from lib.ui import money, notes
from lib.ui.experiment import grid
from lib.ui.experiment.place import names
from lib.ui.plain import safe, seconds
from lib.ui.session import Client


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a variant's results: the mean price in USD and the median of seconds; None without any."""

    price: Decimal | None
    seconds: float | None


def draw(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> None:
    """The verdict in a sentence, then a row a variant, the best first."""
    variants = names(experiment, "variants")
    votes = client.experiments.votes(experiment)
    found = score.outcomes(votes, len(variants))
    if client.rehearsing:
        st.html(
            '<p class="pg-small"><span class="pg-mark">Sandbox</span> A rehearsal: small programs '
            "of our own made these, so this says nothing about any model.</p>"
        )
    if not votes:
        notes.empty("No votes yet", "Vote on a few pairs, or share it and let the team vote.")
    else:
        st.html(f'<p class="pg-total">{safe(verdict(found, variants, len(votes)))}</p>')
    costs = [_cost([each for each in cells if each.variant == n]) for n in range(len(variants))]
    order = sorted(range(len(variants)), key=lambda n: (-found[n].rate, n))
    rows = "".join(_row(variants[n], found[n], costs[n]) for n in order)
    st.html(
        '<div class="pg-scroll"><table class="pg-table"><tr><th>Variant</th><th>Wins</th>'
        "<th>Votes</th><th>Price</th><th>Time</th><th>Price per win</th></tr>"
        f"{rows}</table></div>"
    )
    people = len({each.person for each in votes})
    if votes:
        st.caption(
            f"{len(votes):,} votes of {people} {'person' if people == 1 else 'people'}. The bar is "
            "where the true share of wins lies with 95 % certainty (Wilson). “Both” counts half."
        )


def verdict(found: Sequence[Outcome], variants: Sequence[str], votes: int) -> str:
    """Who wins, or that the votes do not tell."""
    leader = score.leader(found)
    if leader is None:
        return "Not enough votes to tell."
    return f"{variants[leader]} wins, by {votes:,} votes."


def per_win(cost: Cost, outcome: Outcome) -> Decimal | None:
    """USD that it takes on the average until a result wins; None when none has."""
    if cost.price is None or not outcome.wins:
        return None
    return cost.price / Decimal(str(outcome.rate))


def _cost(cells: Sequence[Cell]) -> Cost:
    runs = [each.run for each in grid.done(cells) if each.run]
    prices = [run.price for run in runs if run.price is not None]
    took = [run.took for run in runs if run.took is not None]
    price = sum(prices, Decimal(0)) / len(prices) if prices else None
    return Cost(price, median(took) if took else None)


def _row(name: str, outcome: Outcome, cost: Cost) -> str:
    win = per_win(cost, outcome)
    cells = (
        safe(name),
        _bar(outcome),
        f"{outcome.votes:,}",
        money.price(cost.price) if cost.price is not None else "–",
        seconds(cost.seconds) if cost.seconds is not None else "–",
        money.price(win) if win is not None else "–",
    )
    return f"<tr>{''.join(f'<td>{each}</td>' for each in cells)}</tr>"


def _bar(outcome: Outcome) -> str:
    """The rate as a mark on its interval, and both as text."""
    if not outcome.votes:
        return "–"
    low, high, rate = (round(100 * each) for each in (outcome.low, outcome.high, outcome.rate))
    return (
        f'<span class="pg-rate">{rate} %</span> <span class="pg-small">{low}–{high} %</span>'
        f'<span class="pg-interval" aria-hidden="true"><i style="left:{low}%;width:{high - low}%">'
        f'</i><b style="left:{rate}%"></b></span>'
    )
