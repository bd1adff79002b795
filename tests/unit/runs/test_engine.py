"""The façade: orders, profiles, starting and stopping."""

import asyncio
import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from lib.deapi.errors import DeapiError
from lib.deapi.models import Model
from lib.deapi.webhooks import Delivery
from lib.deapi.wire import Job
from lib.runs.engine import Engine
from lib.runs.orders import FieldProblems, NoQuote, Order, PriceRose
from lib.runs.profiles import LIVE, SANDBOX, Address
from lib.store import (
    DiskFull,
    Run,
    State,
    Store,
    StoreError,
    deliveries,
    files,
    ledger,
    runs,
    signals,
)
from tests.conftest import BeginLogs
from tests.support.waiting import eventually
from tests.unit.runs.scripted import (
    ADDRESS,
    GENERATE,
    PRICE,
    Deapi,
    Starting,
    Time,
    accepted,
    reply,
)
from tests.unit.runs.scripted import price as priced

LIVE_ADDRESS = Address(LIVE, "http://127.0.0.1:10", "a-live-key-of-these-tests")
MODEL = Model.parse(
    {
        "slug": "paint-1",
        "name": "Paint",
        "inference_types": ["txt2img"],
        "info": {
            "limits": {
                "min_width": 256,
                "max_width": 1024,
                "min_height": 256,
                "max_height": 1024,
                "min_steps": 1,
                "max_steps": 8,
            },
            "features": {"supports_steps": True, "supports_guidance": False},
        },
    }
)
VALUES = {"prompt": "a red fox", "width": 512, "height": 512, "steps": 4, "seed": 7}


def order(nonce: str = "nonce 1", profile: str = SANDBOX, **changes: Any) -> Order:
    shown = changes.pop("shown", PRICE)
    return Order(
        profile=profile,
        person="ada",
        endpoint=GENERATE,
        model=MODEL,
        values=VALUES | changes,
        nonce=nonce,
        shown=shown,
    )


def stored(store: Store, run: Run) -> Run:
    found = runs.get(store, run.id)
    assert found is not None
    return found


def ended(store: Store, run: Run, state: State = State.DONE) -> Run:
    def now() -> Run | None:
        found = stored(store, run)
        return found if found.state is state else None

    return eventually(now)


def spent(store: Store, profile: str) -> Decimal:
    assert ledger.sums(store, profile) == ledger.books(store, profile)
    return sum(
        (
            b.posted
            for (who, when), b in ledger.sums(store, profile).items()
            if who == "" and when.startswith("day")
        ),
        Decimal(0),
    )


def test_the_same_nonce_twice_is_one_run_and_one_charge(
    start: Starting, store: Store, deapi: Deapi
) -> None:
    engine = start()
    runs_made = [engine.submit(order()) for _ in range(3)]
    assert len({run.id for run in runs_made}) == 1
    ended(store, runs_made[0])
    assert engine.submit(order()).state is State.DONE
    assert (deapi.sent, spent(store, SANDBOX)) == (1, PRICE)


def test_the_same_nonce_from_many_threads_is_one_run(
    start: Starting, store: Store, deapi: Deapi
) -> None:
    engine, made = start(), list[Run]()
    together = threading.Barrier(6)

    def press() -> None:
        together.wait()
        made.append(engine.submit(order()))

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({run.id for run in made}) == 1
    ended(store, made[0])
    assert (deapi.sent, deapi.asked, spent(store, SANDBOX)) == (1, 1, PRICE)


def test_a_second_click_finds_its_run_even_when_no_new_one_could_be_had(
    start: Starting, store: Store, time: Time, deapi: Deapi
) -> None:
    engine = start()
    first = engine.submit(order())
    ended(store, first)
    time.move(minutes=6)
    deapi.prices = [httpx.ConnectError("refused")]
    assert engine.submit(order()).id == first.id
    deapi.prices = [priced("0.9")]
    assert engine.submit(order()).id == first.id


