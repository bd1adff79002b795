"""What a person may ask and order about experiments: their own, and those shared with the team."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from decimal import Decimal
from typing import BinaryIO
from zipfile import ZipFile

from lib.deapi.errors import DeapiError
from lib.runs.experiments import archive, manifest, plan
from lib.runs.experiments.export import MANIFEST
from lib.runs.experiments.given import Brought
from lib.runs.experiments.manifest import BadManifest
from lib.runs.experiments.order import order, reusable
from lib.runs.experiments.plan import Cell as Planned
from lib.runs.experiments.plan import Draft
from lib.runs.experiments.table import Unreadable
from lib.runs.quotes import Quote
from lib.store import (
    Denied,
    Filters,
    MediaDown,
    ResultFile,
    State,
    Winner,
    drafts,
    experiments,
    files,
    history,
    votes,
)
from lib.store.experiments import Cell, Experiment, Titled
from lib.store.votes import Vote
from lib.ui.desk import EngineDesk

MOST_LISTED = 300
"""As many as somebody looks through, or finds by typing."""
_MOST_PLAN = 20 * 2**20
"""Bytes of a plan that somebody hands in."""
_MOST_TEXT = 20_000


class Experiments(EngineDesk):
    """`who`'s on one profile."""

    # --- before it costs anything -----------------------------------------------------------------

    def plan(self, draft: Draft, known: plan.Known | None = None) -> list[Planned]:
        """Every cell; `known` are those of the same plan with other rows. Raises `TooManyCells`,
        and `DeapiError` without a catalogue."""
        return plan.plan(draft, self._engine.listing(self._profile).models, known)

    def prices(self, cells: Sequence[Planned]) -> dict[str, Quote | DeapiError | None]:
        """Their prices by their keys, as far as they are known now; the others are asked for."""
        return self._engine.prices(self._profile, cells)

    def reusable(self, cells: Sequence[Planned]) -> dict[str, str]:
        """Results that I have of the very same, by `order.same`. Raises `StoreError`."""
        return reusable(self._store, self._profile, self._who.name, cells)

    def lasts(self, endpoints: Iterable[str]) -> float | None:
        """Seconds that a run of each takes to be sent at the limits that apply; None while those
        are not known."""
        return self._engine.lasts(self._profile, endpoints)

    def asking_lasts(self, count: int) -> float | None:
        """Seconds until so many prices have been told; None while the limit is not known."""
        often = self._engine.quotes_a_minute(self._profile)
        return 60 * count / often if often else None

    def read(self, file: BinaryIO) -> Draft:
        """The plan in an export, or in its manifest alone; the files that it works on become mine
        where they are in the export. Raises `BadManifest`, `StoreError`."""
        self._check()
        with ExitStack() as until:
            try:
                parts = until.enter_context(archive.opened(file)) if archive.is_zip(file) else None
                told = json.loads(_manifest(file, parts))
            except (ValueError, RecursionError) as error:
                raise BadManifest(
                    "This is not the export of an experiment. Choose its ZIP, or the "
                    "manifest.json that is inside."
                ) from error
            brought = parts and Brought(self._store, self._who.name, parts)
            return manifest.read(told, self._store, self._who.name, brought)

    def draft(self, experiment: Experiment) -> Draft:
        """The plan of an experiment, to begin another one with. Raises as `read`."""
        return manifest.read(experiment.plan, self._store, self._who.name)

    # --- orders -----------------------------------------------------------------------------------

    def begin(
        self,
        draft: Draft,
        cells: Sequence[Planned],
        known: Mapping[str, Decimal],
        *,
        nonce: str,
        title: str,
        most: Decimal | None,
        shared: bool,
        reuse: bool = False,
    ) -> Experiment:
        """Have it go on, at prices that are `known` by their keys. Raises `StoreError`; nothing
        was committed then."""
        self._check()
        new = order(
            self._store,
            draft,
            cells,
            known,
            profile=self._profile,
            person=self._who.name,
            nonce=nonce,
            title=title,
            most=most,
            shared=shared,
            kept=self.reusable(cells) if reuse else None,
        )
        return self._engine.begin(new)

    def pause(self, experiment_id: str) -> None:
        """Send nothing more for now, nor what still waits. Raises `StoreError`."""
        experiments.pause(self._store, self._mine(experiment_id).id)

    def resume(self, experiment_id: str, shown: Decimal) -> None:
        """Go on, where what is left costs no more than the `shown` USD. Raises `StoreError`."""
        self._engine.resume(self._mine(experiment_id), shown)

    def stop(self, experiment_id: str) -> None:
        """Send nothing more, and hold nothing for it. Raises `StoreError`."""
        self._engine.stop_experiment(self._mine(experiment_id))

    def retry(self, experiment_id: str, only: Collection[int]) -> int:
        """Send what failed and cost nothing again of these cells; how many that are. Raises
        `StoreError`."""
        return self._engine.retry(self._mine(experiment_id), only)

    def share(self, experiment_id: str, shared: bool) -> None:
        """Have the team see it and vote on it, or no longer. Raises `StoreError`."""
        experiments.share(self._store, self._mine(experiment_id).id, shared)

    # --- what there is ----------------------------------------------------------------------------

    def page(self, limit: int = 50) -> list[Experiment]:
        """My own and those that are shared with me, newest first."""
        return experiments.page(self._store, self._profile, self._who.name, limit=limit)

    def with_runs(self, person: str | None) -> list[Titled]:
        """Those that runs of `person` are in, the newest first. Of others' an admin may know; with
        None: of everybody's."""
        whose = person if self._who.is_admin else self._who.name
        return experiments.with_runs(self._store, self._profile, whose, limit=MOST_LISTED)

    def get(self, experiment_id: str) -> Experiment | None:
        """One that I may see, or None."""
        found = experiments.get(self._store, experiment_id)
        seen = found is not None and found.profile == self._profile and self._who.may_see(found)
        return found if seen else None

    def of_run(self, run_id: str) -> list[Experiment]:
        """Those that show this run, as far as I may see them, the newest first."""
        return [each for each in experiments.of_run(self._store, run_id) if self._who.may_see(each)]

    def is_mine(self, experiment: Experiment) -> bool:
        """Whether I may change it."""
        return self._who.may_change(experiment)

    def table(self, experiment: Experiment) -> list[Cell]:
        """All cells in their order."""
        return experiments.table(self._store, self._seen(experiment).id)

    def results(self, cells: Sequence[Cell]) -> dict[str, list[ResultFile]]:
        """The kept files of these cells, by the ids of their runs."""
        done = [each.run.id for each in cells if each.run and each.run.state is State.DONE]
        return history.results_of(self._store, done, among=Filters(profile=self._profile))

    def text(self, experiment: Experiment, run_id: str, file: ResultFile) -> str | None:
        """What a written result of it says; None when it is gone, or can't be had just now."""
        self._seen(experiment)
        name = files.result_name(run_id, file.name)
        try:
            return files.content(self._store, name, _MOST_TEXT * 4).decode("utf-8-sig", "replace")
        except (OSError, MediaDown):
            return None

    def content(self, experiment: Experiment, run_id: str, file: ResultFile) -> bytes:
        """A kept file of it, whole. Raises `OSError` when it is gone, and `MediaDown`."""
        self._seen(experiment)
        return files.content(self._store, files.result_name(run_id, file.name))

    def limit(self, words: Experiment) -> tuple[Decimal, Decimal] | None:
        """Of one that wrote words: what it and all that is made of them may cost by its own limit,
        and what they have cost or hold, in USD. None where it has no limit."""
        if words.most is None:
            return None
        return words.most, experiments.cost_of_study(self._store, self._seen(words))

    # --- what people say of it --------------------------------------------------------------------

    def may_vote(self, experiment: Experiment) -> bool:
        """Whether my vote counts there."""
        return self._who.may_vote(experiment)

    def votes(self, experiment: Experiment) -> list[Vote]:
        return votes.of(self._store, self._seen(experiment).id)

    def vote(self, experiment_id: str, row: int, left: int, right: int, winner: Winner) -> bool:
        """Say what is better of two; False when I have said it of this pair before. `winner` A is
        the left one. Raises `StoreError`."""
        self._check()
        return votes.cast(self._store, experiment_id, self._who.name, row, left, right, winner)

    def take_back(self, experiment_id: str) -> Vote | None:
        """Undo my last vote there. Raises `StoreError`."""
        return votes.take_back(self._store, experiment_id, self._who.name)

    # --- what I have written and not ordered ------------------------------------------------------

    def edits(self, experiment: Experiment) -> dict[str, str]:
        """What I have changed about the words that it wrote."""
        return self.form(_edits(experiment))

    def save_edits(self, experiment: Experiment, edits: Mapping[str, str]) -> None:
        """Keep them. Raises `StoreError`."""
        self.save_form(_edits(experiment), edits)

    def form(self, name: str) -> dict[str, str]:
        """What I left in a form of this name."""
        kept = drafts.load(self._store, self._who.name, name)
        return {field: str(value) for field, value in kept.values.items()} if kept else {}

    def save_form(self, name: str, values: Mapping[str, str]) -> None:
        """Keep it. Raises `StoreError`."""
        drafts.save(self._store, self._who.name, name, "", values)

    # --- inside -----------------------------------------------------------------------------------

    def _seen(self, experiment: Experiment) -> Experiment:
        """The same, if it still is mine to see. Raises `Denied`."""
        if not self._who.may_see(experiment):
            raise Denied("This experiment is not there any more.")
        return experiment

    def _mine(self, experiment_id: str) -> Experiment:
        self._check()
        found = self.get(experiment_id)
        if found is None or not self._who.may_change(found):
            raise Denied("Only who began an experiment may change it.")
        return found


def _edits(experiment: Experiment) -> str:
    return f"words:{experiment.id}"


def _manifest(file: BinaryIO, parts: ZipFile | None) -> bytes:
    """The plan in a ZIP, or the file itself. Raises `Unreadable`."""
    if parts is not None:
        return archive.content(parts, MANIFEST, _MOST_PLAN)
    content = file.read(_MOST_PLAN + 1)
    if len(content) > _MOST_PLAN:
        raise Unreadable("This is too large for a plan.")
    return content
