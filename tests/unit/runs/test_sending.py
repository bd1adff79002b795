"""From `waiting` to `accepted`, and every way in which a paid call can end."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from lib.deapi.limits import Priority
from lib.store import DiskFull, Run, State, Store, StoreError, runs
from lib.store.servers import LEASE
from tests.support.databases import database
from tests.unit.runs.scripted import (
    GENERATE,
    PRICE,
    UPSCALE,
    StillGoing,
    World,
    accepted,
    job,
    price,
    reply,
)

__all__ = ["database"]

NEVER_CONNECTED = httpx.ConnectError("connection refused")
RESET = httpx.ReadError("connection reset")
MINUTE = reply({"message": "Too Many Attempts."}, 429, retry_after="7", type="minute")
DAY = reply({"message": "Too Many Attempts."}, 429, retry_after="3600", type="daily")


def test_a_run_goes_from_waiting_to_done_one_committed_state_after_the_other(world: World) -> None:
    seen: list[str] = []
    world.deapi.jobs[:0] = [job("pending"), job("processing", progress=40)]

    async def submit(_: httpx.Request) -> httpx.Response:
        seen.append(world.read(run).state)  # the intent is committed when the bytes leave
        return accepted("job-7")

    world.deapi.submits = [submit]
    run = world.order()
    states = world.watch(run)
    done = world.go(run)
    assert seen == [State.SENDING]
    assert [state for state, _ in states] == ["accepted", "working"]
    assert (done.state, done.request_id, done.price) == (State.DONE, "job-7", PRICE)
    assert (world.deapi.sent, world.spent, world.held) == (1, PRICE, 0)


@pytest.mark.parametrize(
    ("answer", "kind"), [(NEVER_CONNECTED, "NotDelivered"), (MINUTE, "MinuteLimit")]
)
def test_what_was_certainly_not_processed_is_sent_again_exactly_once_more(
    world: World, answer: httpx.Response | Exception, kind: str
) -> None:
    world.deapi.submits[:0] = [answer]
    run = world.order()
    states = world.watch(run)
    done = world.go(run)
    assert states[0] == ("waiting", kind)
    assert (done.state, done.error, world.deapi.sent) == (State.DONE, None, 2)
    assert (world.spent, world.held) == (PRICE, 0)


def test_a_429_waits_as_long_as_it_asks(world: World) -> None:
    world.deapi.submits[:0] = [MINUTE]
    world.go(world.order())
    assert 7 in [round(each, 3) for each in world.time.slept]


def test_an_unreachable_deapi_is_tried_ever_more_rarely_and_at_least_every_minute(
    world: World,
) -> None:
    world.deapi.submits[:0] = [NEVER_CONNECTED] * 12
    world.go(world.order())
    waits = [each for each in world.time.slept if each >= 1][:12]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2, 60)


def test_a_daily_limit_leaves_it_waiting_with_the_reason_and_it_can_be_cancelled(
    world: World,
) -> None:
    world.deapi.submits = [DAY]
    run = world.order()
    waiting: list[Run] = []

    def cancel(_: float) -> None:
        waiting.append(world.read(run))
        assert runs.cancel(world.store, run.id, "ada")

    world.time.noticed = cancel
    ended = world.go(run)
    assert waiting[0].state is State.WAITING
    assert waiting[0].error is not None
    assert waiting[0].error["kind"] == "DailyLimit"
    assert waiting[0].not_before == waiting[0].created_at + timedelta(hours=1)
    assert (ended.state, world.deapi.sent, world.held) == (State.CANCELLED, 1, 0)


def test_when_the_day_is_used_up_the_next_run_is_not_even_sent(world: World) -> None:
    world.deapi.submits[:0] = [DAY]
    first, second = world.order(), world.order()
    world.time.most = 0
    with pytest.raises(StillGoing):
        world.go(first)
    world.time.most = 500
    states = world.watch(second)
    assert world.go(second).state is State.DONE
    assert states[0] == ("waiting", "DailyLimit")
    assert world.deapi.sent == 2


UNCERTAIN = {
    "NoAnswer": RESET,
    "ServerError": reply({"message": "Server Error"}, 500),
    "NotUnderstood": httpx.Response(200, text="<html>a gateway</html>"),
}


@pytest.mark.parametrize("kind", UNCERTAIN)
def test_what_may_have_been_processed_becomes_unknown_and_is_never_sent_again(
    world: World, kind: str
) -> None:
    world.deapi.submits = [UNCERTAIN[kind]]
    run = world.go(world.order())
    assert (run.state, world.deapi.sent, world.held) == (State.UNKNOWN, 1, PRICE)
    assert run.error is not None
    assert run.error["kind"] == kind
    again = world.go(run)
    assert (again.state, world.deapi.sent) == (State.UNKNOWN, 1)


CERTAIN = {
    "Unauthorized": reply({"message": "Unauthenticated."}, 401),
    "Forbidden": reply({"message": "Suspended", "code": "suspended"}, 403),
    "NotFound": reply({"message": "Not found."}, 404),
    "Invalid": reply({"message": "No", "errors": {"model": ["No such model."]}}, 422),
    "NotEnoughBalance": reply({"message": "No", "errors": {"balance": ["Too low."]}}, 422),
    "Refused": reply({"message": "No"}, 409),
}


@pytest.mark.parametrize("kind", CERTAIN)
def test_what_was_certainly_refused_has_failed_and_costs_nothing(world: World, kind: str) -> None:
    world.deapi.submits = [CERTAIN[kind]]
    run = world.go(world.order())
    assert (run.state, run.price, world.deapi.sent) == (State.FAILED, None, 1)
    assert run.error is not None
    assert run.error["kind"] == kind
    assert (world.held, world.spent) == (0, 0)


@pytest.mark.parametrize("kind", CERTAIN)
def test_a_quote_that_is_refused_for_certain_ends_the_run_unsent(world: World, kind: str) -> None:
    world.deapi.prices = [CERTAIN[kind]]
    run = world.order()
    world.time.move(minutes=6)
    ended = world.go(run)
    assert (ended.state, world.deapi.sent, world.held) == (State.FAILED, 0, 0)
    assert ended.error is not None
    assert ended.error["kind"] == kind


@pytest.mark.parametrize("waited", [0, 6], ids=["just asked", "its quote is old"])
def test_a_run_whose_upload_has_gone_fails_without_being_sent(
    world: World, tmp_path: Path, waited: float
) -> None:
    params = world.upload(tmp_path / "gone.png")
    run = world.order(UPSCALE.id, params)
    world.time.move(minutes=waited)
    ended = world.go(run)
    assert (ended.state, world.deapi.sent, world.held) == (State.FAILED, 0, 0)
    assert ended.error is not None
    assert ended.error["kind"] == "FileGone"
    assert str(tmp_path) not in str(ended.error)


def test_an_upload_that_goes_between_quote_and_send_fails_without_being_sent(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = world.upload(tmp_path / "fox.png")
    run = world.order(UPSCALE.id, params)
    there = world.store.data_dir / "uploads" / params["image"].sha256[:2]
    there.mkdir(parents=True)
    (there / params["image"].sha256).write_bytes(b"a fox")
    claim = runs.claim

    def claim_and_lose(store: Store, run_id: str, owner: str) -> Run | None:
        (there / params["image"].sha256).unlink()
        return claim(store, run_id, owner)

    monkeypatch.setattr(runs, "claim", claim_and_lose)
    ended = world.go(run)
    assert (ended.state, world.deapi.sent, world.held) == (State.FAILED, 0, 0)
    assert ended.error is not None
    assert ended.error["kind"] == "FileGone"
    assert world.profile.client.governor.delay(UPSCALE.id) == 0  # its turn was given back


def test_a_submit_that_fails_in_a_way_nobody_foresaw_is_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def submit(*_: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(world.profile.client, "submit", submit)
    run = world.go(world.order())
    assert (run.state, world.held) == (State.UNKNOWN, PRICE)


class TestPrice:
    def test_an_old_quote_that_became_dearer_leaves_nothing_and_can_be_cancelled(
        self, world: World
    ) -> None:
        world.deapi.prices = [price("0.003")]
        run = world.order()
        world.time.move(minutes=6)
        seen: list[Run] = []

        def cancel(_: float) -> None:
            seen.append(world.read(run))
            assert runs.cancel(world.store, run.id, "ada")

        world.time.noticed = cancel
        ended = world.go(run)
        assert seen[0].error == {"kind": "PriceRose", "message": "", "price": "0.003"}
        assert (ended.state, world.deapi.sent, world.held) == (State.CANCELLED, 0, 0)

    def test_it_goes_when_the_price_has_come_back(self, world: World) -> None:
        world.deapi.prices = [price("0.003"), price("0.002")]
        run = world.order()
        states = world.watch(run)
        assert world.go(run).state is State.DONE
        assert states[0] == ("waiting", "PriceRose")

    def test_a_cheaper_one_goes_and_keeps_the_hold_it_was_ordered_with(self, world: World) -> None:
        world.deapi.prices = [price("0.001")]
        world.deapi.jobs[:0] = [job("pending")]
        run = world.order()
        held: list[Decimal] = []
        world.time.noticed = lambda _: held.append(world.held)
        assert world.go(run).state is State.DONE
        assert set(held) == {PRICE}

    def test_more_digits_than_the_books_have_are_no_rise(self, world: World) -> None:
        exact = Decimal("0.0012345671112")  # rounds down
        world.deapi.prices = [price(exact)]
        assert world.go(world.order(quote=exact)).state is State.DONE

    def test_without_a_price_nothing_leaves_and_the_card_can_say_why(self, world: World) -> None:
        world.deapi.prices = [*[NEVER_CONNECTED] * 5, price()]
        run = world.order()
        states = world.watch(run)
        assert world.go(run).state is State.DONE
        assert ("waiting", "NotDelivered") in states
        assert world.deapi.sent == 1

    def test_a_turn_that_comes_too_late_asks_for_the_price_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.deapi.headers = {"limit": "1", "remaining": "0"}
        world.deapi.prices = [price(), price("0.003")]
        first = world.go(world.order())
        assert first.state is State.DONE

        late = world.order()
        governor = world.profile.client.governor
        turn = governor.turn

        async def slow(pool: str, priority: Priority, *names: str) -> None:
            await turn(pool, priority, *names)
            if pool == GENERATE.id:
                world.time.move(minutes=6)

        def cancel(_: float) -> None:
            if (world.read(late).error or {}).get("kind") == "PriceRose":
                assert runs.cancel(world.store, late.id, "ada")

        monkeypatch.setattr(governor, "turn", slow)
        world.time.noticed = cancel
        assert world.go(late).state is State.CANCELLED
        assert world.deapi.sent == 1


class TestCommit:
    def test_the_answer_of_a_paid_call_is_written_however_long_the_disk_refuses(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries: list[str] = []
        accept = runs.accept

        def full(store: Store, run: Run, request_id: str) -> Run | None:
            tries.append(request_id)
            if len(tries) <= 20:
                raise DiskFull("full") if len(tries) % 2 else OSError("odd")
            return accept(store, run, request_id)

        full.__name__ = "accept"
        monkeypatch.setattr(runs, "accept", full)
        world.deapi.submits = [accepted("job-9")]
        run = world.go(world.order())
        assert tries == ["job-9"] * 21
        assert world.time.slept[:6] == [1, 2, 4, 8, 15, 15]
        assert (run.state, run.request_id, world.deapi.sent) == (State.DONE, "job-9", 1)

    def test_a_claim_that_fails_gives_its_turn_back_and_is_tried_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failures = [DiskFull("full"), DiskFull("full")]
        claim = runs.claim

        def full(store: Store, run_id: str, owner: str) -> Run | None:
            if failures:
                raise failures.pop()
            return claim(store, run_id, owner)

        monkeypatch.setattr(runs, "claim", full)
        run = world.go(world.order())
        assert (run.state, world.deapi.sent, world.spent) == (State.DONE, 1, PRICE)

    def test_the_loser_of_a_claim_sends_nothing(self, world: World) -> None:
        run = world.order()
        assert runs.claim(world.store, run.id, "another engine")
        left = world.go(run)
        assert (left.state, left.owner, world.deapi.sent) == (State.SENDING, "another engine", 0)


def test_a_cancel_while_it_waits_for_the_rate_limit_sends_nothing_and_frees_the_turn(
    world: World,
) -> None:
    world.deapi.headers = {"limit": "1", "remaining": "0"}
    assert world.go(world.order()).state is State.DONE
    second, third = world.order(), world.order()

    def cancel(seconds: float) -> None:
        if seconds > 10:  # the governor makes it wait for the next minute
            world.time.noticed = lambda _: None
            assert runs.cancel(world.store, second.id, "ada")

    world.time.noticed = cancel
    assert world.go(second).state is State.CANCELLED
    assert world.deapi.sent == 1
    assert world.go(third).state is State.DONE
    assert (world.deapi.sent, world.held) == (2, 0)


def test_a_waiting_run_of_before_a_start_is_sent_and_a_sending_one_is_unknown(
    world: World,
) -> None:
    waiting, sending = world.order(), world.order()
    assert runs.claim(world.store, sending.id, "the engine that was killed")
    recovered = {run.id: run for run in runs.take_over(world.store, "this engine")}
    assert world.go(recovered[waiting.id]).state is State.DONE
    lost = world.go(recovered[sending.id])
    assert (lost.state, lost.error and lost.error["kind"]) == (State.UNKNOWN, "Interrupted")
    assert (world.deapi.sent, world.held) == (1, PRICE)


def test_a_journey_leaves_what_another_engine_has_taken_over(world: World) -> None:
    async def taken(_: httpx.Request) -> httpx.Response:
        runs.take_over(world.store, "another engine")
        return job("processing", progress=40)

    world.deapi.jobs = [taken]
    left = world.go(world.order())
    assert (left.state, left.owner) == (State.ACCEPTED, "another engine")


def test_a_claim_that_nobody_knows_to_be_written_is_given_back_and_sent_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database commits it, and its answer is lost."""
    claim = runs.claim
    lost = ["the answer of the database"]

    def losing(store: Store, run_id: str, owner: str) -> Run | None:
        claimed = claim(store, run_id, owner)
        if lost:
            raise StoreError(f"{lost.pop()} is lost")
        return claimed

    monkeypatch.setattr(runs, "claim", losing)
    done = world.go(world.order())
    assert (done.state, world.deapi.sent, world.held) == (State.DONE, 1, 0)


