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
def done(store: Store, new: Making, clock: Clock) -> Callable[..., Run]:
    """A run that is done, with a file, a thumbnail, marks and words."""

    def done(price: str = "0.25", **values: Any) -> Run:
        clock.move(seconds=1)
        run = moved(runs.claim(store, ledger.admit(store, new(**values)).id, "engine"))
        run = moved(runs.accept(store, run, f"job of {run.id}"))
        run = moved(runs.settle_done(store, run, Decimal(price), result_text="a secret"))
        put(store, files.result_name(run.id, "0.txt"), b"a secret")
        for other in (files.preview_name(run.id), files.thumb_name(run.id)):
            put(store, other, b"picture")
        file = ResultFile(n=0, name="0.txt", media_type="text/plain", size=8, sha256="5e" * 32)
        run = moved(runs.keep(store, run, [file], thumb=True, written=["a secret"]))
        marks.star(store, run.id, "ada", True)
        marks.note(store, run.id, "ada", "keepsake")
        marks.retag(store, run.id, "ada", ["poster"])
        return run

    return done


def test_nothing_that_shows_runs_has_it_any_more(
    store: Store, done: Callable[..., Run], new: Making, clock: Clock
) -> None:
    run = done(person="ada")
    kept = favourites.keep(
        store,
        NewFavourite(person="ada", text="a red fox", endpoint=run.endpoint, run_id=run.id),
    )
    clock.move(seconds=1)
    made_of_it = ledger.admit(store, new(params={"prompt": "a secret"}))
    assert [step.run for step in lineage.chain(store, made_of_it)] == [run]

    gone = moved(deletion.delete(store, run.id, "ada"))

    assert (gone.deleted_at, gone.text, gone.params) == (clock.at, "", {})
    assert "secret" not in repr(gone)
    assert history.page(store, SANDBOX) == [made_of_it]
    assert history.total(store, SANDBOX).count == 1
    for wanted in ({"text": "red"}, {"text": "keepsake"}, {"tag": "poster"}, {"starred": True}):
        shown = history.page(store, replace(SANDBOX, **wanted))
        assert run.id not in [each.id for each in shown]
    assert history.results_of(store, [run.id]) == {}
    assert marks.of(store, [run.id]) == {}
    assert lineage.chain(store, made_of_it) == []
    place = ("sandbox", "ada", run.endpoint, run.model)
    assert experiments.kept(store, *place) == {}
    assert favourites.page(store)[0].id == kept.favourite.id
    assert favourites.page(store)[0].run_id is None
    for room in media.ROOMS:
        assert not names_in(store, room)
        assert not (store.data_dir / room / run.id).exists()
    assert moved(deletion.delete(store, done().id, None)).deleted_at
    assert deletion.delete(store, run.id, "ada") is None


def test_no_sum_changes(store: Store, done: Callable[..., Run], clock: Clock) -> None:
    run, other = done("0.25"), done("0.5", person="bob")
    began = clock.at - timedelta(hours=1)
    cell = {"endpoint": run.endpoint, "model": run.model, "params": {}}
    experiment = experiments.begin(
        store,
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
    caps.put(store, "sandbox", "ada", Caps(day=Decimal("0.3")))

    def sums() -> list[Any]:
        return [
            ledger.spent(store, "sandbox", "ada"),
            ledger.spent(store, "sandbox"),
            ledger.sums(store, "sandbox"),
            ledger.books(store, "sandbox"),
            caps.uses(store, "sandbox", "ada"),
            [spending.shares(store, "sandbox", clock.at.date(), by) for by in BY],
            spending.by_person(store, "sandbox", clock.at.date()),
            history.costs(store, "sandbox", began, clock.at),
            ledger.overrun(store, "sandbox", run.endpoint, run.model),
            history.durations(store, "sandbox", run.endpoint, run.model),
            [each.run.price for each in experiments.table(store, experiment.id) if each.run],
        ]

    before = sums()
    assert deletion.delete(store, run.id, "ada")
    assert deletion.delete(store, other.id, None)
    assert sums() == before
    ledger.correct(store, run.id, Decimal("0.2"))
    assert ledger.spent(store, "sandbox", "ada").day_posted == Decimal("0.2")
    assert ledger.sums(store, "sandbox") == ledger.books(store, "sandbox")


def test_only_its_person_or_an_admin_deletes_it(store: Store, done: Callable[..., Run]) -> None:
    run = done(person="ada")
    assert deletion.delete(store, run.id, "bob") is None
    assert deletion.delete(store, "no such run", None) is None
    assert history.page(store, SANDBOX) == [run]
    assert is_kept(store, files.thumb_name(run.id))
    assert deletion.delete(store, run.id, None)


@pytest.mark.parametrize("state", [State.WAITING, State.ACCEPTED, State.UNKNOWN, State.STALLED])
def test_what_goes_on_or_waits_for_an_answer_stays(store: Store, new: Making, state: State) -> None:
    run = ledger.admit(store, new())
    if state is not State.WAITING:
        run = moved(runs.claim(store, run.id, "engine"))
    if state is State.UNKNOWN:
        run = moved(runs.lose(store, run, {}))
    if state in (State.ACCEPTED, State.STALLED):
        run = moved(runs.accept(store, run, "job"))
    if state is State.STALLED:
        run = moved(runs.stall(store, run))
    assert run.state is state
    assert deletion.delete(store, run.id, "ada") is None
    assert runs.get(store, run.id) == run


def test_a_file_that_stays_keeps_the_run(
    store: Store, done: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its person sees that it is there, and deletes it again."""
    run = done()

    def stuck(*_: object) -> None:
        raise PermissionError

    with monkeypatch.context() as broken:
        broken.setattr(files, "remove_result", stuck)
        with pytest.raises(PermissionError):
            deletion.delete(store, run.id, "ada")
    assert history.page(store, Filters(profile="sandbox", text="keepsake")) == [run]
    assert deletion.delete(store, run.id, "ada")
