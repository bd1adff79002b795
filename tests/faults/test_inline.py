"""Answers that carry the result: what was paid for is kept or asked about, and never sent twice."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from lib.deapi import fields, media, wire
from lib.deapi.contract import endpoint
from lib.deapi.models import Model
from lib.store import Run, State, files, history
from lib.ui.words.terms import SAMPLES
from tests.faults.conftest import charged
from tests.support.engine import Playground, StartEngine
from tests.support.proxy import Proxy, Way, http
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.waiting import eventually

ORDERS: Mapping[str, dict[str, Any]] = {
    "embeddings": {"input": ["red apples", "green apples"]},
    "images.ocr": {"image": str(SAMPLES / "page.png")},
    "audio.transcriptions": {"source_file": str(SAMPLES / "note.mp3")},
    "prompts.enhancements": {"prompt": "a boat on a lake", "type": "images.generations"},
    "v1.prompt.image": {"prompt": "a boat on a lake"},
    "v1.prompts.samples": {"type": "text2image"},
}
CATALOGUE = Path(__file__).parents[2] / "lib" / "sandbox" / "models.json"
each_inline = pytest.mark.parametrize("at", ORDERS)


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    return start_sandbox(engines="none", speed=50)


def line(at: str) -> str:
    """How the first line of the paid call begins."""
    return f"{endpoint(at).method} {endpoint(at).path}"


def paid_calls(proxy: Proxy, at: str) -> int:
    path = endpoint(at).path
    return sum(1 for each in proxy.lines if each.split(" ")[1].partition("?")[0] == path)


def order(playground: Playground, at: str) -> str:
    return playground.order(endpoint=at, **ORDERS[at])


def kept(playground: Playground, run: Run) -> str:
    """What the one kept file of a run says."""
    [file, *_] = history.results_of(playground.store, [run.id])[run.id]
    name = files.result_name(run.id, file.name)
    return b"".join(playground.store.media.read(name)).decode()


@each_inline
def test_the_result_in_the_answer_is_kept_and_paid_for_without_a_poll(
    sandbox: Sandbox, proxy: Proxy, start_engine: StartEngine, at: str
) -> None:
    playground = start_engine(proxy.url, sandbox.key)
    run = playground.reaches(order(playground, at), State.DONE)
    assert kept(playground, run)
    assert (paid_calls(proxy, at), proxy.count("GET /api/v2/jobs/")) == (1, 0)
    # Such an answer names no price: the quote is what is written down, and never too little.
    assert playground.books == (run.quote, 0)
    assert run.quote >= charged(sandbox) > 0


@pytest.mark.parametrize(
    ("at", "way"),
    [*((at, Way.CUT_SHORT) for at in ORDERS), ("embeddings", Way.AFTERWARDS)],
)
def test_an_answer_that_is_lost_on_its_way_is_unknown_and_not_asked_for_again(
    sandbox: Sandbox, proxy: Proxy, start_engine: StartEngine, at: str, way: Way
) -> None:
    playground = start_engine(proxy.url, sandbox.key)
    playground.quote(endpoint=at, **ORDERS[at])
    proxy.fail(f"{line(at)}{_end(at)}", way, http(200, "<html>Please wait</html>", "text/html"))
    run = playground.reaches(order(playground, at), State.UNKNOWN)
    assert paid_calls(proxy, at) == 1
    assert len(sandbox.charges()) == 1
    assert playground.books == (0, run.reserved)


def _end(at: str) -> str:
    """What stands behind a path that others begin with."""
    return "?" if endpoint(at).encoding == "query" else " "


@pytest.mark.parametrize("at", ["embeddings", "prompts.enhancements", "v1.prompts.samples"])
def test_killed_while_the_answer_is_on_its_way_is_unknown_and_never_sent_again(
    sandbox: Sandbox, proxy: Proxy, start_engine: StartEngine, at: str
) -> None:
    playground = start_engine(proxy.url, sandbox.key)
    playground.quote(endpoint=at, **ORDERS[at])
    lost = proxy.fail(f"{line(at)}{_end(at)}", Way.SILENCE)
    run_id = order(playground, at)
    eventually(lost.met.is_set)
    eventually(sandbox.charges)
    playground.kill()
    assert playground.run(run_id).state is State.SENDING
    playground.start()
    run = playground.reaches(run_id, State.UNKNOWN)
    assert run.error is not None
    assert run.error["kind"] == "Interrupted"
    assert (paid_calls(proxy, at), len(sandbox.charges())) == (1, 1)
    assert playground.books == (0, run.reserved)


@pytest.mark.parametrize("at", ["embeddings", "images.ocr", "audio.transcriptions"])
def test_an_answer_with_a_request_id_is_followed_and_its_result_kept(
    sandbox: Sandbox, proxy: Proxy, start_engine: StartEngine, at: str
) -> None:
    """As the live service was seen to answer sometimes (gotchas §1)."""
    playground = start_engine(proxy.url, sandbox.key)
    playground.quote(endpoint=at, **ORDERS[at])
    answer = {"data": {"request_id": _job(sandbox, at)}}
    proxy.fail(f"{line(at)} ", Way.INSTEAD, http(200, json.dumps(answer)))
    run = playground.reaches(order(playground, at), State.DONE)
    assert run.request_id == answer["data"]["request_id"]
    assert kept(playground, run)
    assert proxy.count("GET /api/v2/jobs/") >= 1
    assert playground.books == (charged(sandbox), 0)


def _job(sandbox: Sandbox, at_id: str) -> str:
    """A job that was accepted without the wish for an answer that carries the result."""
    at = endpoint(at_id)
    models = [Model.parse(raw) for raw in json.loads(CATALOGUE.read_text())]
    model = next(each for each in models if each.inference_types & set(at.inference_types))
    values = {
        name: media.inspect(Path(value), Path(value).name, media=at.param(name).media or "image")
        if at.param(name).is_file
        else value
        for name, value in ORDERS[at_id].items()
    }
    values |= {
        each.name: each.default
        for each in fields.fields(at, model, values)
        if each.name not in values
    }
    params = {**fields.request(at, model, values), "return_result_in_response": None}
    headers = {"Authorization": f"Bearer {sandbox.key}", "Accept": "application/json"}
    with wire.encoded(at.encoding, params) as sent:
        answer = httpx.post(sandbox.url + at.path, headers=headers, timeout=30, **sent)
    return wire.request_id_of(answer.json())