def test_an_answer_that_comes_when_another_has_taken_the_run_over_gives_it_its_job(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def taken(_: httpx.Request) -> httpx.Response:
        (run,) = runs.take_over(world.store, "another server")
        assert run.state is State.UNKNOWN
        return accepted("job-7")

    world.deapi.submits = [taken]
    left = world.go(world.order())
    assert (left.state, left.request_id, left.owner) == (
        State.ACCEPTED,
        "job-7",
        "another server",
    )
    assert "had taken it over" in caplog.text


def test_a_job_that_turns_up_when_a_person_has_settled_it_is_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def settled(_: httpx.Request) -> httpx.Response:
        (run,) = runs.take_over(world.store, "another server")
        assert runs.settle_unknown(world.store, run.id, run.person, paid=False)
        return accepted("job-7")

    world.deapi.submits = [settled]
    assert world.go(world.order()).state is State.FAILED
    assert "job-7" in caplog.text


def test_who_stood_still_between_the_claim_and_the_sending_sends_nothing_then(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = runs.claim
    still = [LEASE]

    def standing(store: Store, run_id: str, owner: str) -> Run | None:
        claimed = claim(store, run_id, owner)
        if still:
            assert world.deapi.sent == 0
            world.time.at += still.pop()
        return claimed

    monkeypatch.setattr(runs, "claim", standing)
    done = world.go(world.order())
    assert (done.state, done.fence, world.deapi.sent) == (State.DONE, 2, 1)
