import threading
from datetime import timedelta
from decimal import Decimal

import pytest

from lib.store import ResultFile, Run, Settlement, State, Store, deliveries, history, ledger, runs
from lib.store.money import ZERO
from tests.unit.store.making import Clock, Making

ERROR = {"kind": "NoAnswer", "message": "no answer"}


@pytest.fixture
def waiting(store: Store, new: Making) -> Run:
    return ledger.admit(store, new())


@pytest.fixture
def sending(store: Store, waiting: Run) -> Run:
    return got(runs.claim(store, waiting.id, "engine"))


@pytest.fixture
def accepted(store: Store, sending: Run) -> Run:
    return got(runs.accept(store, sending, "request 1"))


def got(run: Run | None) -> Run:
    assert run is not None
    return run


def held(store: Store) -> Decimal:
    return ledger.spent(store, "sandbox", "ada").day_held


def test_a_nonce_finds_the_run_that_it_made(store: Store, waiting: Run) -> None:
    assert runs.of_nonce(store, waiting.nonce) == waiting
    assert runs.of_nonce(store, "another") is None


def test_of_many_engines_one_gets_the_claim(store: Store, waiting: Run) -> None:
    together = threading.Barrier(8)
    claims: list[Run | None] = []

    def claim(owner: str) -> None:
        together.wait()
        claims.append(runs.claim(store, waiting.id, owner))

    threads = [threading.Thread(target=claim, args=(f"engine {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [claim for claim in claims if claim]
    assert len(winners) == 1
    assert (winners[0].state, winners[0].fence) == (State.SENDING, 1)
    assert runs.get(store, waiting.id) == winners[0]


def test_a_run_that_must_wait_is_claimed_when_its_time_has_come(
    store: Store, sending: Run, clock: Clock
) -> None:
    later = clock.at + timedelta(seconds=30)
    back = got(runs.unsend(store, sending, later, ERROR))
    assert (back.state, back.owner, back.error) == (State.WAITING, "engine", ERROR)
    assert held(store) == back.reserved
    assert runs.claim(store, back.id, "engine") is None
    clock.move(seconds=30)
    again = got(runs.claim(store, back.id, "engine"))
    assert (again.fence, again.not_before, again.error) == (2, None, None)


def test_a_postponed_run_says_why_and_can_still_be_cancelled(
    store: Store, waiting: Run, clock: Clock
) -> None:
    postponed = got(runs.postpone(store, waiting, clock.at + timedelta(hours=1), ERROR))
    assert (postponed.state, postponed.error) == (State.WAITING, ERROR)
    assert runs.claim(store, waiting.id, "engine") is None
    assert got(runs.cancel(store, waiting.id, "ada")).state is State.CANCELLED
    assert held(store) == ZERO


def test_every_later_write_names_the_fence_of_its_claim(store: Store, sending: Run) -> None:
    back = got(runs.unsend(store, sending, None, ERROR))
    again = got(runs.claim(store, back.id, "engine"))
    assert runs.accept(store, sending, "request 1") is None
    assert runs.lose(store, sending, ERROR) is None
    assert runs.refuse(store, sending, ERROR) is None
    assert runs.unsend(store, sending, None, ERROR) is None
    assert runs.get(store, again.id) == again

    accepted = got(runs.accept(store, again, "request 2"))
    assert runs.news(store, sending, State.WORKING, 10.0) is None
    assert runs.missing(store, sending) is None
    assert runs.stall(store, sending) is None
    assert runs.settle_done(store, sending, None) is None
    assert runs.settle_error(store, sending, None, ERROR) is None
    assert runs.get(store, accepted.id) == accepted

    keeping = got(runs.settle_done(store, accepted, None))
    assert runs.keep(store, sending, [], thumb=False) is None
    assert runs.keep_failed(store, sending, ERROR, None) is None
    assert runs.give_up_keeping(store, sending, ERROR) is None
    assert runs.get(store, keeping.id) == keeping


def test_a_refused_run_costs_nothing(store: Store, sending: Run) -> None:
    failed = got(runs.refuse(store, sending, ERROR))
    assert (failed.state, failed.price, failed.error) == (State.FAILED, None, ERROR)
    assert held(store) == ZERO


def test_only_its_person_cancels_a_run_and_only_while_it_waits(store: Store, waiting: Run) -> None:
    assert runs.cancel(store, waiting.id, "bob") is None
    runs.claim(store, waiting.id, "engine")
    assert runs.cancel(store, waiting.id, "ada") is None
    assert held(store) == waiting.reserved


def test_news_moves_only_forward_and_a_doubled_one_changes_nothing(
    store: Store, accepted: Run, clock: Clock
) -> None:
    first = got(runs.news(store, accepted, State.WORKING, 40.0, "http://host/1"))
    assert (first.state, first.progress, first.preview_url) == (
        State.WORKING,
        40.0,
        "http://host/1",
    )
    clock.move(seconds=5)
    assert runs.news(store, accepted, State.WORKING, 40.0, "http://host/1") == first
    assert runs.news(store, accepted, State.ACCEPTED, 10.0) == first
    assert runs.news(store, accepted, State.ACCEPTED) == first
    assert got(runs.news(store, accepted, State.WORKING, 250.0)).progress == 100.0


def test_news_after_the_end_is_lost(store: Store, accepted: Run) -> None:
    ended = got(runs.settle_done(store, accepted, None))
    assert runs.news(store, accepted, State.WORKING, 50.0) is None
    assert runs.settle_done(store, accepted, None) is None
    assert runs.settle_error(store, accepted, None, ERROR) is None
    assert runs.get(store, accepted.id) == ended


def test_the_first_of_several_404s_is_remembered_until_there_is_news(
    store: Store, accepted: Run, clock: Clock
) -> None:
    first = clock.at
    assert got(runs.missing(store, accepted)).missing_since == first
    clock.move(minutes=1)
    assert got(runs.missing(store, accepted)).missing_since == first
    assert got(runs.news(store, accepted, State.ACCEPTED)).missing_since is None


def test_a_stalled_run_works_again_when_it_moves_or_is_found_again(
    store: Store, accepted: Run
) -> None:
    runs.news(store, accepted, State.WORKING, 40.0)
    runs.stall(store, accepted)
    assert got(runs.news(store, accepted, State.WORKING, 40.0)).state is State.STALLED
    assert got(runs.news(store, accepted, State.WORKING, 41.0)).state is State.WORKING

    runs.missing(store, accepted)
    assert got(runs.stall(store, accepted)).state is State.STALLED
    assert held(store) == accepted.reserved
    assert got(runs.news(store, accepted, State.ACCEPTED)).state is State.WORKING


def test_a_stalled_run_can_end_like_any_other(store: Store, accepted: Run) -> None:
    runs.stall(store, accepted)
    assert got(runs.settle_done(store, accepted, Decimal("0.001"))).state is State.KEEPING


@pytest.mark.parametrize(
    ("price", "posted"), [(None, None), ("0", None), ("-1", None), ("0.0015", "0.0015")]
)
def test_a_job_in_error_is_posted_only_when_it_names_a_price(
    store: Store, accepted: Run, price: str | None, posted: str | None
) -> None:
    failed = got(
        runs.settle_error(store, accepted, None if price is None else Decimal(price), ERROR)
    )
    expected = None if posted is None else Decimal(posted)
    assert (failed.state, failed.price) == (State.FAILED, expected)
    assert not failed.price_estimated
    spent = ledger.spent(store, "sandbox")
    assert (spent.day_held, spent.day_posted) == (ZERO, expected or ZERO)


def test_an_estimated_price_of_a_job_in_error_stays_marked(store: Store, accepted: Run) -> None:
    failed = runs.settle_error(store, accepted, Decimal("0.001"), ERROR, estimated=True)
    assert got(failed).price_estimated


def test_the_request_id_and_everything_about_the_result_are_kept(
    store: Store, accepted: Run, clock: Clock
) -> None:
    clock.move(seconds=4)
    keeping = got(
        runs.settle_done(
            store,
            accepted,
            Decimal("0.00250000051"),
            estimated=True,
            result_url="http://host/0.png",
            alternatives={"webp": "http://host/0.webp"},
            result_text="a text",
        )
    )
    assert keeping.request_id == "request 1"
    assert (keeping.price, keeping.price_estimated) == (Decimal("0.002500001"), True)
    assert (keeping.result_url, keeping.result_text) == ("http://host/0.png", "a text")
    assert keeping.alternatives == {"webp": "http://host/0.webp"}

    tried = got(runs.keep_failed(store, keeping, ERROR, clock.at + timedelta(minutes=1)))
    assert (tried.state, tried.keep_tries, tried.error) == (State.KEEPING, 1, ERROR)

    files = [
        ResultFile(
            n=0, name="0.png", media_type="image/png", size=9, sha256="a", width=3, height=4
        ),
        ResultFile(n=1, name="1.webp", media_type="image/webp", size=5, sha256="b", kind="webp"),
    ]
    done = got(runs.keep(store, tried, files, thumb=True))
    assert (done.state, done.thumb, done.error, done.kept_at) == (
        State.DONE,
        True,
        None,
        clock.at,
    )
    assert history.results_of(store, [done.id, "another"]) == {done.id: files}


def test_a_result_that_can_not_be_had_leaves_its_price_posted(store: Store, accepted: Run) -> None:
    keeping = got(runs.settle_done(store, accepted, None))
    failed = got(runs.give_up_keeping(store, keeping, ERROR))
    assert (failed.state, failed.price) == (State.FAILED, keeping.quote)
    assert ledger.spent(store, "sandbox").day_posted == keeping.quote


@pytest.mark.parametrize(("paid", "note"), [(True, Settlement.PAID), (False, Settlement.FREE)])
def test_an_unknown_run_holds_until_its_person_settles_it_once(
    store: Store, sending: Run, paid: bool, note: Settlement
) -> None:
    lost = got(runs.lose(store, sending, ERROR))
    assert held(store) == lost.reserved
    assert runs.settle_unknown(store, lost.id, "bob", paid=paid) is None
    settled = got(runs.settle_unknown(store, lost.id, "ada", paid=paid))
    assert (settled.state, settled.settled) == (State.FAILED, note)
    assert settled.price == (lost.quote if paid else None)
    assert runs.settle_unknown(store, lost.id, "ada", paid=not paid) is None
    spent = ledger.spent(store, "sandbox")
    assert (spent.day_held, spent.day_posted) == (ZERO, lost.quote if paid else ZERO)


def test_an_unknown_run_goes_on_when_its_request_id_turns_up(store: Store, sending: Run) -> None:
    lost = got(runs.lose(store, sending, ERROR))
    found = got(runs.accept(store, lost, "request 7"))
    assert (found.state, found.request_id, found.error) == (State.ACCEPTED, "request 7", None)


def test_a_stalled_run_is_settled_by_hand_after_seven_days(
    store: Store, accepted: Run, clock: Clock
) -> None:
    runs.stall(store, accepted)
    clock.move(days=6, hours=23)
    assert runs.settle_unknown(store, accepted.id, None, paid=True) is None
    clock.move(hours=1)
    assert got(runs.settle_unknown(store, accepted.id, None, paid=True)).state is State.FAILED


def test_a_working_run_that_stalled_long_ago_is_not_settled_by_hand(
    store: Store, accepted: Run, clock: Clock
) -> None:
    runs.stall(store, accepted)
    clock.move(days=8)
    runs.news(store, accepted, State.WORKING, 50.0)
    assert runs.settle_unknown(store, accepted.id, None, paid=True) is None


def test_after_a_restart_what_was_being_sent_is_unknown_and_old_fences_are_void(
    store: Store, new: Making, clock: Clock
) -> None:
    made: list[Run] = []
    for _ in range(4):
        clock.move(seconds=1)
        made.append(ledger.admit(store, new()))
    waiting, left, working, ended = made
    left = got(runs.claim(store, left.id, "old"))
    working = got(runs.claim(store, working.id, "old"))
    working = got(runs.accept(store, working, "request 1"))
    runs.cancel(store, ended.id, "ada")

    recovered = runs.take_over(store, "new")

    assert [(run.id, run.state, run.owner) for run in recovered] == [
        (waiting.id, State.WAITING, "new"),
        (left.id, State.UNKNOWN, "new"),
        (working.id, State.ACCEPTED, "new"),
    ]
    assert recovered[1].error
    assert runs.accept(store, left, "request 2") is None
    assert runs.news(store, working, State.WORKING, 5.0) is None
    assert got(runs.news(store, recovered[2], State.WORKING, 5.0)).progress == 5.0
    assert held(store) == sum(run.reserved for run in recovered)


def told_of(store: Store, run: Run, request_id: str) -> None:
    """A webhook of its own address has named the job of this run."""
    told = {"run_id": run.id, "request_id": request_id, "event": "job.processing", "body": {}}
    assert deliveries.record(store, run.profile, delivery_id=f"{run.id} {request_id}", **told)


def test_a_lost_run_whose_webhook_came_first_has_its_job(store: Store, sending: Run) -> None:
    told_of(store, sending, "request 1")
    found = got(runs.lose(store, sending, ERROR))
    assert (found.state, found.request_id, found.error) == (State.ACCEPTED, "request 1", None)
    assert held(store) == found.reserved


def test_a_webhook_of_an_earlier_send_or_of_another_s_job_gives_a_lost_run_none(
    store: Store, new: Making, sending: Run, clock: Clock
) -> None:
    told_of(store, sending, "an earlier one")
    clock.move(seconds=1)
    sending = got(runs.unsend(store, sending, None, ERROR))
    sending = got(runs.claim(store, sending.id, "engine"))
    other = got(runs.claim(store, ledger.admit(store, new()).id, "engine"))
    got(runs.accept(store, other, "another's"))
    told_of(store, sending, "another's")
    assert got(runs.lose(store, sending, ERROR)).state is State.UNKNOWN


@pytest.mark.parametrize("lost", [False, True])
def test_who_takes_over_finds_the_job_that_a_webhook_has_told_of(
    store: Store, sending: Run, lost: bool
) -> None:
    """Also of a run that was lost already, by a process that ended before it found this."""
    if lost:
        got(runs.lose(store, sending, ERROR))
    told_of(store, sending, "request 1")
    (found,) = runs.take_over(store, "new")
    assert (found.state, found.request_id, found.owner) == (State.ACCEPTED, "request 1", "new")
    assert got(runs.news(store, found, State.WORKING, 5.0)).progress == 5.0


def test_open_runs_are_oldest_first_and_running_ones_newest_first(
    store: Store, new: Making, clock: Clock
) -> None:
    made: list[Run] = []
    for profile, person in [("sandbox", "ada"), ("live", "ada"), ("sandbox", "bob")] * 2:
        clock.move(seconds=1)
        made.append(ledger.admit(store, new(profile=profile, person=person)))
    runs.cancel(store, made[0].id, "ada")
    assert runs.open_runs(store) == made[1:]
    assert runs.open_runs(store, "live") == [made[1], made[4]]
    assert runs.running(store, "sandbox") == [made[5], made[3], made[2]]
    assert runs.running(store, "sandbox", "bob") == [made[5], made[2]]
