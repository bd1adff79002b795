"""What a log line looks like, and that it knows what it is about wherever it is written."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lib import logs
from lib.runs.loop import Loop
from lib.store import Store, StoreError, ledger
from tests.conftest import BeginLogs
from tests.unit.store.conftest import clock, new, open_store, store
from tests.unit.store.making import Making

__all__ = ["clock", "new", "open_store", "store"]

log = logging.getLogger("lib.of.these.tests")
deep = logging.getLogger("lib.store.somewhere")


def test_a_line_of_json_says_when_how_bad_where_and_what(begin_logs: BeginLogs) -> None:
    written = begin_logs("json")
    with logs.about(run="0193", profile="live", endpoint="images.ocr"):
        deep.warning("the disk is %s", "full")
    (line,) = written()
    told = json.loads(line)
    assert told.pop("time").endswith("Z")
    assert told == {
        "level": "WARNING",
        "logger": "lib.store.somewhere",
        "message": "the disk is full",
        "run": "0193",
        "profile": "live",
        "endpoint": "images.ocr",
    }


def test_a_line_of_text_names_the_run(begin_logs: BeginLogs) -> None:
    written = begin_logs("text")
    with logs.about(run="0193"):
        deep.info("done")
    deep.info("nobody's")
    assert [line.partition("Z ")[2] for line in written()] == [
        "INFO lib.store.somewhere: run 0193: done",
        "INFO lib.store.somewhere: nobody's",
    ]


def test_what_was_raised_is_in_the_same_object(begin_logs: BeginLogs) -> None:
    written = begin_logs("json")
    try:
        raise ValueError("one\ntwo")
    except ValueError:
        deep.exception("it broke")
    (line,) = written()
    assert "ValueError: one\ntwo" in json.loads(line)["exception"]


@pytest.mark.parametrize("said", ['a "quote"', 'one\n{"run": "forged"}', "\ud800", "\u2028", "é"])
def test_no_text_can_begin_a_line_of_its_own(begin_logs: BeginLogs, said: str) -> None:
    written = begin_logs("json")
    deep.warning("it said %s", said)
    (line,) = written()
    assert json.loads(line)["message"] == f"it said {said}"


def test_others_are_heard_from_warnings_on_whatever_they_set_up_for_themselves(
    begin_logs: BeginLogs,
) -> None:
    other = logging.getLogger("other")
    other.addHandler(logging.StreamHandler())
    other.setLevel(logging.INFO)
    other.propagate = False
    written = begin_logs("json")
    logs.hand_on(other)
    other.info("https://store.test/result?signature=secret")
    other.warning("odd")
    assert [json.loads(line)["message"] for line in written()] == ["odd"]


def test_it_goes_along_into_tasks_and_threads_and_nowhere_else(
    begin_logs: BeginLogs,
) -> None:
    written = begin_logs("json")
    loop = Loop()
    loop.start()

    async def one(name: str) -> None:
        with logs.about(run=name):
            await loop.thread(deep.info, "in a thread of %s", name)
            await loop.slow(deep.info, "in a slow thread of %s", name)
            await loop.finished(whole(name))
        deep.info("after %s", name)

    async def whole(name: str) -> None:
        deep.info("in a task of %s", name)

    async def nothing() -> None:
        pass

    asked = [loop.submit(one(name)) for name in ("a", "b", "c")]
    for each in asked:
        each.result(timeout=10)
    loop.stop(grace=1, last=nothing)
    told = [json.loads(line) for line in written()]
    assert len(told) == 12
    for line in told:
        words: list[str] = line["message"].split()
        assert line.get("run") == (None if words[0] == "after" else words[-1])


def test_what_comes_piece_by_piece_stays_about_what_it_was_begun_for(
    begin_logs: BeginLogs,
) -> None:
    lines = begin_logs("json")

    def made() -> Iterator[int]:
        for n in range(2):
            log.warning("piece %s", n)
            yield n
        log.warning("the end")

    with logs.about(run="0193"):
        pieces = logs.going_on(made())
    with logs.about(run="another"):
        assert next(pieces) == 0
        log.warning("of the other")
    with ThreadPoolExecutor() as elsewhere:
        assert elsewhere.submit(list[int], pieces).result() == [1]
    told = [(each["message"], each.get("run")) for each in map(json.loads, lines())]
    assert told == [
        ("piece 0", "0193"),
        ("of the other", "another"),
        ("piece 1", "0193"),
        ("the end", "0193"),
    ]


def test_an_error_of_the_database_says_nothing_of_what_was_to_be_written(
    begin_logs: BeginLogs, store: Store, new: Making
) -> None:
    written = begin_logs("text")
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE runs RENAME COLUMN search TO gone")
    wanted: Any = new(text="a secret prompt", params={"prompt": "a secret prompt"})
    try:
        ledger.admit(store, wanted)
    except StoreError:
        deep.exception("not admitted")
    assert "OperationalError" in "\n".join(written())
    assert "secret" not in "\n".join(written())
