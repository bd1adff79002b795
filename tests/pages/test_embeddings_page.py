"""The embeddings page: lines from anywhere, and what can be seen in their vectors."""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest

from lib.deapi.contract import endpoint
from lib.people.who import ANYBODY
from lib.store import Run, State
from lib.ui import similarity
from lib.ui.results import forms
from lib.ui.session import Client
from tests.support.pages import Page, Playing
from tests.support.sandbox import Sandbox, sandboxes

AT = endpoint("embeddings")
LINES = ["A red fox in the snow", "The red fox in deep snow", "Rain over a harbour"]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One with its real engine: what is near to what has to be seen."""
    with sandboxes(tmp_path_factory.mktemp("live")) as start:
        yield start(tier="premium", speed=100, balance=1000)


@pytest.mark.usefixtures("place")
def test_a_column_of_a_table_becomes_the_lines_and_another_may_be_chosen() -> None:
    page = Page().choose(AT).drop("a.csv", b"who,said\nAda,Good morning to all\nBob,Good night\n")
    assert page.values(AT)["input"] == ["Good morning to all", "Good night"]
    [key] = [key for key in page.keys if key.startswith("lines:")]
    page.put("selectbox", key, "who")
    assert page.values(AT)["input"] == ["Ada", "Bob"]
    assert "2 lines of at most 2048" in page.captions


@pytest.mark.usefixtures("place")
def test_a_file_without_text_is_said_so_and_leaves_the_lines() -> None:
    page = Page().choose(AT).press_key(f"{AT.id}:example:0")
    before = page.values(AT)["input"]
    page.drop("<b>a.csv", b"PK\x03\x04\0\0")
    [problem] = page.problems
    assert "&lt;b&gt;a.csv: This is no text file." in problem
    assert page.values(AT)["input"] == before
    page.drop("b.txt", b"One\nTwo")
    assert not page.problems
    assert page.values(AT)["input"] == ["One", "Two"]


@pytest.mark.usefixtures("place")
def test_more_lines_than_are_taken_are_not_sent() -> None:
    page = Page().choose(AT).drop("many.txt", b"word\n" * 2049)
    assert any("2,048" in problem or "2048" in problem for problem in page.problems)
    assert page.price is None


def test_the_pairs_are_ordered_by_how_alike_they_are(place: Playing) -> None:
    page, _ = compared(place, LINES)
    one, other = page.table.loc[0, "One"], page.table.loc[0, "The other"]
    assert {one, other} == {f"1. {LINES[0]}", f"2. {LINES[1]}"}
    assert list(page.table["Alike"]) == sorted(page.table["Alike"], reverse=True)


def test_a_line_has_its_neighbours_and_is_none_itself(place: Playing) -> None:
    page, run = compared(place, LINES)
    page.state[f"vectors:{run.id}"] = "Nearest to …"
    page.run().put("selectbox", f"near:{run.id}", 2)
    assert sorted(page.table["Line"]) == sorted(LINES[:2])
    page.put("selectbox", f"near:{run.id}", 0)
    assert page.table.loc[0, "Line"] == LINES[1]


def test_a_text_of_ones_own_is_compared_by_a_run_of_its_own(place: Playing) -> None:
    page, run = compared(place, LINES)
    page.state[f"vectors:{run.id}"] = "Nearest to …"
    page.run().put("text_input", f"query:{run.id}", "harbour rain")
    page.until(lambda: page.has_button("Compare · "))
    page.press("Compare · ")
    page.until(lambda: "Nearest to: harbour rain" in page.captions)
    assert page.table.loc[0, "Line"] == LINES[2]
    assert [each.endpoint for each in place.runs()] == [AT.id, AT.id]


def test_only_the_newest_is_open_and_an_older_one_can_be_looked_at_again(place: Playing) -> None:
    page, old = compared(place, LINES)
    page, new = compared(place, [*LINES, "Snow on the hills"], page)
    assert f"vectors:open:{old.id}" in page.keys
    assert f"vectors:open:{new.id}" not in page.keys
    assert len(page.tables) == 1
    page.put("toggle", f"vectors:open:{old.id}", True)
    assert len(page.tables) == 2


def test_one_line_alone_is_nothing_to_compare_and_is_said_so(place: Playing) -> None:
    page, _ = compared(place, LINES[:1])
    assert "Give two lines or more to see how alike they are." in page.captions
    assert not page.charts


def test_two_thousand_lines_have_pairs_and_a_map_and_no_heat_map(place: Playing) -> None:
    many = [f"{LINES[at % 3]} {at}" for at in range(2000)]
    page, run = compared(place, many)
    assert not page.charts
    assert any("heat map takes up to" in each for each in page.captions)
    assert len(page.table) == 10
    page.state[f"vectors:{run.id}"] = "Map"
    page.run()
    [chart] = page.charts
    assert "2000. " in chart


def test_the_heat_map_and_the_map_have_every_line(place: Playing) -> None:
    page, run = compared(place, LINES)
    [chart] = page.charts
    assert all(line in chart for line in LINES)
    page.state[f"vectors:{run.id}"] = "Map"
    page.run()
    [chart] = page.charts
    assert all(line in chart for line in LINES)


def test_what_is_downloaded_has_every_line_and_every_number(place: Playing) -> None:
    _, run = compared(place, LINES)
    client = Client(place.engine, None, ANYBODY)
    files = client.results([run.id])[run.id]
    kept = similarity.read(client.content(run.id, files[0]))
    made = {form.suffix: form.make(client, run, files) for form in forms(client, run, files)}
    assert set(made) == {"csv", "npz", "parquet"}
    with np.load(BytesIO(made["npz"])) as arrays:
        assert any(
            np.allclose(arrays[name], kept) for name in arrays.files if arrays[name].ndim == 2
        )
    for line in LINES:
        assert line in made["csv"].decode()


def compared(place: Playing, lines: list[str], page: Page | None = None) -> tuple[Page, Run]:
    """The page once these lines are compared, and the run that did it."""
    page = (page or Page().choose(AT)).drop("lines.txt", "\n".join(lines).encode())
    page.until(lambda: page.price)
    page.press("Run · ")
    run = place.runs()[-1]
    place.reaches(run.id, State.DONE)
    page.until(lambda: f"/files/{run.id}/download" in page.html)
    return page, run
