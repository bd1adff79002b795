"""Stores, on SQLite unless a folder or a file of tests asks for both databases."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lib.store import Store
from tests.support.databases import Stores


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an empty SQLite database of today's version."""
    folder = tmp_path_factory.mktemp("migrated")
    Store(folder, ZoneInfo("UTC")).close()
    return folder


@pytest.fixture
def stores(
    database: str, migrated: Path, media_url: str | None, request: pytest.FixtureRequest
) -> Stores:
    """Opens stores on the database and the place of files of the test."""
    server = None if database == "sqlite" else request.getfixturevalue("postgres")
    return Stores(migrated, server, media_url)
