"""Files out of a bucket over HTTP: never whole in memory, and privately."""

import asyncio
import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lib.store import Role, Run, Store, files, media, passwords, users
from lib.web import files as served
from tests.support.media import put
from tests.support.s3 import S3, bucket_url
from tests.unit.web.conftest import Keeping
from tests.unit.web.test_signin import signed_in

__all__ = ["bucket_url"]

LARGE = 60_000_000


@pytest.fixture
def media_url(bucket_url: str) -> str:
    return bucket_url


def resident() -> int:
    """Bytes of memory that this process has now."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def test_a_large_result_is_passed_on_without_being_held(store: Store, keep: Keeping) -> None:
    run = keep(b"small", "0.mp4", "video/mp4")
    with media.spool(store.data_dir) as folder:
        with (folder / "fresh").open("wb") as file:
            file.truncate(LARGE)
        store.media.put(files.result_name(run.id, "0.mp4"), folder / "fresh")
    app = Starlette(routes=served.routes(lambda: store))
    sizes: list[int] = []
    held: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sizes.append(len(message.get("body", b"")))
        held.append(resident())

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": f"/files/{run.id}/result",
        "raw_path": b"",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1")],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    before = resident()
    asyncio.run(app(scope, receive, send))
    assert sum(sizes) == LARGE
    assert max(held) - before < 20_000_000


def test_it_is_asked_for_what_was_asked_for(
    web: TestClient, store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No byte is fetched for a HEAD, a 304 or a 416, and of a range no byte beside it."""
    read: list[tuple[int, int]] = []

    def noted(what: media.Facts, start: int, length: int) -> Any:
        yield from whole(what, start, length)
        read.append((start, length))

    whole = store.media.read
    monkeypatch.setattr(store.media, "read", noted)
    path = f"/files/{run.id}/result"
    etag = web.head(path).headers["etag"]
    for headers in ({"If-None-Match": etag}, {"Range": "bytes=9999999-"}):
        assert web.get(path, headers=headers).content == b""
    assert read == []
    assert len(web.get(path, headers={"Range": "bytes=10-19"}).content) == 10
    assert read == [(10, 10)]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", "0-0"),
        ("bytes=-999999", "0-{last}"),
        ("bytes=5-999999", "5-{last}"),
        ("bytes=-0", "*"),
        ("bytes=5-4", None),
        ("bytes=0-1,3-4", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("lines=0-1", None),
        (f"bytes=0-{'9' * 5000}", None),
        ("bytes=\u0661-", None),
    ],
)
def test_any_range_is_a_part_or_refused_or_passed_over(
    web: TestClient, store: Store, run: Run, asked: str, part: str | None
) -> None:
    whole = files.content(store, files.result_name(run.id, "0.png"))
    answer = web.get(f"/files/{run.id}/result", headers={"Range": asked.encode()})
    told = answer.headers.get("content-range")
    if part is None:
        assert (answer.status_code, told, answer.content) == (200, None, whole)
    elif part == "*":
        assert (answer.status_code, told) == (416, f"bytes */{len(whole)}")
    else:
        named = part.format(last=len(whole) - 1)
        first, last = (int(each) for each in named.split("-"))
        assert (answer.status_code, told) == (206, f"bytes {named}/{len(whole)}")
        assert answer.content == whole[first : last + 1]


def test_a_range_of_what_is_still_the_same_is_that_part(web: TestClient, run: Run) -> None:
    told = web.head(f"/files/{run.id}/result").headers
    for known in (told["etag"], told["last-modified"]):
        headers = {"Range": "bytes=0-9", "If-Range": known}
        assert web.get(f"/files/{run.id}/result", headers=headers).status_code == 206


def test_an_empty_result_is_whole(web: TestClient, keep: Keeping) -> None:
    run = keep(b"", "0.txt", "text/plain")
    answer = web.get(f"/files/{run.id}/result")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")


def test_without_the_bucket_it_is_not_now_and_a_stranger_learns_nothing(
    store: Store, run: Run, s3: S3, bucket_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, files.preview_name(run.id), b"preview")
    s3.remove(bucket_url)
    monkeypatch.setattr(passwords, "ROUNDS", 4)
    for name, role in (("ada", Role.ADMIN), ("bob", Role.MEMBER)):
        users.add(store, name, "four green kettles", role)
    mine, theirs = signed_in(store, "ada"), signed_in(store, "bob")
    for what in ("result", "download", "thumb", "preview"):
        answer = mine.get(f"/files/{run.id}/{what}")
        assert answer.status_code == 503
        assert answer.headers["cache-control"] == "private, no-store"
        assert "bucket" in answer.text
        assert bucket_url not in answer.text
        assert theirs.get(f"/files/{run.id}/{what}").status_code == 404
