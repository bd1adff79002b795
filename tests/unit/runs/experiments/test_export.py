"""What leaves as a ZIP is everything there is, by names that lead nowhere, and runs nothing."""

import csv
import io
import json
import zipfile
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from lib.runs.experiments import export, manifest
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


def unpacked(store: Store, experiment: Experiment) -> dict[str, bytes]:
    target = io.BytesIO()
    export.write(store, experiment, target)
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
