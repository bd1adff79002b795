"""The Batch page: what is said of each row, what is sent of a table and what is not."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from lib.deapi.contract import SAMPLER, Endpoint, endpoint
from lib.runs.engine import PRICES_AT_ONCE
from lib.runs.experiments import packing
from lib.runs.quotes import Quotes
from lib.store import LOCAL, Status, deletion, experiments
from lib.store.experiments import Cell, Experiment
from lib.ui import words
from lib.ui.batch import outcome, rows, setup, vectors
from lib.ui.batch.rows import DROP, Rows, apply
from lib.ui.experiment import place
from tests.support.pages import PATIENCE, Page, Playing
from tests.support.sandbox import Sandbox
from tests.support.waiting import eventually

BATCH = words.BATCH.page
GOOD = b"prompt,seed,article\na harbour,7,=A1+1\na cat,8,A-2\n"
BAD = GOOD + b"a dog,soon,A-3\n,9,A-4\n"
HOSTILE = b'prompt,"<img src=x onerror=alert(1)> **b**"\n"<script>alert(1)</script>",soon\n'


class BatchPage(Page):
    """The page, with a table on it if one is given."""

    def __init__(self, table: bytes | None = None, *, of: str = "images.generations") -> None:
        super().__init__(BATCH)
        if of != "images.generations":
            self.put("selectbox", setup.KEY, of)
        if table is not None:
            self.give("rows.csv", table)

    def give(self, name: str, content: bytes) -> None:
        keys = [each.key or "" for each in self._app.file_uploader]
        [at] = [n for n, each in enumerate(keys) if each.startswith("batch:file")]
        self._app.file_uploader[at].upload(name, content)
        self.run()

    @property
    def rows(self) -> Rows:
        return self.state["batch:rows"]

    @property
    def said(self) -> list[str]:
        """What the first column says of each row."""
        return self.table["wrong"].tolist()

    def begins(self, place: Playing) -> Experiment:
        """Press Run as soon as it can be; what begins."""
        name = "lab:run"
        self.until(lambda: name in self.pressable)
        self.press_key(name)
        begun = self.client.experiments.page(1)
        assert begun, self.html
        return begun[0]


def ended(place: Playing, experiment: Experiment) -> list[Cell]:
    def there() -> bool:
        now = experiments.get(place.store, experiment.id)
        return now is not None and now.status is Status.DONE

    assert eventually(there, timeout=PATIENCE)
    return experiments.table(place.store, experiment.id)


def charged(live: Sandbox) -> Decimal:
    """What the sandbox has charged so far, in USD."""
    return sum((Decimal(each["price"]) for each in live.charges()), Decimal(0))


def test_what_is_wrong_stands_beside_each_row_and_the_others_are_ready(place: Playing) -> None:
    page = BatchPage(BAD)
    assert page.said == [
        *("Ready", "Ready", "Seed: This must be a number."),
        "What should it show: Write something here first.",
    ]
    assert "<b>2 of 4</b> rows are ready" in page.html
    assert "Row 3: Seed: This must be a number." in page.html


def test_what_is_wrong_with_each_of_many_rows_is_told_once(place: Playing) -> None:
    bad = "".join("a dog,soon\n" if n % 10 else ",7\n" for n in range(1, 31))
    page = BatchPage(f"prompt,seed\n{bad}".encode())
    assert "<b>0 of 30</b> rows are ready" in page.html
    said = "Rows 1 to 9, 11 to 19 and 21 to 29: Seed: This must be a number."
    assert f"<li>{said}</li>" in page.html
    assert "Rows 10, 20 and 30: What should it show: Write something here first." in page.html


def test_sentences_of_which_no_two_are_the_same_end_somewhere(
    place: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "_TOLD", 2)
    page = BatchPage(of="images.upscales")
    picture = words.sample("images.upscales", "image", "image").path.read_bytes()
    drop(page, "one.jpg", picture)
    names = ("<b>a.jpg", "b.jpg", "c.jpg", "one.jpg", "d.jpg", "d.jpg")
    page.give("names.csv", "\n".join(["file,n", *(f"{each},1" for each in names)]).encode())
    assert "Row 1: Your picture: there is no file “&lt;b&gt;a.jpg” among" in page.html
    assert page.html.count("there is no file") == 2
    assert "<li>and 3 more rows, each told in the table</li>" in page.html


def test_nothing_bad_is_sent_and_the_total_is_what_is_charged_to_the_nano_dollar(
    place: Playing, live: Sandbox
) -> None:
    before = charged(live)
    page = BatchPage(BAD)
    experiment = page.begins(place)
    cells = ended(place, experiment)
    assert [each.params["prompt"] for each in cells] == ["a harbour", "a cat"]
    assert [each.params["seed"] for each in cells] == [7, 8]
    assert experiment.plan["view"] == "batch"
    assert len(place.runs()) == 2
    assert charged(live) - before == sum((each.quote for each in cells), Decimal(0))


def test_an_edited_cell_is_checked_again_and_what_it_says_is_planned(place: Playing) -> None:
    page = BatchPage(BAD)
    apply(page.rows, {2: {"c1": "9"}, 3: {"c0": "an owl"}})
    page.run()
    assert page.said == ["Ready"] * 4
    cells = ended(place, page.begins(place))
    assert [each.params["prompt"] for each in cells] == ["a harbour", "a cat", "a dog", "an owl"]


def test_bad_rows_are_dropped_at_once_and_can_be_put_back(place: Playing) -> None:
    page = BatchPage(BAD)
    page.press("Drop the 2 bad rows")
    assert page.said == ["Ready", "Ready", "Dropped", "Dropped"]
    assert "2 of 4</b> rows are ready, 2 dropped" in page.html
    page.press("Put the 2 dropped rows back")
    assert page.said[2:] != ["Dropped", "Dropped"]


def test_an_edit_among_the_bad_rows_alone_changes_the_row_that_is_shown_there(
    place: Playing,
) -> None:
    page = BatchPage(BAD)
    page.press("Show the bad rows only")
    assert page.table["row"].tolist() == [3, 4]
    apply(page.rows, {0: {"c1": "5"}, 1: {DROP: True}})
    page.run()
    assert page.said == ["Ready", "Dropped"]
    page.press("Show all rows")
    assert page.said == ["Ready", "Ready", "Ready", "Dropped"]


def test_other_columns_stay_beside_the_results_and_are_text_to_a_spreadsheet(
    place: Playing,
) -> None:
    page = BatchPage(GOOD)
    experiment = page.begins(place)
    cells = ended(place, experiment)
    page.run()
    shown = page.table
    assert shown["b0"].tolist() == ["=A1+1", "A-2"]
    assert shown["state"].tolist() == ["Done", "Done"]
    assert ["/files/" in each for each in shown["file"]] == [True, True]
    content = outcome.table(outcome.of(experiment, cells), {}, {}).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [each["article"] for each in rows] == ["'=A1+1", "A-2"]
    assert [Decimal(each["paid_usd"]) for each in rows] == [each.quote for each in cells]
    again = [replace(cells[0], reused=True), cells[1]]  # paid for elsewhere: the column adds up
    content = outcome.table(outcome.of(experiment, again), {}, {}).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert rows[0]["paid_usd"] == ""


def test_a_row_whose_result_was_deleted_says_so_and_leads_to_nothing(place: Playing) -> None:
    page = BatchPage(GOOD)
    experiment = page.begins(place)
    first, second = (each.run for each in ended(place, experiment))
    assert first
    assert second
    assert deletion.delete(place.store, first.id, LOCAL)
    page.run()
    shown = page.table
    assert shown["state"].tolist() == ["Deleted", "Done"]
    assert [second.id in str(each) for each in shown["file"]] == [False, True]
    assert first.id not in str(shown)
    found = outcome.of(experiment, experiments.table(place.store, experiment.id))
    # What a session has read before the deletion, it still has.
    texts = {first.id: "what was read", second.id: "what stays"}
    content = outcome.table(found, {}, texts).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [(each["status"], each["result"]) for each in rows] == [
        ("Deleted", ""),
        ("Done", "what stays"),
    ]


def test_a_result_has_the_number_that_its_row_has_in_the_file(place: Playing) -> None:
    page = BatchPage(b"prompt,seed\na dog,soon\na harbour,7\n,9\na cat,8\n")
    page.press("Drop the 2 bad rows")
    experiment = page.begins(place)
    cells = ended(place, experiment)
    page.run()
    assert page.table["row"].tolist() == [2, 4]
    content = outcome.table(outcome.of(experiment, cells), {}, {}).decode("utf-8-sig")
    assert [each["row"] for each in csv.DictReader(io.StringIO(content))] == ["2", "4"]


def test_texts_of_people_are_no_markup(place: Playing) -> None:
    page = BatchPage(HOSTILE)
    assert "<script>alert" not in page.html
    assert "<img src=x" not in page.html


def test_texts_go_together_in_one_call_and_each_has_its_own_vector(
    place: Playing, live: Sandbox
) -> None:
    before = charged(live)
    lines = ["text,article", *(f"some text number {n},A-{n}" for n in range(30)), ",A-30"]
    page = BatchPage("\n".join(lines).encode(), of="embeddings")
    assert "<b>30 of 31</b> rows are ready" in page.html
    experiment = page.begins(place)
    [cell] = ended(place, experiment)
    assert cell.params["input"] == [f"some text number {n}" for n in range(30)]
    assert charged(live) - before == cell.quote
    page.run()
    assert page.table["b0"].tolist() == [f"A-{n}" for n in range(30)]
    assert set(page.table["call"]) == {"1, with 30"}


def test_the_vectors_of_several_calls_stand_in_the_order_of_the_rows(
    place: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_limits", lambda _: (2, None))
    page = BatchPage(b"one\ntwo\nthree\n", of="embeddings")
    experiment = page.begins(place)
    cells = ended(place, experiment)
    assert [each.params["input"] for each in cells] == [["one", "two"], ["three"]]
    found = vectors.together(page.client, experiment)
    assert found is not None
    texts, numbers = found
    assert texts == ["one", "two", "three"]
    assert len(numbers) == 3


def test_two_files_are_two_rows_and_a_table_names_them(place: Playing) -> None:
    picture = words.sample("images.upscales", "image", "image").path.read_bytes()
    page = BatchPage(of="images.upscales")
    for name in ("one.jpg", "two.jpg"):
        drop(page, name, picture)
    assert page.table["c0"].tolist() == ["one.jpg", "two.jpg"]
    page.give("names.csv", b"file,article\nphotos/ONE.jpg,A-1\nthree.jpg,A-3\n")
    assert page.said == [
        "Ready",
        "Your picture: there is no file “three.jpg” among those given.",
    ]


def drop(page: BatchPage, name: str, content: bytes) -> None:
    app: Any = page._app
    [uploader] = [each for each in app.file_uploader if (each.key or "").startswith("lab:files")]
    uploader.upload(name, content)
    page.run()


def test_all_that_costs_money_and_works_on_something_can_be_made_of_rows(place: Playing) -> None:
    known = {each.id for each in setup.offered()}
    assert known == {at.id for f in words.FAMILIES for at in words.family(f)} - {SAMPLER}
    for name in known:
        BatchPage(of=name)
        assert endpoint(name)


def test_a_plan_is_taken_up_again_on_its_own_page(place: Playing) -> None:
    page = BatchPage(GOOD)
    ended(place, page.begins(place))
    page.run()
    page.press("Use this plan again")
    assert page.title == words.BATCH.title
    assert place_of(page) == "batch"
    assert "2 × 1" in page.html


def place_of(page: Page) -> str:
    found = page.state["lab:plan"]
    assert found.view == place.BATCH
    return found.view


def test_of_thousands_of_prices_a_few_are_asked_for_at_once_and_the_page_says_how_many_are_to_come(
    place: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def begin(_quotes: Quotes, _at: Endpoint, params: Mapping[str, Any]) -> None:
        asked.append(params["prompt"])

    monkeypatch.setattr(Quotes, "begin", begin)
    rows = "".join(f"a fox number {n},{n}\n" for n in range(2000))
    page = BatchPage(f"prompt,seed\n{rows}".encode())
    assert "<b>2,000 of 2,000</b> rows are ready" in page.html
    assert any("Asking deAPI for 2,000 more prices" in each for each in page.captions)
    assert len(set(asked)) <= PRICES_AT_ONCE
