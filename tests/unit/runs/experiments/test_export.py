"""What leaves as a ZIP is everything there is, by names that lead nowhere, and runs nothing."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from lib.deapi.media import Upload
from lib.runs.experiments import archive, export, manifest
from lib.runs.experiments.given import Brought
from lib.runs.experiments.manifest import BadManifest
from lib.runs.experiments.plan import Draft, Input, Variant
from lib.store import ResultFile, Run, Store, Winner, experiments, files, runs, votes
from lib.store.experiments import Experiment, NewCell, NewExperiment
from tests.support.media import put
from tests.unit.runs.scripted import picture

ONE = Decimal("0.002")
ROWS = ("a fox", "=cmd|' /C calc'!A0")
COLUMNS = ("quick", "../../slow & <b>fine</b>")


def draft() -> Draft:
    return Draft(
        endpoint="images.generations",
        inputs=[Input(name=each, values={"prompt": each}) for each in ROWS],
        variants=[Variant(name=each, model="paint-1") for each in COLUMNS],
        seed=7,
    )


def begin(store: Store, **values: Any) -> Experiment:
    cells = [
        NewCell(
            input=row,
            variant=column,
            endpoint="images.generations",
            model="paint-1",
            params={"prompt": ROWS[row]},
            text=ROWS[row],
            quote=ONE,
            reserved=ONE,
        )
        for row in range(2)
        for column in range(2)
    ]
    told: dict[str, Any] = {
        "profile": "sandbox",
        "person": "ada",
        "nonce": "press",
        "title": "Foxes",
        "plan": manifest.written(draft()),
        "cells": cells,
    }
    return experiments.begin(store, NewExperiment(**(told | values)))


def made(store: Store, experiment: Experiment, n: int) -> Run:
    """The cell's run, with a picture of its own."""
    run = experiments.send(store, experiment.id, n, ONE, Decimal(1))
    assert run
    run = runs.claim(store, run.id, "test")
    assert run
    run = runs.accept(store, run, f"job {n}")
    assert run
    run = runs.settle_done(store, run, ONE)
    assert run
    put(store, files.result_name(run.id, "0.png"), picture())
    file = ResultFile(n=0, name="0.png", media_type="image/png", size=9, sha256="0" * 64)
    kept = runs.keep(store, run, [file], thumb=False)
    assert kept
    return kept


def packed(store: Store, experiment: Experiment, person: str | None = None) -> io.BytesIO:
    target = io.BytesIO()
    export.write(store, experiment, target, person)
    return target


def unpacked(store: Store, experiment: Experiment, person: str | None = None) -> dict[str, bytes]:
    target = packed(store, experiment, person)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_results_stand_beside_their_table_and_their_plan(store: Store) -> None:
    experiment = begin(store)
    for n in (0, 1):
        made(store, experiment, n)
    votes.cast(store, experiment.id, "ada", 0, 0, 1, Winner.B)
    experiments.give_up(store, experiment.id, 2, "No such size.")
    found = unpacked(store, experiment)
    pictures = [name for name in found if name.startswith("results/")]
    assert pictures == ["results/row-001-1-quick.png", "results/row-001-2-slow-b-fine-b.png"]
    assert found[pictures[0]] == picture()
    table = lines(found[export.TABLE])
    assert [each["status"] for each in table] == ["done", "done", "not sent", "not sent"]
    assert [each["paid_usd"] for each in table] == ["0.002000000", "0.002000000", "", ""]
    assert [each["file"] for each in table] == [*pictures, "", ""]
    assert table[2]["problem"] == "No such size."
    [vote] = lines(found[export.VOTES])
    assert (vote["winner"], vote["person"], vote["a"]) == ("b", "ada", "quick")


def test_rows_of_a_table_go_by_their_numbers_there(store: Store) -> None:
    told = manifest.written(draft())
    for each, number in zip(told["inputs"], (2, 7), strict=True):
        each |= {"beside": [{}], "numbers": [number]}
    experiment = begin(store, plan=told)
    made(store, experiment, 2)
    found = unpacked(store, experiment)
    assert [each["row"] for each in lines(found[export.TABLE])] == ["2", "2", "7", "7"]
    assert "results/row-007-1-quick.png" in found


