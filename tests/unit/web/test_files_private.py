"""A member finds of another's runs and files as much as of those that never were."""

import hashlib
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lib.deapi.media import inspect
from lib.store import (
    Role,
    Run,
    Store,
    deletion,
    experiments,
    files,
    inherit,
    media,
    passwords,
    sessions,
    showcases,
    users,
)
from lib.store.experiments import Experiment, NewCell, NewExperiment
from tests.support.media import names_in, put
from tests.support.s3 import bucket_url, media_url
from tests.unit.web.conftest import Keeping, picture
from tests.unit.web.test_signin import browser, signed_in

__all__ = ["bucket_url", "media_url"]

OWNER, ADMIN, MEMBER = "cleo", "ada", "bob"
NOBODY = "0193a1b2-0000-7000-8000-000000000000"
WHATS = ["result", "download", "download-1", "thumb", "preview", "0.png", "nothing"]
ASKED = [
    {},
    {"Range": "bytes=0-0"},
    {"Range": "bytes=9999999-"},
    {"If-None-Match": "*"},
    {"If-Modified-Since": "Wed, 01 Jan 2025 00:00:00 GMT"},
]


@pytest.fixture(autouse=True)
def people(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "ROUNDS", 4)
    for name, role in ((ADMIN, Role.ADMIN), (MEMBER, Role.MEMBER), (OWNER, Role.MEMBER)):
        users.add(store, name, "four green kettles", role)


@pytest.fixture
def run(store: Store, keep: Keeping) -> Run:
    """A run of the owner, with everything that a run can have."""
    kept = keep(picture(), "0.png", "image/png")
    inherit.take(store, OWNER)  # `keep` makes what was there before the accounts were
    with store.media.local(files.result_name(kept.id, "0.png")) as source:
        files.make_thumbnail(store, kept.id, source)
        files.make_preview(store, kept.id, source)
    return kept


@pytest.fixture
def upload(store: Store, tmp_path: Path) -> str:
    """The hash of a picture that the owner gave."""
    path = tmp_path / "given"
    path.write_bytes(picture())
    return files.save_upload(store, OWNER, inspect(path, "mine.png")).sha256


def answers(web: TestClient, path: str) -> list[tuple[int, bytes, dict[str, str]]]:
    """All that can be learned of a path, however one asks for it."""
    found = [
        web.request(method, path, headers=headers)
        for method in ("GET", "HEAD")
        for headers in ASKED
    ]
    return [(each.status_code, each.content, dict(each.headers)) for each in found]


@pytest.mark.parametrize("what", WHATS)
def test_another_persons_file_is_answered_like_one_that_never_was(
    store: Store, run: Run, what: str
) -> None:
    for web in (signed_in(store, MEMBER), browser(store)):
        found = answers(web, f"/files/{run.id}/{what}")
        assert found == answers(web, f"/files/{NOBODY}/{what}")
        assert {status for status, _, _ in found} == {404}


def test_what_another_gave_is_answered_like_what_nobody_gave(store: Store, upload: str) -> None:
    unknown = hashlib.sha256(b"nobody gave this").hexdigest()
    for web in (signed_in(store, MEMBER), browser(store)):
        found = answers(web, f"/files/uploads/{upload}")
        assert found == answers(web, f"/files/uploads/{unknown}")
        assert {status for status, _, _ in found} == {404}


def test_who_gives_the_same_file_reaches_their_own(store: Store, upload: str) -> None:
    web = signed_in(store, MEMBER)
    assert web.get(f"/files/uploads/{upload}").status_code == 404
    files.save_upload(store, MEMBER, inspect(files.upload_path(store, upload), "same.png"))
    assert web.get(f"/files/uploads/{upload}").status_code == 200


def test_the_owner_and_an_admin_get_everything(store: Store, run: Run, upload: str) -> None:
    for name in (OWNER, ADMIN):
        web = signed_in(store, name)
        paths = [f"/files/{run.id}/{what}" for what in ("result", "download", "thumb", "preview")]
        for path in (*paths, f"/files/uploads/{upload}"):
            assert web.get(path).status_code == 200, (name, path)


@pytest.mark.parametrize(
    "sha256",
    ["", "..", "%2e%2e", "a", "%00", "' OR 1=1 --", "*", "%25", "_" * 64, "A" * 64, "0" * 60_000],
)
def test_what_is_no_hash_is_not_there(store: Store, upload: str, sha256: str) -> None:
    assert signed_in(store, ADMIN).get(f"/files/uploads/{sha256}").status_code == 404


@pytest.mark.parametrize("what", ["result", "download", "thumb", "preview"])
def test_no_cache_between_us_keeps_it_and_the_browsers_own_asks_again(
    store: Store, run: Run, what: str
) -> None:
    """Or the next person at this browser would find it there."""
    web = signed_in(store, OWNER)
    first = web.get(f"/files/{run.id}/{what}")
    told = {each.strip() for each in first.headers["cache-control"].split(",")}
    assert "private" in told
    assert told & {"no-cache", "no-store"}
    known = {"If-None-Match": first.headers["etag"]}
    assert web.get(f"/files/{run.id}/{what}", headers=known).status_code == 304
    sessions.end_all(store, OWNER)
    assert web.get(f"/files/{run.id}/{what}", headers=known).status_code == 404


