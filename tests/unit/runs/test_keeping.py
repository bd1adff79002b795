"""From `keeping` to `done`: the price is paid, the file has to become ours."""

import asyncio
import errno
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.deapi.errors import DownloadFailed, UnsafeAddress
from lib.deapi.limits import Priority
from lib.runs.keep import GIVE_UP_TRIES, LONGEST_WAIT
from lib.runs.loop import Clock
from lib.store import DiskFull, ResultFile, Run, State, Store, deletion, files, history, runs
from tests.support.databases import database
from tests.support.media import is_kept
from tests.support.s3 import bucket_url, media_url
from tests.unit.runs.scripted import (
    GONE,
    PRICE,
    RESULT,
    Answer,
    StillGoing,
    World,
    job,
    picture,
    reply,
)

__all__ = ["bucket_url", "database", "media_url"]

NO_SPACE = OSError(errno.ENOSPC, "No space left on device", "/home/ada/.data/results/0.part")


def kept(world: World, run: Run) -> list[ResultFile]:
    return history.results_of(world.store, [run.id]).get(run.id, [])


def test_the_file_is_ours_with_its_size_and_a_thumbnail(world: World) -> None:
    run = world.go(world.order())
    (file,) = kept(world, run)
    assert (file.name, file.media_type, file.width, file.height) == ("0.png", "image/png", 32, 24)
    assert files.content(world.store, files.result_name(run.id, "0.png")) == picture()
    assert run.thumb
    assert is_kept(world.store, files.thumb_name(run.id))


def test_an_address_that_has_expired_is_asked_for_anew(world: World) -> None:
    world.downloads.results[:0] = [GONE]
    fresh = f"{RESULT}?signed=anew"
    world.deapi.jobs.append(job("done", result_url=fresh, price={"amount": 0.002}))
    run = world.go(world.order())
    assert world.downloads.urls == [RESULT, fresh]
    assert (run.state, run.error, world.spent) == (State.DONE, None, PRICE)