def test_what_was_paid_for_elsewhere_is_in_the_table_without_a_price(store: Store) -> None:
    experiment = begin(store)
    for n in (0, 1):
        made(store, experiment, n)
    with store.write() as connection:
        connection.execute(text("UPDATE cells SET reused = true WHERE n = 1"))
    table = lines(unpacked(store, experiment)[export.TABLE])
    assert [each["paid_usd"] for each in table[:2]] == ["0.002000000", ""]


def test_its_plan_is_planned_again_and_its_formulas_are_text(store: Store) -> None:
    found = unpacked(store, begin(store))
    assert manifest.read(json.loads(found[export.MANIFEST]), store, "ada") == draft()
    cells = [cell for each in lines(found[export.TABLE]) for cell in each.values()]
    assert f"'{ROWS[1]}" in cells
    assert not [each for each in cells if each.startswith(("=", "+", "-", "@"))]


def test_a_result_whose_file_is_gone_is_left_out(store: Store) -> None:
    experiment = begin(store)
    run = made(store, experiment, 0)
    store.media.delete(files.result_name(run.id, "0.png"))
    found = unpacked(store, experiment)
    assert not [name for name in found if name.startswith("results/")]
    assert lines(found[export.TABLE])[0]["status"] == "done"


# --- given files ----------------------------------------------------------------------------------


def fox(store: Store, person: str = "ada", name: str = "../a fox.png") -> Upload:
    with files.looked_at(store, io.BytesIO(picture()), name, "image") as found:
        return files.save_upload(store, person, found)


def with_fox(upload: Upload) -> Draft:
    """A plan in two stages that works on one file in both."""
    rows = [Input(name="fox", values={"prompt": "a fox", "images[]": [upload]})]
    return replace(draft(), inputs=rows, then=replace(draft(), shared={"image": upload}))


def test_given_files_leave_with_the_plan_and_come_in_with_it(store: Store) -> None:
    upload = fox(store)
    experiment = begin(store, plan=manifest.written(with_fox(upload)))
    found = unpacked(store, experiment, "ada")
    name = f"inputs/{upload.sha256}-a-fox.png"
    assert found[name] == picture()
    told = json.loads(found[export.MANIFEST])
    facts = {"name": "a fox.png", "media_type": "image/png", "size": len(picture())}
    assert told["files"] == [{"file": name, "sha256": upload.sha256, **facts}]
    with pytest.raises(BadManifest, match=r"“a fox\.png”, a file that you have not given yet"):
        manifest.read(told, store, "bob")
    with archive.opened(packed(store, experiment, "ada")) as parts:
        assert manifest.read(told, store, "bob", Brought(store, "bob", parts)) == with_fox(upload)
    assert files.upload(store, "bob", upload.sha256) == upload


def test_of_a_colleagues_experiment_only_what_one_has_given_too_leaves(store: Store) -> None:
    experiment = begin(store, plan=manifest.written(with_fox(fox(store))), shared=True)
    mine = [name for name in unpacked(store, experiment, "bob") if name.startswith("inputs/")]
    assert mine == []
    assert "files" not in json.loads(unpacked(store, experiment, "bob")[export.MANIFEST])
    everyones = [name for name in unpacked(store, experiment) if name.startswith("inputs/")]
    assert len(everyones) == 1
    fox(store, "bob")
    mine = [name for name in unpacked(store, experiment, "bob") if name.startswith("inputs/")]
    assert mine == everyones


def test_no_more_files_leave_than_come_in(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = begin(store, plan=manifest.written(with_fox(fox(store))))
    monkeypatch.setattr(export, "MOST_TOTAL_BYTES", 10)
    assert not [name for name in unpacked(store, experiment) if name.startswith("inputs/")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg onload=alert(1)>", "a fox.png”, a file that this plan works on: "),
        (b"", "This file is empty"),
        (picture() + b"-", "This is not the file that the plan works on"),
        (b"\0" * 2**21, "larger than 1 MB"),
    ],
)
def test_what_comes_in_as_a_file_is_looked_at_as_any_other(
    store: Store, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    monkeypatch.setattr(archive, "MOST_FILE_BYTES", 2**20)
    upload = fox(store)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as hostile:
        hostile.writestr(f"inputs/{upload.sha256}-fox.png", content)
    before = set(store.data_dir.rglob("*"))
    with archive.opened(target) as parts, pytest.raises(BadManifest, match=said):
        manifest.read(
            manifest.written(with_fox(upload)), store, "bob", Brought(store, "bob", parts)
        )
    assert files.upload(store, "bob", upload.sha256) is None
    assert set(store.data_dir.rglob("*")) == before
