"""Another model takes over only after a refusal that is certain, where it was allowed to, and never
for more than was agreed to."""

import pytest

from lib.deapi.contract import endpoint
from lib.store import Filters, Run, State, history
from tests.faults.conftest import charged
from tests.support.engine import Playground, StartEngine
from tests.support.proxy import Proxy, Way, http
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.waiting import eventually
from tests.unit.ui.catalogue import LISTING

AT = endpoint("images.generations")
SUBMIT = f"POST {AT.path} "
PRICE = f"POST {AT.price_path} "
REFUSED = http(422, '{"message": "No", "errors": {"model": ["This model is not available."]}}')
GONE = http(404, '{"message": "Not found."}')
CERTAIN = pytest.mark.parametrize("refusal", [REFUSED, GONE], ids=["422 on model", "404"])


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    return start_sandbox(engines="none", speed=50)


@pytest.fixture
def playground(sandbox: Sandbox, proxy: Proxy, start_engine: StartEngine) -> Playground:
    started = start_engine(proxy.url, sandbox.key, silence=1.5)
    started.quote()
    return started


def runs(playground: Playground) -> list[Run]:
    """Every run, oldest first."""
    return history.page(playground.store, Filters(profile="live"))[::-1]


def stand_in(playground: Playground, run_id: str) -> Run:
    """The run that took over, once it is there."""

    def there() -> Run | None:
        return history.stand_in(playground.store, playground.run(run_id))

    return eventually(there, timeout=20)


@CERTAIN
def test_the_next_model_takes_over_where_it_may_at_a_price_of_its_own(
    sandbox: Sandbox, proxy: Proxy, playground: Playground, refusal: bytes
) -> None:
    proxy.fail(SUBMIT, Way.INSTEAD, refusal)
    first = playground.reaches(playground.order(fallback=True), State.FAILED)
    second = playground.reaches(stand_in(playground, first.id).id, State.DONE)
    assert second.instead_of == first.id
    assert second.model != first.model
    assert second.quote <= first.quote
    assert first.price is None
    assert len(sandbox.charges()) == 1
    assert playground.books == (charged(sandbox), 0)


@CERTAIN
def test_without_leave_nobody_takes_over(
    sandbox: Sandbox, proxy: Proxy, playground: Playground, refusal: bytes
) -> None:
    proxy.fail(SUBMIT, Way.INSTEAD, refusal)
    playground.reaches(playground.order(), State.FAILED)
    # The next order goes its way, and then nothing of the first one is still to come.
    playground.reaches(playground.order(prompt="another"), State.DONE)
    assert len(runs(playground)) == 2
    assert len(sandbox.charges()) == 1


@pytest.mark.parametrize(
    ("way", "answer", "state"),
    [
        (Way.INSTEAD, http(429, '{"message": "Too Many Attempts."}', Retry_After="1"), State.DONE),
        (Way.INSTEAD, http(500, '{"message": "Server Error"}'), State.UNKNOWN),
        (Way.SILENCE, b"", State.UNKNOWN),
        (Way.RESET_AFTER, b"", State.UNKNOWN),
        (
            Way.INSTEAD,
            http(422, '{"message": "No", "errors": {"prompt": ["Too rude."]}}'),
            State.FAILED,
        ),
    ],
    ids=["429", "500", "silence", "reset", "422 on the prompt"],
)
def test_what_is_not_certain_or_not_about_the_model_is_never_taken_over(
    proxy: Proxy, playground: Playground, way: Way, answer: bytes, state: State
) -> None:
    proxy.fail(SUBMIT, way, answer)
    first = playground.reaches(playground.order(fallback=True), state)
    playground.reaches(playground.order(prompt="another"), State.DONE)
    assert {run.model for run in runs(playground)} == {first.model}
    assert len(runs(playground)) == 2


def test_a_dearer_model_is_passed_over(
    sandbox: Sandbox, proxy: Proxy, playground: Playground
) -> None:
    asked = proxy.count(PRICE)
    proxy.fail(SUBMIT, Way.INSTEAD, REFUSED)
    # The order's own price is known already: these are what the other models cost.
    proxy.fail(PRICE, Way.INSTEAD, http(200, '{"data": {"price": 0.9}}'), times=20)
    playground.reaches(playground.order(fallback=True), State.FAILED)
    others = len(LISTING.for_endpoint(AT)) - 1
    eventually(lambda: proxy.count(PRICE) == asked + others)
    proxy.heal()
    playground.reaches(playground.order(prompt="another"), State.DONE)
    assert [run.instead_of for run in runs(playground)] == [None, None]
    assert len(sandbox.charges()) == 1


def test_killed_between_the_refusal_and_the_second_submit_pays_at_most_once(
    sandbox: Sandbox, proxy: Proxy, playground: Playground
) -> None:
    proxy.fail(SUBMIT, Way.INSTEAD, REFUSED)
    gate = proxy.fail(SUBMIT, Way.SILENCE)
    run_id = playground.order(fallback=True)
    eventually(gate.met.is_set, timeout=20)
    eventually(sandbox.charges)
    playground.kill()
    playground.start()
    second = playground.reaches(stand_in(playground, run_id).id, State.UNKNOWN)
    assert len(sandbox.charges()) == 1
    assert len(runs(playground)) == 2
    assert playground.books == (0, second.reserved)