class TestRefused:
    """Each of these is refused before anything is committed."""

    @pytest.fixture
    def engine(self, start: Starting, store: Store, deapi: Deapi) -> Iterator[Engine]:
        yield start()
        assert runs.open_runs(store) == []
        assert ledger.books(store, SANDBOX) == {}
        assert deapi.sent == 0

    def test_values_that_deapi_would_refuse(self, engine: Engine, deapi: Deapi) -> None:
        with pytest.raises(FieldProblems) as refused:
            engine.submit(order(prompt=" ", width=4000))
        assert set(refused.value.problems) == {"prompt", "width"}
        assert deapi.count(GENERATE.price_path) == 0

    def test_a_price_above_what_the_button_showed(self, engine: Engine, deapi: Deapi) -> None:
        deapi.prices = [priced("0.0021")]
        with pytest.raises(PriceRose) as refused:
            engine.submit(order())
        assert refused.value.quote.price == Decimal("0.0021")

    def test_no_price(self, engine: Engine, deapi: Deapi) -> None:
        deapi.prices = [reply({"message": "No"}, 403)]
        with pytest.raises(NoQuote) as refused:
            engine.submit(order())
        assert refused.value.error.status == 403

    def test_no_room_for_its_result(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "FREE_BYTES", 1 << 60)
        with pytest.raises(DiskFull):
            engine.submit(order())

    def test_no_room_for_the_run_itself(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> Run:
            raise DiskFull("full")

        monkeypatch.setattr(ledger, "admit", full)
        with pytest.raises(DiskFull):
            engine.submit(order())


def test_what_a_model_was_seen_to_cost_above_its_quote_is_held_from_then_on(
    start: Starting, store: Store, deapi: Deapi
) -> None:
    engine = start()
    deapi.jobs = [reply({"data": {"status": "done", "result_url": "http://x", "price": 0.003}})]
    ended(store, engine.submit(order("nonce 1")))
    second = engine.submit(order("nonce 2"))
    assert (second.quote, second.reserved) == (PRICE, Decimal("0.003"))


class TestProfiles:
    def test_two_keep_separate_books(self, start: Starting, store: Store) -> None:
        engine = start(ADDRESS, LIVE_ADDRESS)
        assert engine.profiles == (SANDBOX, LIVE)
        ended(store, engine.submit(order("nonce 1", SANDBOX)))
        assert (spent(store, SANDBOX), spent(store, LIVE)) == (PRICE, 0)
        ended(store, engine.submit(order("nonce 2", LIVE)))
        ended(store, engine.submit(order("nonce 3", LIVE)))
        assert (spent(store, SANDBOX), spent(store, LIVE)) == (PRICE, 2 * PRICE)

    def test_one_that_is_gone_leaves_its_runs_alone_until_it_is_back(
        self, start: Starting, store: Store, time: Time, deapi: Deapi
    ) -> None:
        engine = start(ADDRESS, LIVE_ADDRESS)
        deapi.submits[:0] = [reply({"message": "Slow"}, 429, type="daily", retry_after="86400")]
        time.most = 0
        left = engine.submit(order(profile=LIVE))
        eventually(lambda: deapi.sent == 1 and stored(store, left).state is State.WAITING)
        engine.stop()
        time.most = 500

        alone = start(ADDRESS)
        ended(store, alone.submit(order("nonce 2")))
        assert stored(store, left).state is State.WAITING
        assert (deapi.sent, ledger.spent(store, LIVE, "ada", left.created_at).day_held) == (
            2,
            PRICE,
        )
        alone.stop()

        start(ADDRESS, LIVE_ADDRESS)
        ended(store, left)
        assert deapi.sent == 3

    @pytest.mark.parametrize(
        "address",
        [
            Address(LIVE, "http://deapi.example", "k"),
            Address(LIVE, "https://deapi.example", "two words"),
            Address(LIVE, "https://deapi.example", ""),
        ],
    )
    def test_one_that_can_not_be_used_is_an_error_at_the_start_and_holds_nothing(
        self, store: Store, address: Address
    ) -> None:
        before = threading.active_count()
        with pytest.raises(ValueError, match="deAPI"):
            Engine(store, [address]).start()
        eventually(lambda: threading.active_count() <= before)

    def test_a_key_is_in_no_repr(self) -> None:
        assert LIVE_ADDRESS.key not in repr(LIVE_ADDRESS)


class TestStopping:
    def test_in_the_middle_of_a_paid_call_waits_for_its_answer_and_commits_it(
        self, start: Starting, store: Store, deapi: Deapi
    ) -> None:
        engine = start()
        entered, release = threading.Event(), threading.Event()

        async def slow(_: httpx.Request) -> httpx.Response:
            entered.set()
            await asyncio.to_thread(release.wait, 10)
            return accepted("job-42")

        deapi.submits = [slow]
        run = engine.submit(order())
        assert entered.wait(5)
        stopping = threading.Thread(target=engine.stop)
        stopping.start()
        # Everything that is not paid for has ended by now; this alone is waited for.
        eventually(lambda: not engine._loop._tasks or len(engine._loop._tasks) == 1)
        assert stopping.is_alive()
        release.set()
        stopping.join(5)
        assert not stopping.is_alive()
        now = stored(store, run)
        assert (now.state, now.request_id) == (State.ACCEPTED, "job-42")

        start()
        ended(store, run)
        assert (deapi.sent, spent(store, SANDBOX)) == (1, PRICE)

    def test_does_not_wait_for_what_is_free(
        self, start: Starting, store: Store, deapi: Deapi
    ) -> None:
        """A deAPI that never answers a question about a job, or about a price."""
        entered = threading.Event()

        async def never(_: httpx.Request) -> httpx.Response:
            entered.set()
            await asyncio.Event().wait()
            raise AssertionError

        engine = start()
        deapi.jobs = [never]
        run = engine.submit(order())
        assert entered.wait(5)
        deapi.prices = [never]
        assert engine.quote(SANDBOX, GENERATE, {"prompt": "owl"}, wait=0.01) is None
        stopping = threading.Thread(target=engine.stop)
        stopping.start()
        stopping.join(5)
        assert not stopping.is_alive()
        assert stored(store, run).state is State.ACCEPTED

    def test_an_answer_that_never_comes_is_cut_off_and_unknown_after_the_start(
        self, start: Starting, store: Store, deapi: Deapi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("lib.runs.engine.GRACE_SECONDS", 0.05)
        entered = threading.Event()

        async def never(_: httpx.Request) -> httpx.Response:
            entered.set()
            await asyncio.Event().wait()
            raise AssertionError

        engine = start()
        deapi.submits = [never]
        run = engine.submit(order())
        assert entered.wait(5)
        engine.stop()
        assert stored(store, run).state is State.SENDING
        start()
        assert stored(store, run).state is State.UNKNOWN
        assert deapi.sent == 1

    def test_twice_does_no_harm(self, start: Starting) -> None:
        engine = start()
        engine.stop()
        engine.stop()


class TestAsking:
    def test_a_quote_is_on_its_way_then_there_and_its_failure_too(
        self, start: Starting, deapi: Deapi
    ) -> None:
        engine, release = start(), threading.Event()

        async def slow(_: httpx.Request) -> httpx.Response:
            await asyncio.to_thread(release.wait, 10)
            return priced("0.004")

        deapi.prices = [slow]
        params = {"prompt": "owl"}
        assert engine.quote(SANDBOX, GENERATE, params, wait=0.01) is None
        release.set()
        quote = eventually(lambda: engine.quote(SANDBOX, GENERATE, params, wait=0.5))
        assert not isinstance(quote, DeapiError)
        assert quote.price == Decimal("0.004")
        deapi.prices = [reply({"message": "No"}, 403), priced("0.005")]
        other = {"prompt": "fox"}
        assert isinstance(engine.quote(SANDBOX, GENERATE, other, wait=5), DeapiError)
        assert isinstance(engine.quote(SANDBOX, GENERATE, other, wait=5), DeapiError)
        engine.requote(SANDBOX, GENERATE, other)
        quote = engine.quote(SANDBOX, GENERATE, other, wait=5)
        assert quote is not None
        assert not isinstance(quote, DeapiError)

    def test_a_click_is_told_when_deapi_does_not_answer_in_time(
        self, start: Starting, store: Store, deapi: Deapi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("lib.runs.engine.CLICK_SECONDS", 0.05)

        async def never(_: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

        engine = start()
        deapi.prices = [never]
        with pytest.raises(NoQuote):
            engine.submit(order())
        assert runs.open_runs(store) == []

    def test_the_balance_is_asked_for_once_while_pages_look_at_it(
        self, start: Starting, time: Time, deapi: Deapi
    ) -> None:
        engine = start()
        eventually(lambda: engine.balance(SANDBOX))
        time.move(minutes=2)
        release = threading.Event()

        async def slow(_: httpx.Request) -> httpx.Response:
            await asyncio.to_thread(release.wait, 10)
            return reply({"data": {"balance": 4}})

        deapi.balances = [slow]
        asked = deapi.count("/api/v2/account/balance")

        def left() -> Decimal | None:
            known = engine.balance(SANDBOX)
            return known and known.amount

        for _ in range(50):
            assert left() == 5
        eventually(lambda: left() == 5 and deapi.count("/api/v2/account/balance") == asked + 1)
        for _ in range(50):
            assert left() == 5
        release.set()
        eventually(lambda: left() == 4)
        assert deapi.count("/api/v2/account/balance") == asked + 1


@pytest.mark.parametrize("paid", [True, False])
def test_an_unknown_run_is_settled_by_its_person_alone(
    start: Starting, store: Store, deapi: Deapi, paid: bool
) -> None:
    engine = start()
    deapi.submits = [httpx.ReadError("reset")]
    run = ended(store, engine.submit(order()), State.UNKNOWN)
    assert engine.settle_unknown(run.id, "bob", paid=paid) is None
    settled = engine.settle_unknown(run.id, "ada", paid=paid)
    assert settled is not None
    assert spent(store, SANDBOX) == (PRICE if paid else 0)
    assert engine.settle_unknown(run.id, "ada", paid=not paid) is None


def test_that_other_servers_are_not_told_of_a_run_is_a_line_about_it(
    start: Starting,
    store: Store,
    time: Time,
    deapi: Deapi,
    begin_logs: BeginLogs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = start()
    deapi.submits = [reply({"message": "Slow"}, 429, type="daily", retry_after="86400")]
    time.most = 0
    run = engine.submit(order())
    eventually(lambda: deapi.sent == 1 and stored(store, run).state is State.WAITING)

    def send(*_: object) -> None:
        raise StoreError("The database can't be used.")

    monkeypatch.setattr(signals, "send", send)
    lines = begin_logs("json")
    engine.cancel(run.id, "ada")
    told = [json.loads(line) for line in lines() if "are not told" in line]
    assert [(each["run"], each["profile"], each["endpoint"]) for each in told] == [
        (run.id, run.profile, run.endpoint)
    ]


def test_only_its_person_takes_a_waiting_run_back(
    start: Starting, store: Store, time: Time, deapi: Deapi
) -> None:
    engine = start()
    deapi.submits = [reply({"message": "Slow"}, 429, type="daily", retry_after="86400")]
    time.most = 0
    run = engine.submit(order())
    eventually(lambda: deapi.sent == 1 and stored(store, run).state is State.WAITING)
    assert engine.cancel(run.id, "bob") is None
    assert engine.cancel(run.id, "ada") is not None
    assert engine.cancel(run.id, "ada") is None
    assert stored(store, run).state is State.CANCELLED
    assert spent(store, SANDBOX) == 0


class TestWebhooks:
    def lost(self, start: Starting, store: Store, deapi: Deapi) -> tuple[Engine, Run]:
        """A run whose submit was answered by a reset."""
        deapi.submits = [httpx.ReadError("reset")]
        engine = start()
        run = engine.submit(order())
        return engine, ended(store, run, State.UNKNOWN)

    def test_one_that_names_an_unknown_run_gives_it_its_job_back(
        self, start: Starting, store: Store, deapi: Deapi
    ) -> None:
        engine, run = self.lost(start, store, deapi)
        engine.delivered(run.id, delivery())
        done = ended(store, run)
        assert (done.request_id, deapi.sent, spent(store, SANDBOX)) == ("job-1", 1, PRICE)
        assert [each.run_id for each in deliveries.latest(store, SANDBOX)] == [run.id]

    def test_each_delivery_counts_once(self, start: Starting, store: Store, deapi: Deapi) -> None:
        engine, run = self.lost(start, store, deapi)
        for _ in range(3):
            engine.delivered(run.id, delivery())
        ended(store, run)
        engine.delivered(run.id, delivery("d-2", "error"))  # late and wrong: it has ended
        eventually(lambda: len(deliveries.latest(store, SANDBOX)) == 2)
        assert (stored(store, run).state, spent(store, SANDBOX)) == (State.DONE, PRICE)

    def test_one_about_a_run_that_is_not_here_is_dropped(
        self, start: Starting, store: Store, deapi: Deapi
    ) -> None:
        engine, run = self.lost(start, store, deapi)
        engine.delivered("a run that is not here", delivery())
        engine.delivered(run.id, delivery("d-2"))
        ended(store, run)
        assert len(deliveries.latest(store, SANDBOX)) == 1

    def test_a_database_that_fails_for_a_while_loses_none(
        self, start: Starting, store: Store, deapi: Deapi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        engine, run = self.lost(start, store, deapi)
        failures, record = [DiskFull("full")] * 3, deliveries.record

        def full(*args: Any, **facts: Any) -> bool:
            if failures:
                raise failures.pop()
            return record(*args, **facts)

        monkeypatch.setattr(deliveries, "record", full)
        engine.delivered(run.id, delivery())
        assert ended(store, run).request_id == "job-1"

    def test_another_jobs_name_changes_nothing(
        self, start: Starting, store: Store, deapi: Deapi
    ) -> None:
        engine = start()
        run = ended(store, engine.submit(order()))
        engine.delivered(run.id, delivery("d-9", request_id="of another"))
        eventually(lambda: deliveries.latest(store, SANDBOX))
        assert stored(store, run) == run


def delivery(delivery_id: str = "d-1", state: str = "done", request_id: str = "job-1") -> Delivery:
    job = Job.parse({"status": state, "job_request_id": request_id}, request_id)
    return Delivery(delivery_id, "job.completed", job)
