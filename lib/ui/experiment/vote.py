"""Two results of the same prompt, without their names: which is better?"""

import hashlib
from collections.abc import Mapping, Sequence

import streamlit as st

from lib.runs.experiments import score
from lib.store import ResultFile, StoreError, Winner
from lib.store.experiments import Cell, Experiment
from lib.ui import notes
from lib.ui.errors import Advice
from lib.ui.experiment import cell as one
from lib.ui.experiment import grid
from lib.ui.experiment.place import key, names
from lib.ui.plain import safe
from lib.ui.session import Client

Pair = tuple[int, int, int]
"""A row, and the variants on the left and on the right."""

ANSWERS = (
    (Winner.A, "Left is better", "1"),
    (Winner.BOTH, "Both are good", "2"),
    (Winner.NEITHER, "Neither", "3"),
    (Winner.B, "Right is better", "4"),
)
"""What it means, what the button says, and which key presses it. No arrows: who has just chosen
the view by them would change it."""


def draw(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> None:
    """The next pair that this person has not voted on, and the four answers."""
    if not client.experiments.may_vote(experiment):
        notes.empty(
            "This is not shared with the team",
            f"So only {experiment.person} votes on it. Once it is shared, everybody may.",
        )
        return
    pairs = _pairs(client, experiment, grid.done(cells))
    mine = [each for each in client.experiments.votes(experiment) if each.person == client.person]
    voted = {(each.input, each.a, each.b) for each in mine}
    left = [each for each in pairs if _plain(each) not in voted]
    if problem := st.session_state.pop(key("vote_problem"), None):
        notes.problem(Advice(problem))
    if not pairs:
        notes.empty(
            "Nothing to vote on yet",
            "As soon as two variants of a prompt have results, they are shown here side by side.",
        )
        return
    _progress(len(pairs) - len(left), len(pairs))
    if left:
        _pair(client, experiment, cells, left[0])
    else:
        notes.empty("You have voted on all of them", "The outcome counts everybody's votes.")
    if mine:
        st.button(
            "Undo my last vote",
            icon="↩️",
            key=key("vote_undo"),
            on_click=_undo,
            args=(client, experiment),
            shortcut="U",
        )


def _pairs(client: Client, experiment: Experiment, cells: Sequence[Cell]) -> list[Pair]:
    """Every pair there is, in an order and on sides that are each person's own: nobody can learn
    from another's screen, or from the order of the columns, which is which."""
    seed = f"{experiment.id}:{client.person}"
    found = [
        (row, left, right)
        for row in {each.input for each in cells}
        for left, right in score.pairs(
            [each.variant for each in cells if each.input == row], f"{seed}:{row}"
        )
    ]
    return sorted(found, key=lambda pair: _hash(seed, *pair))


def _hash(*parts: object) -> bytes:
    return hashlib.sha256(":".join(map(str, parts)).encode()).digest()


def _plain(pair: Pair) -> Pair:
    """As votes name it: the lower variant first."""
    row, left, right = pair
    return row, min(left, right), max(left, right)


def _progress(done: int, count: int) -> None:
    st.html(
        f'<progress class="pg-bar" max="{count}" value="{done}" aria-label="Votes"></progress>'
        f'<p class="pg-small">{done:,} of {count:,} pairs</p>'
    )


def _pair(client: Client, experiment: Experiment, cells: Sequence[Cell], pair: Pair) -> None:
    row, *sides = pair
    mark = _hash(experiment.id, *pair).hex()[:12]  # the page itself must not tell variants apart
    by_variant = {each.variant: each for each in cells if each.input == row}
    shown = [by_variant[each] for each in sides]
    files = client.experiments.results(shown)
    st.html(
        f'<p class="pg-small">Which is better for this prompt?</p>'
        f'<p class="pg-prompt">{safe(names(experiment, "inputs")[row])}</p>'
    )
    with st.container(horizontal=True, gap="xsmall", key="vote_answers"):
        for winner, said, shortcut in ANSWERS:
            st.button(
                said,
                # With the pair: a second press must not answer the next one.
                key=key("vote", winner, mark),
                on_click=_vote,
                args=(client, experiment, pair, winner),
                shortcut=shortcut,
            )
    with st.container(key=f"vote_pair_{mark}"):
        for column, each, name in zip(st.columns(2), shown, ("Left", "Right"), strict=True):
            with column:
                st.html(_blind(client, each, files, name))


def _blind(client: Client, cell: Cell, files: Mapping[str, list[ResultFile]], name: str) -> str:
    if cell.run is None:
        return ""
    inside = one.result(client, cell.run, files.get(cell.run.id, []), name)
    return f'<div class="pg-cell"><p class="pg-small">{name}</p>{inside}</div>'


def _vote(client: Client, experiment: Experiment, pair: Pair, winner: Winner) -> None:
    try:
        client.experiments.vote(experiment.id, *pair, winner)
    except StoreError as error:
        st.session_state[key("vote_problem")] = str(error)


def _undo(client: Client, experiment: Experiment) -> None:
    try:
        client.experiments.take_back(experiment.id)
    except StoreError as error:
        st.session_state[key("vote_problem")] = str(error)
