"""One of those that are compared: where it stands, then its result in step with the others."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from lib.deapi import transcripts
from lib.store import ResultFile, Run, State
from lib.store.experiments import Cell, Experiment
from lib.ui import difference, run_card, run_status, state
from lib.ui.compare import step
from lib.ui.experiment import cell as one
from lib.ui.experiment import grid
from lib.ui.experiment.place import key
from lib.ui.plain import clip, safe, seconds, size
from lib.ui.session import Client


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell with what it is called, its model's name and its kept files."""

    experiment: Experiment
    cell: Cell
    name: str
    model: str
    files: Sequence[ResultFile] = ()

    @property
    def done(self) -> bool:
        """Whether it has a result, which is still there."""
        run = self.cell.run
        return run is not None and run.state is State.DONE and run.deleted_at is None

    @property
    def moving(self) -> bool:
        return self.cell.run is not None and run_status.moving(self.cell.run)

    @property
    def label(self) -> str:
        return f"{self.name}: {clip(self.cell.text, 120)}" if self.cell.text else self.name


def draw(client: Client, shown: Shown, first: str | None) -> None:
    """The card as it stands now. `first` is the text that this one's is compared with, if any."""
    st.html(f'<p class="pg-only">{safe(shown.name)}</p>')
    run = shown.cell.run
    if run is not None and shown.done:
        _result(client, shown, run, first)
        _buttons(client, shown, run)
    elif run is not None and client.run(run.id) is not None:
        _mine(client, shown, run)
    else:
        st.html(one.html(client, shown.cell, shown.files, ""))


def text(client: Client, shown: Shown) -> str | None:
    """What a written result says; None without one."""
    if not shown.done or not shown.files or shown.cell.run is None:
        return None
    kept = shown.files[0]
    if kept.media_type.startswith(("image/", "video/", "audio/")):
        return None
    content = client.experiments.text(shown.experiment, shown.cell.run.id, kept)
    return None if content is None else transcripts.parse(content).text


def _mine(client: Client, shown: Shown, run: Run) -> None:
    """On its way, or with a question that only its person can answer."""
    if not shown.moving:
        run_card.draw(client, run, shown.model)
        return
    said = run_status.sentence(run, client.delay(run))
    st.html(
        f'<div class="pg-run"><p class="pg-status">{safe(said)}</p>{run_card.bar(run)}'
        f'<p class="pg-cell-end">{safe(one.end(shown.cell))}</p></div>'
    )
    # In a block of its own that stays as it is from second to second: the picture doesn't flicker.
    st.html(f"<div>{run_card.preview(client, run)}</div>")


# --- a result -------------------------------------------------------------------------------------


def _result(client: Client, shown: Shown, run: Run, first: str | None) -> None:
    kept = next(iter(shown.files), None)
    kind = kept.media_type.partition("/")[0] if kept else ""
    group, source = shown.experiment.id, client.url(run, "result")
    if kept and kind == "image":
        step.picture(group, run.id, source, shown.label, (kept.width, kept.height))
    elif kept and kind in ("video", "audio"):
        step.player(
            group,
            run.id,
            shown.cell.variant,
            source,
            shown.label,
            moving=kind == "video",
            size=(kept.width, kept.height),
            poster=client.url(run, "thumb") if run.thumb else None,
        )
    elif (said := text(client, shown)) is not None:
        st.html(_words(first, said))
    else:
        st.html(one.result(client, run, shown.files, shown.label))
    st.html(f'<p class="pg-cell-end">{safe(" · ".join(_measures(shown)))}</p>')


def _words(first: str | None, said: str) -> str:
    """The text; against the first one with what that says and this does not, and the other way."""
    if first is None:
        return f'<div class="pg-words pg-compared">{safe(said or "(no text)")}</div>'
    pieces = difference.pieces(first, said)
    same = '<p class="pg-small">The same as the first</p>' if first == said else ""
    return (
        f'{same}<div class="pg-words pg-compared">'
        f"{difference.html(pieces, 'removed', 'added')}</div>"
    )


def _measures(shown: Shown) -> list[str]:
    """What it cost, how long it took, how large it is."""
    told = [one.end(shown.cell)]
    for kept in shown.files[:1]:
        told += [f"{kept.width} × {kept.height}"] if kept.width and kept.height else []
        told += [f"{seconds(kept.seconds)} long"] if kept.seconds else []
        told.append(size(kept.size))
    return told


def _buttons(client: Client, shown: Shown, run: Run) -> None:
    number = str(shown.cell.n)
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            "Keep the winner",
            icon="🏆",
            key=key("winner", shown.experiment.id, number),
            help="Open it in its page, with this model and these settings",
            on_click=state.use_again,
            args=(client, run),
        )
        if client.run(run.id) is not None:
            st.button("Show", key=key("show", number), on_click=grid.show, args=(shown.cell,))
