"""A disk that is full when a result comes, or when anything has to be written at all."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from lib.deapi.contract import endpoint
from lib.store import State
from tests.faults.conftest import charged
from tests.support.disk import Disk, disk
from tests.support.engine import Playground, StartEngine
from tests.support.proxy import Proxy, Way
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.waiting import eventually

SUBMIT = f"POST {endpoint('images.generations').path} "
RESULT = "GET /files/"


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Disk]:
    try:
        with disk(tmp_path / "disk") as made:
            yield made
    except PermissionError as error:
        pytest.skip(f"{error}: tests/unit/runs shows the same with errors that are made up")


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    return start_sandbox(speed=20)


@pytest.fixture
def playground(full: Disk, proxy: Proxy, sandbox: Sandbox, start_engine: StartEngine) -> Playground:
    return start_engine(proxy.url, sandbox.key, data=full.folder / "data")


def in_order(playground: Playground, run_id: str, sandbox: Sandbox) -> None:
    """The run is done, was charged once, and the books say so."""
    run = playground.reaches(run_id, State.DONE, timeout=60)
    (charge,) = sandbox.charges()
    assert (run.request_id, run.price) == (charge["request_id"], Decimal(charge["price"]))
    assert playground.books == (charged(sandbox), 0)


def test_a_result_for_which_there_is_no_room_stays_in_keeping_until_there_is(
    full: Disk, playground: Playground, proxy: Proxy, sandbox: Sandbox, tmp_path: Path
) -> None:
    # Noise does not compress: the result is far larger than what the database writes meanwhile.
    Image.effect_noise((512, 512), 90).convert("RGB").save(tmp_path / "noise.png")
    gate = proxy.fail(RESULT, Way.GATE, times=100)
    run_id = playground.order(image=str(tmp_path / "noise.png"))
    playground.reaches(run_id, State.KEEPING)
    full.fill(leaving=200_000)
    gate.open.set()
    eventually(lambda: playground.run(run_id).error, timeout=30)
    run = playground.run(run_id)
    assert run.error is not None
    assert (run.state, run.error["kind"]) == (State.KEEPING, "DiskFull")
    assert str(playground.data) not in str(run.error)
    assert playground.books == (charged(sandbox), 0)
    full.free()
    in_order(playground, run_id, sandbox)


@pytest.mark.parametrize("start_engine", ["sqlite"], indirect=True)  # PostgreSQL has its own disk
def test_a_request_id_that_can_not_be_written_is_not_lost(
    full: Disk, playground: Playground, proxy: Proxy, sandbox: Sandbox
) -> None:
    """The disk fills up between the request and its answer: that one commit matters most."""
    playground.quote()
    gate = proxy.fail(SUBMIT, Way.GATE)
    run_id = playground.order()
    eventually(gate.met.is_set)
    full.fill(leaving=0)
    gate.open.set()
    eventually(lambda: "not written yet: accept" in playground.output, timeout=30)
    assert playground.run(run_id).state is State.SENDING
    assert sandbox.charges()[0]["request_id"] in playground.output
    full.free()
    in_order(playground, run_id, sandbox)
    assert proxy.count(SUBMIT) == 1


def test_no_run_is_admitted_when_its_result_would_not_fit(
    full: Disk, playground: Playground, sandbox: Sandbox
) -> None:
    playground.quote()
    full.fill(leaving=50_000_000)
    said = playground.refused()
    assert said["refused"] == "DiskFull"
    assert "free some space" in said["why"]
    assert playground.books == (0, 0)
    assert sandbox.charges() == []
    full.free()
    playground.reaches(playground.order(), State.DONE)
