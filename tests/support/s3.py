"""A real S3 to test against: moto's server in a process of its own, over HTTP."""

import re
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from obstore.store import S3Store

from tests.support.processes import Process, environment
from tests.support.waiting import eventually

__all__ = ["bucket_url", "media_url"]


class S3:
    """The server at `url`. Its buckets end with it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._numbers = count(1)

    def bucket(self) -> str:
        """A new bucket, or rather a folder in it, as `PLAYGROUND_MEDIA_URL` names it."""
        media_url = f"s3://bucket-{next(self._numbers)}/our/files"
        self.make(media_url)
        return media_url

    def make(self, media_url: str) -> None:
        """Make the bucket of this address."""
        self._ask("PUT", _name(media_url))

    def remove(self, media_url: str) -> None:
        """Remove the bucket of this address with all that is in it, by the keys of `reached_by`."""
        name = _name(media_url)
        inside = S3Store(name, endpoint=self.url, client_options={"allow_http": True})
        for page in inside.list():
            inside.delete([each["path"] for each in page])
        self._ask("DELETE", name)

    def _ask(self, method: str, path: str) -> None:
        request = urllib.request.Request(f"{self.url}/{path}", method=method)
        urllib.request.urlopen(request, timeout=10).close()


def _name(media_url: str) -> str:
    return media_url.split("/")[2]


@contextmanager
def s3_server(folder: Path, **settings: str) -> Iterator[S3]:
    """Starts one, with its log in `folder` and these in its environment."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    process = Process(command, log=folder / "s3.log", cwd=folder, env=environment(**settings))
    try:
        found = eventually(lambda: re.search(r"http://127\.0\.0\.1:\d+", process.output), 60)
        yield S3(found[0])
    finally:
        process.kill()


def way_to(url: str) -> dict[str, str]:
    """What the environment says when S3 is at `url`, with keys that any of ours takes."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "a-key-of-these-tests",
        "AWS_SECRET_ACCESS_KEY": "a-secret-of-these-tests",
    }


def reached_by(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Has the environment of the test say that S3 is at `url`."""
    for name, value in way_to(url).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket_url(s3: S3, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket of this test's own, which the environment says how to reach."""
    reached_by(monkeypatch, s3.url)
    return s3.bucket()


@pytest.fixture
def media_url(request: pytest.FixtureRequest, database: str) -> str | None:
    """Where the stores of a test keep files: with PostgreSQL in a bucket, as several servers have
    it. Who imports this, and `database` of `tests.support.databases`, tests with both."""
    return None if database == "sqlite" else request.getfixturevalue("bucket_url")
