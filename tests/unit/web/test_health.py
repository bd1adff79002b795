"""Whether the playground can do its work, for whoever watches it."""

import shutil

from starlette.testclient import TestClient

from lib.store import Store


def test_all_is_well(web: TestClient) -> None:
    answer = web.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "results": "ok"}


def test_a_database_that_can_not_be_read_is_down(web: TestClient, store: Store) -> None:
    database = store.data_dir / "playground.db"
    store.close()
    for each in store.data_dir.glob("playground.db-*"):
        each.unlink()
    database.write_bytes(b"no database, and long enough to be looked at" * 100)
    answer = web.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "down", "results": "ok"}


def test_a_folder_that_has_gone_is_down(web: TestClient, store: Store) -> None:
    shutil.rmtree(store.data_dir)
    answer = web.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["results"] == "down"
