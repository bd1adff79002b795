"""A network that fails while money is spent: what was certainly not processed goes out once more,
what may have been is `unknown`, and the books say what deAPI charged."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from lib.deapi.contract import endpoint
from lib.store import Run, State
from tests.faults.conftest import charged
from tests.support.engine import Playground, StartEngine
from tests.support.proxy import Proxy, Way, http, proxied
from tests.support.sandbox import Sandbox, sandboxes
from tests.support.waiting import eventually

SUBMIT = f"POST {endpoint('images.generations').path} "
JOB = "GET /api/v2/jobs/"
RESULT = "GET /files/"

HTML = http(200, "<html>Please wait</html>", "text/html")
GATEWAY = http(502, "<html>Bad gateway</html>", "text/html")
ERROR = http(500, '{"message": "Server Error"}')


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandboxes(tmp_path_factory.mktemp("sandbox")) as start:
        yield start(engines="none", speed=20, balance=1000)


@pytest.fixture(scope="module")
def network(sandbox: Sandbox) -> Iterator[Proxy]:
    with proxied(sandbox.url) as between:
        yield between


@pytest.fixture(scope="module")
def driven(start_shared: StartEngine, network: Proxy, sandbox: Sandbox) -> Playground:
    started = start_shared(network.url, sandbox.key, silence=1.5)
    started.quote()  # the catalogue and the price are there before anything fails
    return started


class Case:
    """One order in a world whose earlier orders are settled."""

    def __init__(self, playground: Playground, sandbox: Sandbox, network: Proxy) -> None:
        self.playground, self.sandbox, self.network = playground, sandbox, network
        self._charged, self._books = charged(sandbox), playground.books
        self._charges, self._posts = len(sandbox.charges()), network.count(SUBMIT)

    def order(self) -> str:
        return self.playground.order()

    def ends(self, run_id: str, state: State) -> Run:
        return self.playground.reaches(run_id, state)

    @property
    def posts(self) -> int:
        """How often the paid call came out."""
        return self.network.count(SUBMIT) - self._posts

    @property
    def charges(self) -> int:
        return len(self.sandbox.charges()) - self._charges

    @property
    def charged(self) -> Decimal:
        return charged(self.sandbox) - self._charged

    @property
    def books(self) -> tuple[Decimal, Decimal]:
        """USD spent and held by this order."""
        now = self.playground.books
        return now[0] - self._books[0], now[1] - self._books[1]


@pytest.fixture
def case(driven: Playground, sandbox: Sandbox, network: Proxy) -> Iterator[Case]:
    yield Case(driven, sandbox, network)
    network.heal()


@pytest.mark.parametrize(
    ("way", "answer", "processed", "kind"),
    [
        (Way.RESET_BEFORE, b"", 0, "NoAnswer"),
        (Way.RESET_AFTER, b"", 1, "NoAnswer"),
        (Way.CUT_SHORT, b"", 1, "NoAnswer"),
        (Way.SILENCE, b"", 1, "NoAnswer"),
        (Way.INSTEAD, HTML, 0, "NotUnderstood"),
        (Way.AFTERWARDS, HTML, 1, "NotUnderstood"),
        (Way.INSTEAD, ERROR, 0, "ServerError"),
        (Way.AFTERWARDS, GATEWAY, 1, "ServerError"),
    ],
    ids=lambda value: value.name.lower() if isinstance(value, Way) else "",
)
def test_a_paid_call_without_a_clear_answer_is_unknown_and_goes_out_once(
    case: Case, network: Proxy, way: Way, answer: bytes, processed: int, kind: str
) -> None:
    network.fail(SUBMIT, way, answer)
    run = case.ends(case.order(), State.UNKNOWN)
    assert run.error is not None
    assert run.error["kind"] == kind
    assert (case.posts, case.charges) == (1, processed)
    # Whichever it was, the hold covers it.
    assert case.books == (0, run.reserved)
    assert case.charged <= run.reserved


def test_a_429_goes_out_once_more_and_is_charged_once(case: Case, network: Proxy) -> None:
    limited = http(429, '{"message": "Too Many Attempts."}', Retry_After="1")
    network.fail(SUBMIT, Way.INSTEAD, limited)
    case.ends(case.order(), State.DONE)
    assert (case.posts, case.charges) == (2, 1)
    assert case.books == (case.charged, 0)


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_clear_refusal_has_failed_and_holds_nothing(
    case: Case, network: Proxy, status: int
) -> None:
    network.fail(SUBMIT, Way.INSTEAD, http(status, '{"message": "No"}'))
    case.ends(case.order(), State.FAILED)
    assert (case.posts, case.charges, case.books) == (1, 0, (0, 0))


@pytest.mark.parametrize(
    ("way", "answer"),
    [
        (Way.RESET_BEFORE, b""),
        (Way.CUT_SHORT, b""),
        (Way.SILENCE, b""),
        (Way.INSTEAD, HTML),
        (Way.INSTEAD, ERROR),
        (Way.INSTEAD, http(404, '{"message": "Not found."}')),
    ],
    ids=["reset", "cut short", "silence", "HTML", "500", "404"],
)
def test_polls_that_fail_change_nothing(
    case: Case, network: Proxy, way: Way, answer: bytes
) -> None:
    network.fail(JOB, way, answer)
    case.ends(case.order(), State.DONE)
    assert (case.posts, case.charges) == (1, 1)
    assert case.books == (case.charged, 0)


@pytest.mark.parametrize(
    ("way", "answer"),
    [
        (Way.INSTEAD, http(404, "<Error>NoSuchKey</Error>", "application/xml")),
        (Way.INSTEAD, http(403, "<Error>Expired</Error>", "application/xml")),
        (Way.CUT_SHORT, b""),
        (Way.RESET_BEFORE, b""),
    ],
    ids=["404", "403", "cut short", "reset"],
)
def test_a_result_that_does_not_come_at_first_is_ours_in_the_end(
    case: Case, driven: Playground, network: Proxy, way: Way, answer: bytes
) -> None:
    network.fail(RESULT, way, answer)
    run = case.ends(case.order(), State.DONE)
    assert run.keep_tries == 1
    assert list(driven.store.media.names(f"results/{run.id}")) != []
    assert (case.posts, case.charges, case.books) == (1, 1, (case.charged, 0))


def test_an_upload_is_charged_once_when_its_answer_is_lost(
    case: Case, driven: Playground, network: Proxy, tmp_path: Path
) -> None:
    Image.new("RGB", (64, 48), "tomato").save(tmp_path / "fox.png")
    upscale = f"POST {endpoint('images.upscales').path} "
    before = network.count(upscale)
    network.fail(upscale, Way.RESET_AFTER)
    run = case.ends(driven.order(image=str(tmp_path / "fox.png")), State.UNKNOWN)
    assert (network.count(upscale) - before, case.charges) == (1, 1)
    assert case.books == (0, run.reserved)


def test_a_double_click_is_one_charge_even_when_its_answer_is_lost(
    case: Case, driven: Playground, network: Proxy
) -> None:
    network.fail(SUBMIT, Way.RESET_AFTER)
    first = driven.order(nonce="the same button")
    case.ends(first, State.UNKNOWN)
    assert driven.order(nonce="the same button") == first
    assert (case.posts, case.charges) == (1, 1)


def test_ten_at_once_over_a_bad_network_are_charged_once_each(
    case: Case, driven: Playground, network: Proxy, sandbox: Sandbox
) -> None:
    for line in (JOB, RESULT):
        network.fail(line, Way.RESET_BEFORE, times=4)
        network.fail(line, Way.INSTEAD, ERROR, times=4)
    ordered = [driven.order(prompt=f"fox {n}") for n in range(10)]
    for run_id in ordered:
        case.ends(run_id, State.DONE)
    ids = {driven.run(run_id).request_id for run_id in ordered}
    assert ids == {each["request_id"] for each in sandbox.charges()[-10:]}
    assert (case.posts, case.charges, case.books) == (10, 10, (case.charged, 0))


def test_a_lost_answer_leaves_the_next_ones_alone(case: Case, network: Proxy) -> None:
    network.fail(SUBMIT, Way.RESET_AFTER)
    lost, kept = case.order(), case.order()
    assert case.ends(lost, State.UNKNOWN).request_id is None
    done = case.ends(kept, State.DONE)
    eventually(lambda: case.charges == 2)
    assert case.books == (done.price, case.playground.run(lost).reserved)
