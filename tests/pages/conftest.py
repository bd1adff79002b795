"""A real engine in this process, over a real sandbox process that draws nothing."""

import functools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from streamlit.components.v2 import manifest_scanner

from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.models import Model
from lib.runs import lease
from lib.store import servers
from lib.ui import priced_button
from tests.support.pages import Playing, playing
from tests.support.playground import SECRET
from tests.support.postgres import PostgreSQL
from tests.support.sandbox import Sandbox, sandboxes


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The deAPI of this module's pages, rich enough that no price takes a second click."""
    with sandboxes(tmp_path_factory.mktemp("live")) as start:
        yield start(tier="premium", engines="none", speed=100, balance=1000)


@pytest.fixture
def shared(
    media_url: str | None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[dict[str, str]]:
    """The settings of a playground of several servers, if the test asks for one."""
    if media_url is None:
        yield {}
        return
    # Else it would take up what a test has put down for nobody to go on with.
    monkeypatch.setattr(lease, "BEAT", 3600.0)
    monkeypatch.setattr(servers, "LEASE", timedelta(days=1))
    postgres: PostgreSQL = request.getfixturevalue("postgres")
    with postgres.lent() as url:
        yield {
            "PLAYGROUND_DATABASE_URL": url,
            "PLAYGROUND_COOKIE_SECRET": SECRET,
            "PLAYGROUND_MEDIA_URL": media_url,
        }


@pytest.fixture
def place(tmp_path: Path, live: Sandbox, shared: dict[str, str]) -> Iterator[Playing]:
    """The playground of this process, with books of its own for each test, and a minute's calls:
    many pages ask for more prices than deAPI allows in one."""
    live.control("PUT", "tier", "premium")
    with playing(tmp_path / "data", live, **shared) as held:
        yield held


@pytest.fixture(scope="session", autouse=True)
def packages_are_read_once() -> Iterator[None]:
    """Each session of AppTest looks through every installed package for components of its own."""
    looked = functools.cache(manifest_scanner.scan_component_manifests)
    with mock.patch.object(manifest_scanner, "scan_component_manifests", looked):
        yield


@pytest.fixture(autouse=True)
def reads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever presses here has read the price, however short a time it stood there."""
    monkeypatch.setattr(priced_button, "READING", 0.0)


@pytest.fixture
def pictures() -> Endpoint:
    return endpoint("images.generations")


@pytest.fixture
def upscales() -> Endpoint:
    return endpoint("images.upscales")


@pytest.fixture
def model(place: Playing, pictures: Endpoint) -> Model:
    """The model that a new session's form begins with."""
    return place.models(pictures)[0]


@pytest.fixture
def other(place: Playing, pictures: Endpoint) -> Model:
    """Another model of pictures, with fewer settings."""
    return place.models(pictures)[1]
