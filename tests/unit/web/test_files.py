"""The files of runs: whole and in ranges, once, and never as something that runs."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from lib.store import Run, Store, files
from lib.web import files as served
from tests.support.media import put
from tests.support.s3 import bucket_url, media_url
from tests.unit.web.conftest import Keeping

__all__ = ["bucket_url", "media_url"]


def content(store: Store, run: Run) -> bytes:
    return files.content(store, files.result_name(run.id, "0.png"))


def test_a_result_is_shown_whole(web: TestClient, store: Store, run: Run) -> None:
    answer = web.get(f"/files/{run.id}/result")
    assert (answer.status_code, answer.content) == (200, content(store, run))
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["accept-ranges"] == "bytes"
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "part", "named"),
    [
        ("bytes=0-9", slice(0, 10), "bytes 0-9/{size}"),
        ("bytes=10-", slice(10, None), "bytes 10-{last}/{size}"),
        ("bytes=-5", slice(-5, None), "bytes {fifth}-{last}/{size}"),
    ],
)
def test_a_range_is_that_part(
    web: TestClient, store: Store, run: Run, asked: str, part: slice, named: str
) -> None:
    answer = web.get(f"/files/{run.id}/result", headers={"Range": asked})
    whole = content(store, run)
    size = len(whole)
    assert (answer.status_code, answer.content) == (206, whole[part])
    wanted = named.format(size=size, last=size - 1, fifth=size - 5)
    assert answer.headers["content-range"] == wanted


def test_a_range_behind_the_end_is_refused(web: TestClient, run: Run) -> None:
    answer = web.get(f"/files/{run.id}/result", headers={"Range": "bytes=9999999-"})
    assert answer.status_code == 416


def test_a_range_of_a_file_that_has_changed_is_the_whole_file(
    web: TestClient, store: Store, run: Run
) -> None:
    headers = {"Range": "bytes=0-9", "If-Range": '"another"'}
    answer = web.get(f"/files/{run.id}/result", headers=headers)
    assert (answer.status_code, answer.content) == (200, content(store, run))


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_who_has_it_already_gets_a_304_without_a_body(web: TestClient, run: Run, form: str) -> None:
    first = web.get(f"/files/{run.id}/result")
    named = form.format(first.headers["etag"])
    again = web.get(f"/files/{run.id}/result", headers={"If-None-Match": named})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"]


def test_who_has_another_one_gets_it(web: TestClient, run: Run) -> None:
    answer = web.get(f"/files/{run.id}/result", headers={"If-None-Match": '"other"'})
    assert answer.status_code == 200


def test_a_preview_that_was_replaced_is_another_one(
    web: TestClient, store: Store, run: Run
) -> None:
    name = files.preview_name(run.id)
    put(store, name, b"one")
    first = web.get(f"/files/{run.id}/preview")
    put(store, name, b"another")
    second = web.get(f"/files/{run.id}/preview", headers={"If-None-Match": first.headers["etag"]})
    assert (second.status_code, second.content) == (200, b"another")
    assert second.headers["cache-control"] == "private, no-store"


def test_a_preview_that_is_replaced_while_it_is_sent_is_still_whole(
    web: TestClient, store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = files.preview_name(run.id)
    put(store, name, b"one")
    find = served.run_in_threadpool

    async def found_and_replaced(*args: Any) -> Any:
        found = await find(*args)
        put(store, name, b"another, and longer")
        return found

    monkeypatch.setattr(served, "run_in_threadpool", found_and_replaced)
    answer = web.get(f"/files/{run.id}/preview")
    assert (answer.content, answer.headers["content-length"]) == (b"one", "3")


def test_a_head_says_the_same_without_the_file(web: TestClient, run: Run) -> None:
    get, head = (web.request(each, f"/files/{run.id}/result") for each in ("GET", "HEAD"))
    assert head.content == b""
    assert head.headers == get.headers


@pytest.mark.parametrize("what", ["result", "download", "thumb", "preview", "nothing"])
def test_every_answer_keeps_a_browser_from_guessing_and_from_running_it(
    web: TestClient, run: Run, what: str
) -> None:
    answer = web.get(f"/files/{run.id}/{what}")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


HOSTILE = b"<script>alert(1)</script>"


@pytest.mark.parametrize("what", ["result", "download"])
@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("0.html", "text/html"),
        ("0.svg", "image/svg+xml"),
        ("0.xml", "application/xhtml+xml"),
        ("0.js", "text/javascript"),
        ("0.png", "IMAGE/SVG+XML"),
        ("0.pdf", "application/pdf"),
        ("0.bin", ""),
    ],
)
def test_what_a_browser_would_run_is_only_ever_saved(
    web: TestClient, keep: Keeping, name: str, media_type: str, what: str
) -> None:
    run = keep(HOSTILE, name, media_type)
    answer = web.get(f"/files/{run.id}/{what}")
    assert answer.content == HOSTILE
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_download_has_a_name_that_says_what_it_is(web: TestClient, run: Run) -> None:
    answer = web.get(f"/files/{run.id}/download")
    name = f'attachment; filename="images-generations-{run.id[:13]}.png"'
    assert answer.headers["content-disposition"] == name
    assert answer.headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    "path",
    [
        "/files/unknown/result",
        "/files/{id}/other",
        "/files/{id}/0.png",
        "/files/{id}/thumb",  # none was made
        "/files/..%2f..%2fplayground.db/result",
        "/files/{id}/..%2f..%2f..%2fplayground.db",
        "/files/%2e%2e/result",
        "/files/{id}%00/result",
        "/files/{id}/%2e%2e",
        "/files/{id}/result/..",
        "/files//result",
        "/files/{id}",
    ],
)
def test_whatever_else_is_asked_for_is_not_there(web: TestClient, run: Run, path: str) -> None:
    answer = web.get(path.format(id=run.id))
    assert answer.status_code == 404
    assert b"SQLite" not in answer.content


def test_a_file_that_somebody_removed_is_not_there(web: TestClient, store: Store, run: Run) -> None:
    name = files.result_name(run.id, "0.png")
    store.media.delete(name)
    assert web.get(f"/files/{run.id}/result").status_code == 404
    (store.data_dir / name).mkdir(parents=True, exist_ok=True)
    assert web.get(f"/files/{run.id}/result").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_is_changed_over_http(web: TestClient, run: Run, method: str) -> None:
    assert web.request(method, f"/files/{run.id}/result").status_code == 405
