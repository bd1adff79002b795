"""What became of each line of a batch, as plain values: for the table on the page and the CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lib.deapi import transcripts
from lib.deapi.contract import endpoint
from lib.runs.experiments import lines
from lib.runs.experiments.lines import Line
from lib.runs.tables import as_csv, usd
from lib.store import Run, State
from lib.store.experiments import Cell, Experiment
from lib.ui import further, run_status, words
from lib.ui.experiment.place import names
from lib.ui.results import prompt


@dataclass(frozen=True, slots=True)
class Outcome:
    """A line with a cell that it is in; `model` is the name of its column in the plan."""

    line: Line
    cell: Cell
    model: str

    @property
    def run(self) -> Run | None:
        return self.cell.run

    @property
    def done(self) -> bool:
        """Whether it has a result, which is still there."""
        run = self.run
        return run is not None and run.state is State.DONE and run.deleted_at is None

    @property
    def price(self) -> Decimal | None:
        """USD that its call cost, if that is known; of what goes together, for all of it. What was
        paid for elsewhere cost nothing here."""
        return self.run.price if self.run is not None and not self.cell.reused else None

    @property
    def state(self) -> str:
        """Where it stands, in words; of what went wrong the reason."""
        if self.cell.problem is not None:
            return self.cell.problem
        run = self.run
        if run is None:
            return "Not sent yet"
        if run.deleted_at is not None:
            return words.DELETED
        return run_status.sentence(run) if run.state is State.FAILED else words.STATES[run.state]

    @property
    def text(self) -> str:
        """The result where it is text to read, as far as the run has it."""
        run = self.run
        if run is None or not self.done or run.result_text is None:
            return ""
        return read(run, run.result_text)


def read(run: Run, content: str) -> str:
    """What a person reads in `content`, which is the result of `run`."""
    kind = endpoint(run.endpoint).result
    if kind in further.TEXTS:
        return transcripts.parse(content).text
    found = prompt.parse(content) if kind == "prompt" else None
    return found.prompt if found else ""


def of(experiment: Experiment, cells: Sequence[Cell]) -> list[Outcome]:
    """Line by line, and for each in the order of the models."""
    by_input: dict[int, list[Cell]] = {}
    for each in cells:
        by_input.setdefault(each.input, []).append(each)
    models = names(experiment, "variants")
    return [
        Outcome(line, cell, models[cell.variant])
        for line in lines.lines(experiment.plan)
        for cell in by_input.get(line.input, [])
    ]


def table(
    outcomes: Sequence[Outcome], labels: Mapping[str, str], texts: Mapping[str, str]
) -> bytes:
    """As CSV that is only text to a spreadsheet. `labels` are the names of fields, and `texts` are
    results that are text by the ids of their runs."""
    fields, beside = lines.columns([each.line for each in outcomes])
    heads = [*(labels.get(name, name) for name in fields), *beside, "model", "status"]
    heads += ["paid_usd", "sent_with", "seconds", "result", "run_id"]
    rows = (_line(each, fields, beside, texts) for each in outcomes)
    return as_csv(["row", *heads], rows)


def _line(
    each: Outcome,
    fields: Sequence[str],
    beside: Sequence[str],
    texts: Mapping[str, str],
) -> list[str]:
    run = each.run
    took = run.took if run is not None else None
    return [
        str(each.line.number),
        *(lines.text(each.line.values.get(name)) for name in fields),
        *(each.line.beside.get(name, "") for name in beside),
        each.model,
        each.state,
        usd(each.price),
        str(each.line.of),
        "" if took is None else f"{took:.1f}",
        texts.get(run.id, "") if run is not None and each.done else "",
        run.id if run is not None else "",
    ]