# --- experiments ----------------------------------------------------------------------------------


def begin(store: Store, run: Run, **told: Any) -> Experiment:
    """One of the owner's that shows the run."""
    cell = NewCell(
        input=0,
        variant=0,
        endpoint=run.endpoint,
        model=run.model,
        params=run.params,
        quote=run.quote,
        reserved=run.quote,
        run_id=run.id,
    )
    new: dict[str, Any] = {"profile": run.profile, "person": OWNER, "nonce": "one press"}
    return experiments.begin(store, NewExperiment(**(new | told), title="Foxes", cells=[cell]))


@pytest.fixture
def experiment(store: Store, run: Run) -> Experiment:
    return begin(store, run, plan={"inputs": [{"name": "fox"}], "variants": [{"name": "=1+1"}]})


def test_an_experiment_that_is_not_shared_is_answered_like_one_that_never_was(
    store: Store, experiment: Experiment
) -> None:
    for web in (signed_in(store, MEMBER), browser(store)):
        found = answers(web, f"/files/experiments/{experiment.id}")
        assert found == answers(web, f"/files/experiments/{NOBODY}")
        assert {status for status, _, _ in found} == {404}


def test_a_shared_experiment_gives_its_results_and_its_export_to_the_team_until_it_is_not(
    store: Store, run: Run, experiment: Experiment
) -> None:
    web = signed_in(store, MEMBER)
    result, export = f"/files/{run.id}/result", f"/files/experiments/{experiment.id}"
    experiments.share(store, experiment.id, True)
    assert web.get(result).status_code == 200
    answer = web.get(export)
    assert answer.headers["content-type"] == "application/zip"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert [each for each in archive.namelist() if each.startswith("results/")]
        assert "'=1+1" in archive.read("cells.csv").decode()
    assert browser(store).get(export).status_code == 404  # who is not signed in
    experiments.share(store, experiment.id, False)
    assert [web.get(each).status_code for each in (result, export)] == [404, 404]


def test_a_shared_experiment_gives_nothing_that_its_results_were_made_from(
    store: Store, run: Run, upload: str
) -> None:
    plan = {"inputs": [{"name": "fox", "values": {"image": {"upload": upload, "name": "a.png"}}}]}
    experiment = begin(store, run, plan=plan, shared=True)
    for name, count in ((OWNER, 1), (ADMIN, 1), (MEMBER, 0)):
        answer = signed_in(store, name).get(f"/files/experiments/{experiment.id}")
        with zipfile.ZipFile(BytesIO(answer.content)) as archive:
            found = [each for each in archive.namelist() if each.startswith("inputs/")]
        assert len(found) == count, name


@pytest.mark.parametrize("what", ["result", "download", "thumb"])
def test_a_shared_showcase_gives_its_results_to_the_team_until_it_is_not(
    store: Store, run: Run, what: str
) -> None:
    web, path = signed_in(store, MEMBER), f"/files/{run.id}/{what}"
    showcase = showcases.begin(store, run.profile, OWNER, "For Friday", [run.id])
    nothing = answers(web, f"/files/{NOBODY}/{what}")
    assert answers(web, path) == nothing
    showcases.put(store, showcase.id, shared=True)
    assert web.get(path).status_code == 200
    assert browser(store).get(path).status_code == 404  # who is not signed in
    showcases.remove(store, showcase.id, run.id)
    assert answers(web, path) == nothing
    showcases.add(store, showcase.id, run.id)
    assert web.get(path).status_code == 200
    showcases.put(store, showcase.id, shared=False)
    assert answers(web, path) == nothing


def test_a_shared_showcase_gives_nothing_that_a_run_was_made_from(
    store: Store, run: Run, upload: str
) -> None:
    showcase = showcases.begin(store, run.profile, OWNER, "For Friday", [run.id])
    showcases.put(store, showcase.id, shared=True)
    assert signed_in(store, MEMBER).get(f"/files/uploads/{upload}").status_code == 404


def test_nothing_of_an_export_stays_on_the_disk(store: Store, experiment: Experiment) -> None:
    before = set(store.data_dir.rglob("*"))
    assert signed_in(store, OWNER).get(f"/files/experiments/{experiment.id}").status_code == 200
    assert set(store.data_dir.rglob("*")) == before


def test_of_a_deleted_run_nothing_is_answered_even_to_its_owner(store: Store, run: Run) -> None:
    assert len([name for room in media.ROOMS for name in names_in(store, room)]) == 3
    assert deletion.delete(store, run.id, OWNER)
    assert not [name for room in media.ROOMS for name in names_in(store, room)]
    put(store, files.preview_name(run.id), b"left over")
    for name in (OWNER, ADMIN):
        mine = signed_in(store, name)
        for what in WHATS:
            there = answers(mine, f"/files/{run.id}/{what}")
            assert there == answers(mine, f"/files/{NOBODY}/{what}")
