"""Runs whose files lie in a bucket: paid results wait for it, uploads are fetched to be sent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lib.deapi.media import inspect
from lib.runs.keep import GIVE_UP_TRIES
from lib.store import Run, State, files, history, runs
from tests.support.media import is_kept, names_in, put
from tests.support.s3 import S3, bucket_url
from tests.unit.runs.scripted import (
    GONE,
    PRICE,
    RESULT,
    UPSCALE,
    World,
    job,
    picture,
)

__all__ = ["bucket_url"]


@pytest.fixture
def media_url(bucket_url: str) -> str:
    return bucket_url


class Outage:
    """The bucket is gone, and comes back empty after so many waits; then `back` is called."""

    def __init__(self, world: World, s3: S3, bucket_url: str, run: Run, waits: int) -> None:
        self._world, self._s3, self._bucket, self._run = world, s3, bucket_url, run
        self._left = waits
        self.back: Callable[[], None] = lambda: None
        self.seen: set[tuple[State, str | None]] = set()
        s3.remove(bucket_url)
        world.time.noticed = self._slept

    def _slept(self, _seconds: float) -> None:
        now = self._world.read(self._run)
        self.seen.add((now.state, (now.error or {}).get("kind")))
        self._left -= 1
        if self._left == 0:
            self._s3.make(self._bucket)
            self.back()


def test_a_result_stays_keeping_until_the_bucket_is_back(
    world: World, s3: S3, bucket_url: str
) -> None:
    run = world.order()
    outage = Outage(world, s3, bucket_url, run, 8)
    done = world.go(run)
    assert (State.KEEPING, "MediaRefused") in outage.seen
    assert (done.state, done.error, done.thumb) == (State.DONE, None, True)
    assert files.content(world.store, files.result_name(run.id, "0.png")) == picture()
    assert is_kept(world.store, files.thumb_name(run.id))
    assert world.downloads.urls == [RESULT]  # it was here already
    assert (world.spent, world.held) == (PRICE, 0)
    assert names_in(world.store, "results") == [f"{run.id}/0.png"]  # and nothing in the spool


def test_an_outage_may_last_longer_than_deapi_keeps_a_result(
    world: World, s3: S3, bucket_url: str
) -> None:
    world.downloads.results = [picture(), GONE]
    run = world.order()
    Outage(world, s3, bucket_url, run, 2 * GIVE_UP_TRIES)
    done = world.go(run)
    assert (done.state, world.downloads.urls) == (State.DONE, [RESULT])


def test_what_waits_and_is_lost_is_fetched_anew(world: World, s3: S3, bucket_url: str) -> None:
    run = world.order()
    outage = Outage(world, s3, bucket_url, run, 6)
    slept = world.time.noticed

    def lose(seconds: float) -> None:
        slept(seconds)
        if (State.KEEPING, "MediaRefused") in outage.seen:
            for each in (world.store.data_dir / "spool").glob("*/0"):
                each.unlink()

    world.time.noticed = lose
    done = world.go(run)
    assert done.state is State.DONE
    assert len(world.downloads.urls) > 1  # fetched anew
    assert files.content(world.store, files.result_name(run.id, "0.png")) == picture()


def test_no_run_is_done_before_its_files_are_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even for a moment, and with its other forms."""
    world.deapi.jobs = [
        job("done", result_url=RESULT, results_alt_formats={"webp": f"{RESULT}.webp"})
    ]
    keep, there = runs.keep, []

    def looked(*args: Any, **facts: Any) -> Run | None:
        there.extend(names_in(world.store, "results"))
        return keep(*args, **facts)

    monkeypatch.setattr(runs, "keep", looked)
    run = world.go(world.order())
    kept = history.results_of(world.store, [run.id])[run.id]
    assert there == sorted(f"{run.id}/{each.name}" for each in kept)


class TestUploads:
    @pytest.fixture
    def params(self, world: World, tmp_path: Path) -> dict[str, Any]:
        """Those of an upscale, whose file is in the bucket alone."""
        path = tmp_path / "given.png"
        path.write_bytes(picture())
        given = files.save_upload(world.store, "ada", inspect(path, "fox.png"))
        given.path.unlink()
        return {"image": given, "model": "paint-1"}

    def test_it_is_fetched_and_sent(self, world: World, params: dict[str, Any]) -> None:
        run = world.go(world.order(UPSCALE.id, params))
        assert run.state is State.DONE
        assert any(picture() in each for each in world.deapi.bodies)

    def test_it_is_fetched_again_for_the_sending(
        self, world: World, params: dict[str, Any]
    ) -> None:
        """The price may be known for long, or from measures alone."""
        world.loop.submit(world.profile.quotes.ask(UPSCALE, params)).result()
        params["image"].path.unlink(missing_ok=True)
        run = world.go(world.order(UPSCALE.id, params))
        assert (run.state, world.deapi.sent) == (State.DONE, 1)

    def test_one_that_is_gone_is_never_sent(self, world: World, params: dict[str, Any]) -> None:
        world.store.media.delete(files.upload_name(params["image"].sha256))
        run = world.go(world.order(UPSCALE.id, params))
        assert run.error is not None
        assert (run.state, run.error["kind"]) == (State.FAILED, "FileGone")
        assert (world.deapi.sent, world.held) == (0, 0)

    def test_it_waits_for_the_bucket(
        self, world: World, params: dict[str, Any], s3: S3, bucket_url: str
    ) -> None:
        run, name = world.order(UPSCALE.id, params), files.upload_name(params["image"].sha256)
        outage = Outage(world, s3, bucket_url, run, 4)
        outage.back = lambda: put(world.store, name, picture())
        ended = world.go(run)
        assert (State.WAITING, "FileAway") in outage.seen
        assert (ended.state, world.deapi.sent, world.spent) == (State.DONE, 1, PRICE)
