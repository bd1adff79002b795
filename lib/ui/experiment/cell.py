"""One cell: its result as one can see or hear it, its price and time, or where it stands."""

from collections.abc import Sequence
from decimal import Decimal

from lib.store import ResultFile, Run, State
from lib.store.experiments import Cell
from lib.ui import money, run_status, words
from lib.ui.plain import clip, safe, seconds
from lib.ui.results import players
from lib.ui.session import Client

_TEXT = 600


def result(client: Client, run: Run, files: Sequence[ResultFile], label: str) -> str:
    """The result as HTML. `label` is what a screen reader says of it."""
    if not files:
        return '<p class="pg-small">Its file is no longer here.</p>'
    kept, source = files[0], client.url(run, "result")
    kind = kept.media_type.partition("/")[0]
    if kind == "image":
        return (
            f'<a href="{safe(source)}" target="_blank" rel="noopener"'
            ' aria-label="Open in full size">'
            f'<img class="pg-cell-picture pg-checkers" src="{safe(source)}" loading="lazy"'
            f' alt="{safe(label)}"></a>'
        )
    if kind == "video":
        poster = client.url(run, "thumb") if run.thumb else None
        return players.video(
            source, width=kept.width, height=kept.height, poster=poster, label=label
        )
    if kind == "audio":
        return players.audio(source, label=label)
    return f'<a class="pg-button" href="{safe(client.url(run, "download"))}" download>Download</a>'


def html(client: Client, cell: Cell, files: Sequence[ResultFile], name: str) -> str:
    """All of it, below the name of its variant."""
    return (
        f'<div class="pg-cell"><p class="pg-small">{safe(name)}</p>'
        f'{_inside(client, cell, files, name)}<p class="pg-cell-end">{safe(end(cell))}</p></div>'
    )


def _inside(client: Client, cell: Cell, files: Sequence[ResultFile], name: str) -> str:
    run = cell.run
    if run is not None and run.deleted_at is not None:
        return f'<p class="pg-cell-waits">{words.DELETED}</p>'
    if run is not None and run.state is State.DONE:
        return result(client, run, files, f"{name}: {clip(cell.text, 120)}")
    if cell.problem is not None:
        return f'<p class="pg-problem">{safe(clip(cell.problem, 300))}</p>'
    if run is None:
        return '<p class="pg-cell-waits">Not sent yet</p>'
    tone = "pg-problem" if run.state in (State.FAILED, State.UNKNOWN) else "pg-cell-waits"
    return f'<p class="{tone}">{safe(run_status.sentence(run))}</p>'


def end(cell: Cell) -> str:
    """What it cost and how long it took, or what it is planned at."""
    run = cell.run
    if cell.reused:
        if run is None or run.price is None:
            return "made once, for another"
        return f"used again, {money.paid(run.price, run.price_estimated)} paid once"
    if run is None or cell.problem is not None:
        return f"planned at {money.price(cell.quote)}"
    if run.state is State.DONE and run.price is not None:
        took = seconds(run_status.took(run))
        return f"{money.paid(run.price, run.price_estimated)} · {took}"
    if run.state in (State.FAILED, State.CANCELLED) and not run.price:
        return "nothing was paid"
    return money.price(run.quote)


def spent(cells: Sequence[Cell]) -> Decimal:
    """USD that these have cost so far."""
    mine = (each.run for each in cells if each.run and not each.reused)
    return sum((run.price or Decimal(0) for run in mine), Decimal(0))
