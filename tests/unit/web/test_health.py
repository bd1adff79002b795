"""Whether the playground can do its work, for whoever watches it."""

import asyncio
import shutil
import socket
import threading

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lib.store import Store
from lib.store.media import Bucket
from lib.web import health
from tests.support.databases import ONLY_POSTGRESQL, ONLY_SQLITE
from tests.support.postgres import PostgreSQL
from tests.support.s3 import S3, bucket_url, media_url, reached_by

__all__ = ["bucket_url", "media_url"]


def test_all_is_well(web: TestClient) -> None:
    answer = web.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "results": "ok"}


@ONLY_SQLITE
def test_a_database_that_can_not_be_read_is_down(web: TestClient, store: Store) -> None:
    database = store.data_dir / "playground.db"
    store.close()
    for each in store.data_dir.glob("playground.db-*"):
        each.unlink()
    database.write_bytes(b"no database, and long enough to be looked at" * 100)
    answer = web.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "down", "results": "ok"}


@ONLY_POSTGRESQL
def test_a_database_that_lets_nobody_in_is_down_until_it_does(
    web: TestClient, store: Store, postgres: PostgreSQL
) -> None:
    with store.read() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
    with postgres.out_of_reach(name):
        answer = web.get("/healthz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "down", "database": "down", "results": "ok"}
    assert web.get("/healthz").status_code == 200


def test_a_place_of_files_that_has_gone_is_down(
    web: TestClient, store: Store, media_url: str | None, request: pytest.FixtureRequest
) -> None:
    if media_url is None:
        shutil.rmtree(store.data_dir)
    else:
        s3: S3 = request.getfixturevalue("s3")
        s3.remove(media_url)
    answer = web.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["results"] == "down"
    if media_url is not None:
        assert answer.json()["database"] == "ok"


@ONLY_SQLITE
def test_a_database_that_hangs_does_not_make_the_results_look_down_however_many_ask(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_SECONDS", 1)
    let_go = threading.Event()
    with monkeypatch.context() as hangs:
        hangs.setattr(store, "check", let_go.wait)
        app = httpx.ASGITransport(Starlette(routes=health.routes(lambda: store)))

        async def probes() -> list[httpx.Response]:
            async with httpx.AsyncClient(transport=app, base_url="http://127.0.0.1") as client:
                try:
                    return await asyncio.gather(*(client.get("/healthz") for _ in range(100)))
                finally:
                    let_go.set()  # or its thread would be waited for

        answers = asyncio.run(probes())
    told = {answer.text for answer in answers}
    assert told == {'{"status":"down","database":"down","results":"ok"}'}


class TestOfABucket:
    @pytest.fixture
    def media_url(self, bucket_url: str) -> str:
        return bucket_url

    def test_one_that_says_nothing_is_down_in_time(
        self, web: TestClient, store: Store, bucket_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes calls and never answers
            reached_by(monkeypatch, f"http://127.0.0.1:{silent.getsockname()[1]}")
            store.media = Bucket(bucket_url, store.data_dir)
            answer = web.get("/healthz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "down", "database": "ok", "results": "down"}
        assert answer.elapsed.total_seconds() < 10
