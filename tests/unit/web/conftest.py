"""A store with one finished run, and a client that talks to the routes in-process."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lib.store import NewRun, ResultFile, Run, Store, files, ledger, runs
from lib.web import files as served
from lib.web import health
from tests.support.media import put
from tests.unit.store.conftest import migrated, not_flushed

__all__ = ["migrated"]

Keeping = Callable[..., Run]


def picture() -> bytes:
    out = BytesIO()
    Image.effect_noise((64, 48), 60).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def store(migrated: Path, tmp_path: Path, media_url: str | None) -> Iterator[Store]:
    shutil.copy(migrated, tmp_path / "playground.db")
    now = datetime(2026, 11, 24, tzinfo=UTC)
    opened = Store(tmp_path, ZoneInfo("UTC"), now=lambda: now, media_url=media_url)
    not_flushed(opened)
    yield opened
    opened.close()


@pytest.fixture
def web(store: Store) -> TestClient:
    routes = [*served.routes(lambda: store), *health.routes(lambda: store)]
    return TestClient(Starlette(routes=routes), base_url="http://127.0.0.1")


@pytest.fixture
def keep(store: Store) -> Keeping:
    """Makes a run whose result is this file: `keep(b"…", "0.png", "image/png")`."""

    def keeping(content: bytes, name: str, media_type: str) -> Run:
        new = NewRun(
            profile="sandbox",
            person="local",
            endpoint="images.generations",
            model="paint-1",
            params={},
            nonce=hashlib.sha256(content + name.encode()).hexdigest(),
            quote=Decimal(1),
            reserved=Decimal(1),
        )
        run = ledger.admit(store, new)
        for move in (
            lambda run: runs.claim(store, run.id, "engine"),
            lambda run: runs.accept(store, run, f"job of {run.id}"),
            lambda run: runs.settle_done(store, run, None),
        ):
            run = move(run)
            assert run is not None
        put(store, files.result_name(run.id, name), content)
        file = ResultFile(
            n=0,
            name=name,
            media_type=media_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        kept = runs.keep(store, run, [file], thumb=False)
        assert kept is not None
        return kept

    return keeping


@pytest.fixture
def run(keep: Keeping) -> Run:
    return keep(picture(), "0.png", "image/png")
