"""What the store complains of while the file of a run is served names the run."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from lib.store import MediaDown, Run, Store
from lib.store.media import Bucket, Facts
from tests.conftest import BeginLogs
from tests.support.databases import ONLY_SQLITE
from tests.support.s3 import bucket_url, reached_by

__all__ = ["bucket_url"]

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def media_url(bucket_url: str) -> str:
    return bucket_url


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch, bucket_url: str, tmp_path: Path) -> Bucket:
    """The same bucket, where nobody answers."""
    reached_by(monkeypatch, NOBODY)
    return Bucket(bucket_url, tmp_path)


def about(line: str) -> dict[str, str]:
    told = json.loads(line)
    assert told["message"].startswith("the bucket can't be used: ")
    return {name: told.get(name) for name in ("run", "profile", "endpoint")}


@ONLY_SQLITE
@pytest.mark.parametrize("what", ["result", "download", "thumb", "preview"])
def test_a_bucket_that_is_away(
    web: TestClient, store: Store, run: Run, away: Bucket, begin_logs: BeginLogs, what: str
) -> None:
    lines = begin_logs("json")
    store.media = away
    assert web.get(f"/files/{run.id}/{what}").status_code == 503
    [line] = lines()
    assert about(line) == {"run": run.id, "profile": run.profile, "endpoint": run.endpoint}


@ONLY_SQLITE
def test_a_bucket_that_goes_away_while_the_file_is_sent(
    web: TestClient,
    store: Store,
    run: Run,
    away: Bucket,
    begin_logs: BeginLogs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = begin_logs("json")
    there = store.media.facts

    def last_seen(name: str) -> Facts | None:
        store.media.read = away.read
        return there(name)

    monkeypatch.setattr(store.media, "facts", last_seen)
    with pytest.raises(MediaDown):
        web.get(f"/files/{run.id}/result")
    [line] = lines()
    assert about(line) == {"run": run.id, "profile": run.profile, "endpoint": run.endpoint}


@ONLY_SQLITE
def test_what_is_asked_for_next_is_not_about_that_run(
    web: TestClient, store: Store, run: Run, away: Bucket, begin_logs: BeginLogs
) -> None:
    lines = begin_logs("json")
    store.media = away
    web.get(f"/files/{run.id}/result")
    web.get("/healthz")
    first, second = lines()
    assert about(first)["run"] == run.id
    assert about(second)["run"] is None
