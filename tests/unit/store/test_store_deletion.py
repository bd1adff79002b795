"""What is deleted is in no list and on no disk any more, and no cent of it is forgotten."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from lib.store import (
    Caps,
    Filters,
    NewFavourite,
    ResultFile,
    Run,
    State,
    Store,
    caps,
    deletion,
    experiments,
    favourites,
    files,
    history,
    ledger,
    lineage,
    marks,
    media,
    runs,
    spending,
)
from lib.store.experiments import NewCell, NewExperiment
from tests.support.media import is_kept, names_in, put
from tests.support.s3 import bucket_url, media_url
from tests.unit.store.making import Clock, Making

__all__ = ["bucket_url", "media_url"]

SANDBOX = Filters(profile="sandbox")
BY: tuple[spending.By, ...] = ("person", "endpoint", "model", "day")


def moved(run: Run | None) -> Run:
    assert run is not None
    return run


@pytest.fixture
def done(either: Store, new: Making, clock: Clock) -> Callable[..., Run]:
    """A run that is done, with a file, a thumbnail, marks and words."""

    def done(price: str = "0.25", **values: Any) -> Run:
        clock.move(seconds=1)
        run = moved(runs.claim(either, ledger.admit(either, new(**values)).id, "engine"))
        run = moved(runs.accept(either, run, f"job of {run.id}"))
        run = moved(runs.settle_done(either, run, Decimal(price), result_text="a secret"))
        put(either, files.result_name(run.id, "0.txt"), b"a secret")
        for other in (files.preview_name(run.id), files.thumb_name(run.id)):
            put(either, other, b"picture")
        file = ResultFile(n=0, name="0.txt", media_type="text/plain", size=8, sha256="5e" * 32)
        run = moved(runs.keep(either, run, [file], thumb=True, written=["a secret"]))
        marks.star(either, run.id, "ada", True)
        marks.note(either, run.id, "ada", "keepsake")
        marks.retag(either, run.id, "ada", ["poster"])
        return run

    return done


def test_nothing_that_shows_runs_has_it_any_more(
    either: Store, done: Callable[..., Run], new: Making, clock: Clock
) -> None:
    run = done(person="ada")
    kept = favourites.keep(
        either,
        NewFavourite(person="ada", text="a red fox", endpoint=run.endpoint, run_id=run.id),
    )
    clock.move(seconds=1)
    made_of_it = ledger.admit(either, new(params={"prompt": "a secret"}))
    assert [step.run for step in lineage.chain(either, made_of_it)] == [run]

    gone = moved(deletion.delete(either, run.id, "ada"))

    assert (gone.deleted_at, gone.text, gone.params) == (clock.at, "", {})
    assert "secret" not in repr(gone)
    assert history.page(either, SANDBOX) == [made_of_it]
    assert history.total(either, SANDBOX).count == 1
    for wanted in ({"text": "red"}, {"text": "keepsake"}, {"tag": "poster"}, {"starred": True}):
        shown = history.page(either, replace(SANDBOX, **wanted))
        assert run.id not in [each.id for each in shown]
    assert history.results_of(either, [run.id]) == {}
    assert marks.of(either, [run.id]) == {}
    assert lineage.chain(either, made_of_it) == []
    place = ("sandbox", "ada", run.endpoint, run.model)
    assert experiments.kept(either, *place) == {}
    assert favourites.page(either)[0].id == kept.favourite.id
    assert favourites.page(either)[0].run_id is None
    for room in media.ROOMS:
        assert not names_in(either, room)
        assert not (either.data_dir / room / run.id).exists()
    assert moved(deletion.delete(either, done().id, None)).deleted_at
    assert deletion.delete(either, run.id, "ada") is None


def test_no_sum_changes(either: Store, done: Callable[..., Run], clock: Clock) -> None:
    run, other = done("0.25"), done("0.5", person="bob")
    began = clock.at - timedelta(hours=1)
    cell = {"endpoint": run.endpoint, "model": run.model, "params": {}}
    experiment = experiments.begin(
        either,
        NewExperiment(
            profile="sandbox",
            person="ada",
            nonce="experiment",
            title="",
            plan={},
            cells=[
                NewCell(input=0, variant=0, quote=run.quote, reserved=run.quote, **cell),
                NewCell(
                    input=0, variant=1, quote=run.quote, reserved=run.quote, run_id=run.id, **cell
                ),
            ],
        ),
    )
    caps.put(either, "sandbox", "ada", Caps(day=Decimal("0.3")))

    def sums() -> list[Any]:
        return [
            ledger.spent(either, "sandbox", "ada"),
            ledger.spent(either, "sandbox"),
            ledger.sums(either, "sandbox"),
            ledger.books(either, "sandbox"),
            caps.uses(either, "sandbox", "ada"),
            [spending.shares(either, "sandbox", clock.at.date(), by) for by in BY],
            spending.by_person(either, "sandbox", clock.at.date()),
            history.costs(either, "sandbox", began, clock.at),
            ledger.overrun(either, "sandbox", run.endpoint, run.model),
            history.durations(either, "sandbox", run.endpoint, run.model),
            [each.run.price for each in experiments.table(either, experiment.id) if each.run],
        ]

    before = sums()
    assert deletion.delete(either, run.id, "ada")
    assert deletion.delete(either, other.id, None)
    assert sums() == before
    ledger.correct(either, run.id, Decimal("0.2"))
    assert ledger.spent(either, "sandbox", "ada").day_posted == Decimal("0.2")
    assert ledger.sums(either, "sandbox") == ledger.books(either, "sandbox")


def test_only_its_person_or_an_admin_deletes_it(either: Store, done: Callable[..., Run]) -> None:
    run = done(person="ada")
    assert deletion.delete(either, run.id, "bob") is None
    assert deletion.delete(either, "no such run", None) is None
    assert history.page(either, SANDBOX) == [run]
    assert is_kept(either, files.thumb_name(run.id))
    assert deletion.delete(either, run.id, None)


@pytest.mark.parametrize("state", [State.WAITING, State.ACCEPTED, State.UNKNOWN, State.STALLED])
def test_what_goes_on_or_waits_for_an_answer_stays(
    either: Store, new: Making, state: State
) -> None:
    run = ledger.admit(either, new())
    if state is not State.WAITING:
        run = moved(runs.claim(either, run.id, "engine"))
    if state is State.UNKNOWN:
        run = moved(runs.lose(either, run, {}))
    if state in (State.ACCEPTED, State.STALLED):
        run = moved(runs.accept(either, run, "job"))
    if state is State.STALLED:
        run = moved(runs.stall(either, run))
    assert run.state is state
    assert deletion.delete(either, run.id, "ada") is None
    assert runs.get(either, run.id) == run


def test_a_file_that_stays_keeps_the_run(
    either: Store, done: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its person sees that it is there, and deletes it again."""
    run = done()

    def stuck(*_: object) -> None:
        raise PermissionError

    with monkeypatch.context() as broken:
        broken.setattr(files, "remove_result", stuck)
        with pytest.raises(PermissionError):
            deletion.delete(either, run.id, "ada")
    assert history.page(either, Filters(profile="sandbox", text="keepsake")) == [run]
    assert deletion.delete(either, run.id, "ada")