def test_it_is_asked_for_in_its_person_s_name(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Persons take turns, in polls too: what asks for nobody would be everybody's one more."""
    governor = world.profile.client.governor
    asked: list[str] = []
    turn = governor.turn

    async def noted(pool: str, priority: Priority, who: str = "", tag: str = "") -> None:
        if pool == "jobs":
            asked.append(who)
        await turn(pool, priority, who, tag)

    monkeypatch.setattr(governor, "turn", noted)
    world.downloads.results[:0] = [GONE]
    world.go(world.order())
    assert asked == ["ada"] * 3  # when it ended, and for another address, at once and once more


@pytest.mark.parametrize("failure", [DiskFull("The disk is full."), NO_SPACE])
def test_a_full_disk_leaves_it_keeping_however_long_and_then_it_finishes(
    world: World, failure: Exception
) -> None:
    world.downloads.results[:0] = [failure] * 20
    run = world.order()
    states = world.watch(run)
    ended = world.go(run)
    assert states[-1] == ("keeping", "DiskFull")
    assert (ended.state, ended.error, world.spent, world.held) == (State.DONE, None, PRICE, 0)
    assert max(world.time.slept) == LONGEST_WAIT


def test_an_expired_address_is_asked_for_anew_at_once_and_only_then(world: World) -> None:
    world.downloads.results[:0] = [DownloadFailed("HTTP 503"), DownloadFailed("HTTP 503"), GONE]
    fresh = f"{RESULT}?signed=anew"
    world.deapi.jobs.append(job("done", result_url=fresh, price={"amount": 0.002}))
    world.go(world.order())
    assert world.downloads.urls == [RESULT, RESULT, RESULT, fresh]
    assert world.deapi.asked == 2  # when it ended, and for the address


def test_an_address_that_dies_in_another_way_is_asked_for_anew_too(world: World) -> None:
    world.downloads.results[:0] = [DownloadFailed("HTTP 400")] * 3
    fresh = f"{RESULT}?signed=anew"
    world.deapi.jobs.append(job("done", result_url=fresh, price={"amount": 0.002}))
    assert world.go(world.order()).state is State.DONE
    assert world.downloads.urls == [RESULT, RESULT, RESULT, fresh]


def test_a_result_that_waits_for_its_next_try_can_be_had_now(world: World) -> None:
    world.downloads.results[:0] = [NO_SPACE] * 12
    run = world.order()
    never = asyncio.Event()

    async def for_ever(seconds: float) -> None:
        if seconds < LONGEST_WAIT:
            await world.time.sleep(seconds)
        else:
            world.loop.call(world.journey.keeper.hurry, run.id)
            await never.wait()

    world.loop.clock = world.journey.keeper._clock = Clock(world.time.now, for_ever)
    assert world.go(run).state is State.DONE


def test_to_hurry_what_does_not_wait_does_nothing(world: World) -> None:
    world.journey.keeper.hurry("no such run")


def test_weeks_of_trouble_are_no_other_trouble(world: World) -> None:
    world.downloads.results[:0] = [NO_SPACE]
    world.time.most = 1
    with pytest.raises(StillGoing):
        world.go(run := world.order())
    world.time.most = 500
    world.downloads.results[:0] = [NO_SPACE]
    assert world.go(replace(world.read(run), keep_tries=9999)).state is State.DONE
    assert world.time.slept[-1] == LONGEST_WAIT


def test_no_path_of_this_machine_is_remembered(world: World) -> None:
    world.downloads.results[:0] = [NO_SPACE]
    run = world.order()
    errors: list[object] = []
    world.time.noticed = lambda _: errors.append(world.read(run).error)
    world.go(run)
    assert errors[-1] == {"kind": "DiskFull", "message": "No space left on device"}


def test_a_thumbnail_for_which_there_is_no_room_leaves_it_keeping(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [DiskFull("full")]
    make = files.make_thumbnail

    def full(store: Store, run_id: str, source: Path) -> tuple[int, int]:
        if failures:
            raise failures.pop()
        return make(store, run_id, source)

    monkeypatch.setattr(files, "make_thumbnail", full)
    run = world.go(world.order())
    assert (run.state, run.thumb, len(kept(world, run))) == (State.DONE, True, 1)


def test_a_database_that_takes_nothing_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [DiskFull("full")] * 6
    keep, keep_failed = runs.keep, runs.keep_failed

    def failing(move: Callable[..., Run | None]) -> Callable[..., Run | None]:
        def full(*args: Any, **facts: Any) -> Run | None:
            if failures:
                raise failures.pop()
            return move(*args, **facts)

        return full

    monkeypatch.setattr(runs, "keep", failing(keep))
    monkeypatch.setattr(runs, "keep_failed", failing(keep_failed))
    run = world.go(world.order())
    assert (run.state, len(kept(world, run)), world.spent) == (State.DONE, 1, PRICE)


UNKNOWN_JOB = reply({"message": "Not found."}, 404)
DONE = job("done", result_url=RESULT, price={"amount": 0.002})


@pytest.mark.parametrize(
    ("kind", "jobs", "fetched"),
    [
        ("Expired", [DONE], GIVE_UP_TRIES),
        ("NotFound", [DONE, UNKNOWN_JOB], 1),
        ("NoFile", [job("done", price={"amount": 0.002})], 0),
    ],
)
def test_it_is_given_up_when_deapi_says_for_a_day_that_it_is_gone(
    world: World, kind: str, jobs: list[Answer], fetched: int
) -> None:
    world.downloads.results = [GONE]
    world.deapi.jobs = [*jobs]
    run = world.go(world.order())
    assert run.error is not None
    assert (run.state, run.price, run.error["kind"]) == (State.FAILED, PRICE, kind)
    assert (run.keep_tries, len(world.downloads.urls)) == (GIVE_UP_TRIES - 1, fetched)
    assert (world.spent, world.held) == (PRICE, 0)  # it was paid for
    assert world.time.at - run.created_at > timedelta(hours=23)


def test_one_404_after_a_long_time_of_other_trouble_is_not_the_end(world: World) -> None:
    world.downloads.results[:0] = [NO_SPACE] * (2 * GIVE_UP_TRIES) + [GONE, NO_SPACE, GONE]
    assert world.go(world.order()).state is State.DONE


@pytest.mark.parametrize(
    "trouble",
    [DownloadFailed("HTTP 503"), UnsafeAddress("inside"), OSError(errno.EIO, "I/O error")],
)
def test_other_trouble_is_never_given_up(world: World, trouble: Exception) -> None:
    world.downloads.results = [trouble]
    world.time.most = 2 * GIVE_UP_TRIES
    run = world.order()
    with pytest.raises(StillGoing):
        world.go(run)
    still = world.read(run)
    assert (still.state, still.price) == (State.KEEPING, PRICE)
    assert still.keep_tries > GIVE_UP_TRIES
    assert still.error is not None
    assert world.time.at - still.created_at > timedelta(hours=10)


def test_what_was_kept_elsewhere_and_deleted_meanwhile_does_not_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A server stood still between putting the files away and writing that the run is done."""
    keep = runs.keep

    def too_late(store: Store, run: Run, found: list[ResultFile], **told: Any) -> Run | None:
        assert keep(store, run, found, **told) is not None
        assert deletion.delete(store, run.id, run.person) is not None
        for name in names(run):
            (tmp_path / "late").write_bytes(picture())
            store.media.put(name, tmp_path / "late")
        return keep(store, run, found, **told)

    monkeypatch.setattr(runs, "keep", too_late)
    run = world.go(world.order())
    assert run.deleted_at is not None
    assert not any(is_kept(world.store, name) for name in names(run))


def names(run: Run) -> list[str]:
    return [files.result_name(run.id, "0.png"), files.thumb_name(run.id)]


def test_a_start_goes_on_with_a_run_that_was_being_kept(world: World) -> None:
    world.downloads.results[:0] = [NO_SPACE]
    world.time.most = 1  # the poll; then, a start
    run = world.order()
    with pytest.raises(StillGoing):
        world.go(run)
    assert world.read(run).state is State.KEEPING
    world.time.most = 500
    (recovered,) = runs.of_server(world.store, "this engine")
    assert world.go(recovered).state is State.DONE
    assert (world.deapi.sent, len(kept(world, run)), world.spent) == (1, 1, PRICE)


@pytest.mark.parametrize(
    ("served_as", "url", "name", "media_type"),
    [
        ("image/webp", RESULT, "0.webp", "image/webp"),
        ("application/octet-stream", f"{RESULT}?signature=x.html", "0.png", "image/png"),
        ("application/octet-stream", "http://127.0.0.1:9/1", "0.bin", "application/octet-stream"),
        ("text/html", RESULT, "0.html", "text/html"),
        ("x/y; z", "http://127.0.0.1:9/a.%2e%2e%2f", "0.bin", "x/y; z"),
    ],
)
def test_its_name_follows_its_type_then_its_address(
    world: World, served_as: str, url: str, name: str, media_type: str
) -> None:
    world.downloads.media_type = served_as
    world.deapi.jobs = [job("done", result_url=url)]
    (file,) = kept(world, world.go(world.order()))
    assert (file.name, file.media_type) == (name, media_type)


def test_a_result_that_is_no_picture_is_kept_without_a_thumbnail(world: World) -> None:
    world.downloads.results = [b"<html>"]
    run = world.go(world.order())
    (file,) = kept(world, run)
    assert (run.state, run.thumb, file.width) == (State.DONE, False, None)
    assert files.content(world.store, files.result_name(run.id, file.name)) == b"<html>"
    assert not is_kept(world.store, files.thumb_name(run.id))
