"""The Prompt Lab: what it asks, what it says before anything is paid, and what it makes of it."""

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from lib.deapi import fields
from lib.deapi.contract import ENHANCER, Endpoint, endpoint
from lib.deapi.models import Model
from lib.people.who import LOCAL
from lib.runs.experiments import manifest
from lib.runs.experiments.plan import Draft, Input, Variant
from lib.runs.experiments.study import HAND
from lib.store import (
    Caps,
    NewFavourite,
    State,
    Status,
    Winner,
    caps,
    experiments,
    favourites,
    tables,
    votes,
)
from lib.store import files as files_of_people
from lib.store.experiments import Experiment
from lib.ui.experiment import targets
from lib.ui.experiment.place import ALL, LIBRARY
from lib.ui.lab import files
from lib.ui.words import LAB
from tests.support.pages import Page, Playing
from tests.support.waiting import eventually

HOSTILE = "<img src=x onerror=alert(1)> **b** :red[r] $x$"
TEXT = "lab:text"


def zipped(*parts: tuple[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", how) as packed:
        for name, content in parts:
            packed.writestr(name, content)
    return target.getvalue()


def picture(side: int) -> bytes:
    target = BytesIO()
    Image.new("RGB", (side, side), "tomato").save(target, "PNG")
    return target.getvalue()


class Lab(Page):
    """The page, with what a person does on it."""

    def __init__(self) -> None:
        super().__init__(LAB.page)

    def write(self, *prompts: str) -> "Lab":
        self.put("text_area", TEXT, "\n".join(prompts))
        return self

    def word(self, at: Endpoint, *wordings: str) -> "Lab":
        self.put("button_group", f"lab:wordings:{at.id}", list(wordings))
        return self

    @property
    def total(self) -> Decimal | None:
        """The price in USD on the button, once it can be pressed."""
        [button] = [each for each in self._app.button if each.key == "lab:run"]
        found = re.search(r"\$([\d.]+)", button.label.replace("\\", ""))
        return Decimal(found[1]) if found and not button.disabled else None

    @property
    def folded(self) -> str:
        """The closed line of what else can be said of it."""
        labels = [each.label for each in self._app.expander]
        [line] = [each for each in labels if each.startswith("Name, limit, sharing")]
        return line.replace("\\", "")

    def begin(self) -> str:
        """Press the button once it has a price; the id of what began."""
        self.until(lambda: self.total)
        self.press_key("lab:run")
        begun = self._app.query_params["experiment"]
        return begun if isinstance(begun, str) else begun[0]

    def open(self, experiment_id: str) -> "Lab":
        self._app.query_params["experiment"] = experiment_id
        self.run()
        return self


@pytest.fixture
def done(place: Playing) -> Callable[[str], Experiment]:
    """The experiment, once all of it has ended."""

    def ended(experiment_id: str) -> Experiment:
        def there() -> Experiment | None:
            now = experiments.get(place.store, experiment_id)
            return now if now and now.status is Status.DONE else None

        return eventually(there, timeout=60)

    return ended


def test_it_begins_with_what_to_do_and_no_price(place: Playing) -> None:
    page = Lab()
    assert page.title == LAB.title
    assert "What it will cost stands here" in page.html
    page.put("button_group", "lab:page", ALL)
    assert "Your experiments will be here" in page.html
    page.put("button_group", "lab:page", LIBRARY)
    assert "No favourites yet" in page.html


def test_prompts_as_written_on_two_models_are_planned_priced_and_run(
    place: Playing, pictures: Endpoint, model: Model, other: Model, done: Any
) -> None:
    page = Lab().write("a fox", "a hare").word(pictures, "written")
    page.put("multiselect", "lab:models", [model.slug, other.slug])
    for each in (model, other):
        assert each.name in page.html
    experiment = done(page.begin())
    cells = experiments.table(place.store, experiment.id)
    assert [(each.input, each.model) for each in cells] == [
        (0, model.slug),
        (0, other.slug),
        (1, model.slug),
        (1, other.slug),
    ]
    assert len({each.params["seed"] for each in cells}) == 1
    paid = sum((each.run.price or Decimal(0) for each in cells if each.run), Decimal(0))
    assert paid == sum((each.quote for each in cells), Decimal(0))
    page.run()
    assert "4 of 4 done" in page.html
    assert page.html.count("pg-cell-picture") == 4


def test_words_are_written_first_edited_and_only_then_used(
    place: Playing, pictures: Endpoint, done: Any
) -> None:
    page = Lab().write("a fox by a lake").word(pictures, "written", ENHANCER)
    assert "First the words" in page.html
    page.until(lambda: "in all" in page.html)
    words = done(page.begin())
    page.run()
    assert "<ins>" in page.html
    page.put("text_area", f"lab:edited:{words.id}:0:prompt", "a fox by a wide lake")
    assert "<ins>wide </ins>" in page.html
    results = done(page.begin())
    written, improved = experiments.table(place.store, results.id)
    assert written.params["prompt"] == "a fox by a lake"
    assert improved.params["prompt"] == "a fox by a wide lake"
    assert results.plan["before"] == words.id
    page.open(words.id)
    assert page.has_button("See what was made of them")
    assert page.widget("text_area", f"lab:edited:{words.id}:0:prompt").value.endswith("wide lake")


def test_edits_outlast_the_session(place: Playing, pictures: Endpoint, done: Any) -> None:
    page = Lab().write("a fox by a lake").word(pictures, ENHANCER)
    words = done(page.begin())
    page.run()
    page.put("text_area", f"lab:edited:{words.id}:0:prompt", "my own fox")
    other = Lab().open(words.id)
    assert other.widget("text_area", f"lab:edited:{words.id}:0:prompt").value == "my own fox"


def test_what_would_be_refused_is_said_by_row_and_column_before_it_costs(
    place: Playing, pictures: Endpoint
) -> None:
    page = Lab().write("a fox", "a hare").word(pictures, "written")
    page.put("selectbox", f"lab:swept:{pictures.id}", "steps")
    page.put("text_input", f"lab:values:{pictures.id}:steps", "4, 9999")
    told = [each for each in page.problems if "9999" in each]
    assert len(told) == 2
    assert "Prompt 1" in told[0]
    assert "Prompt 2" in told[1]
    experiment = page.begin()  # the others are made
    assert len(experiments.table(place.store, experiment)) == 2


def test_drawing_the_page_does_not_override_what_is_just_being_chosen(
    place: Playing, pictures: Endpoint
) -> None:
    page = Lab().write("a fox").run()
    assert not page.widget("selectbox", f"lab:swept:{pictures.id}").proto.set_value


def test_lines_by_hand_must_be_as_many_as_prompts(place: Playing, pictures: Endpoint) -> None:
    page = Lab().write("a fox", "a hare").word(pictures, "written", "hand")
    page.put("text_area", "lab:hand", "a red fox")
    assert any("there is 1 line for 2 prompts" in each for each in page.problems)
    assert page.total is None
    page.put("text_area", "lab:hand", "a red fox\na brown hare")
    page.until(lambda: page.total)


def test_lines_by_hand_are_those_of_the_prompts_however_many_files_each_is_tried_with(
    place: Playing,
) -> None:
    edits = endpoint("images.edits")
    page = Lab().put("selectbox", targets.KEY, edits.id)
    assert isinstance(page, Lab)
    page.write("a fox", "a hare").word(edits, "written", "hand")
    uploader = next(each for each in page._app.file_uploader if "a ZIP of them" in each.label)
    pictures = [(f"{side}.png", picture(side)) for side in (300, 320, 340)]
    uploader.upload("three.zip", zipped(*pictures))
    page.run()
    page.put("text_area", "lab:hand", "a red fox\na brown hare")
    assert page.problems == []
    page.until(lambda: page.total)
    cells = experiments.table(place.store, page.begin())
    told = [each.text for each in cells if each.variant == 1]
    assert told == ["a red fox"] * 3 + ["a brown hare"] * 3
    assert len({str(each.params) for each in cells if each.text == "a red fox"}) == 3


def test_a_plan_above_a_limit_begins_with_what_fits_and_one_that_fits_not_at_all_does_not(
    place: Playing, pictures: Endpoint
) -> None:
    profile = place.engine.profiles[0]
    page = Lab().write("a fox", "a hare").word(pictures, "written")
    total = page.until(lambda: page.total)
    caps.put(place.store, profile, LOCAL, Caps(day=total * Decimal("0.75")))
    page.run()
    assert "goes on by itself" in page.html
    caps.put(place.store, profile, LOCAL, Caps(day=total / 10))
    page.run()
    assert page.total is None
    assert any("costs more than what is left" in each for each in page.problems)


def test_what_was_said_of_one_experiment_is_not_said_of_the_next(
    place: Playing, pictures: Endpoint
) -> None:
    page = Lab().write("a fox").word(pictures, "written")
    assert page.folded == "Name, limit, sharing"
    page.put("text_input", "lab:title", "Foxes")
    page.put("text_input", "lab:most", "1")
    page.put("toggle", "lab:reuse", True)
    page.put("toggle", "lab:shared", True)
    told = ("“Foxes”", "at most $1.00", "with results from before", "shared with the team")
    assert page.folded == " · ".join(("Name, limit, sharing", *told))
    begun = experiments.get(place.store, page.begin())
    assert begun
    assert (begun.title, begun.most, begun.shared) == ("Foxes", 1, True)
    page.press("All experiments")
    page.put("button_group", "lab:page", "New experiment")
    assert page.folded == "Name, limit, sharing"
    assert page.widget("text_input", "lab:most").value == ""
    assert not page.widget("toggle", "lab:shared").value
    assert not page.widget("toggle", "lab:reuse").value
    other = Lab().run()  # in another window
    assert other.widget("text_area", TEXT).value == "a fox"
    assert other.widget("text_input", "lab:most").value == ""
    next_one = experiments.get(place.store, page.begin())
    assert next_one
    assert (next_one.title, next_one.most, next_one.shared) == ("a fox", None, False)


def test_a_large_plan_takes_a_second_click(
    place: Playing, pictures: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lib.ui.money.SURE_ABOVE", Decimal("0.001"))
    page = Lab().write("a fox").word(pictures, "written")
    page.until(lambda: page.total)
    page.press_key("lab:run")
    assert experiments.page(place.store, place.engine.profiles[0], LOCAL) == []
    page.press("Yes, spend")
    assert len(experiments.page(place.store, place.engine.profiles[0], LOCAL)) == 1


def test_a_table_gives_prompts_and_settings_of_their_own(
    place: Playing, pictures: Endpoint
) -> None:
    page = Lab()
    page.word(pictures, "written")
    [uploader] = [each for each in page._app.file_uploader if "CSV" in each.label]
    uploader.upload("prompts.csv", b"Prompt,Seed\na fox,5\na hare,\n")
    page.run()
    assert "2 prompts" in page.html
    experiment = page.begin()
    first, second = experiments.table(place.store, experiment)
    assert (first.params["prompt"], first.params["seed"]) == ("a fox", 5)
    assert second.params["seed"] != 5


def test_a_result_from_before_is_shown_and_not_paid_again(
    place: Playing, pictures: Endpoint, done: Any
) -> None:
    page = Lab().write("a fox").word(pictures, "written")
    page.put("number_input", "lab:seed", 11)
    first = done(page.begin())
    page.press("All experiments")
    page.put("button_group", "lab:page", "New experiment")
    page.write("a fox", "a hare")
    page.put("toggle", "lab:reuse", True)
    page.until(lambda: "that you have already" in page.html)
    second = done(page.begin())
    [one] = experiments.table(place.store, first.id)
    again, new = experiments.table(place.store, second.id)
    assert again.run is not None
    assert one.run is not None
    assert again.run.id == one.run.id
    assert (again.reused, new.reused) == (True, False)
    assert len(place.runs()) == 2


def spanned() -> bytes:
    """A ZIP that says of itself that it is one of several."""
    whole = zipped(("manifest.json", b"{}"))
    end = whole.index(b"PK\5\6")
    return whole[:end] + b"PK\6\7" + b"\7\0\0\0" + b"\0" * 8 + b"\7\0\0\0" + whole[end:]


def broken(how: int) -> bytes:
    whole = bytearray(zipped(("manifest.json", b'{"version": 1}' * 100), how=how))
    # Within what it is packed with: of LZMA, how it was.
    whole[whole.index(b"manifest.json") + len("manifest.json") + 4] ^= 0xFF
    return bytes(whole)


@pytest.mark.parametrize(
    "content",
    [
        *(broken(each) for each in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)),
        spanned(),
        b"PK\3\4",
        zipped(("other.json", b"{}")),
        zipped(("manifest.json", b"{" * 100_000)),
        b"\xff\xfe",
    ],
    ids=("deflate", "bzip2", "lzma", "spanned", "cut", "other", "deep", "no text"),
)
def test_what_is_no_export_is_one_sentence(place: Playing, content: bytes) -> None:
    page = Lab()
    uploader = next(each for each in page._app.file_uploader if "export" in each.label)
    uploader.upload("export.zip", content)
    page.run()
    assert any("not the export of an experiment" in each for each in page.problems)


def test_of_a_zip_that_is_no_plain_one_the_form_says_so(place: Playing) -> None:
    page = Lab().put("selectbox", targets.KEY, "images.edits")
    nested = zipped(("inner.zip", zipped(("fox.png", b"-"))))
    for content, said in (
        (nested, "inner.zip: This is a ZIP in a ZIP"),
        (spanned(), "no ZIP that can be read"),
    ):
        uploader = next(each for each in page._app.file_uploader if "a ZIP of them" in each.label)
        uploader.upload("files.zip", content)
        page.run()
        assert any(said in each for each in page.problems)


def test_what_a_plan_asks_for_twice_is_made_once_where_results_are_used_again(
    place: Playing, pictures: Endpoint, done: Any
) -> None:
    page = Lab().write("a fox", "a fox").word(pictures, "written")
    both = page.until(lambda: page.total)
    page.put("toggle", "lab:reuse", True)
    once = page.until(lambda: "the same as another" in page.html and page.total)
    assert once == both / 2
    experiment = done(page.begin())
    first, second = experiments.table(place.store, experiment.id)
    assert first.run is not None
    assert second.run == first.run
    assert (first.reused, second.reused) == (False, True)
    [run] = place.runs()
    assert run.price == once
    page.run()
    assert "paid once" in page.html


def test_a_study_is_one_by_its_limit_name_and_sharing_for_the_words_and_what_is_made_of_them(
    place: Playing, pictures: Endpoint, done: Any
) -> None:
    page = Lab().write("a fox").word(pictures, ENHANCER)
    page.put("text_input", "lab:most", "0.5")
    page.put("text_input", "lab:title", "Foxes")
    page.put("toggle", "lab:shared", True)
    words = done(page.begin())
    page.run()
    spent = experiments.cost(place.store, words.id)
    assert (words.most, spent > 0) == (Decimal("0.5"), True)
    box = f"lab:most:{words.id}"
    assert Decimal(page.widget("text_input", box).value) == Decimal("0.5") - spent
    assert any(
        "Its words, and what was made of them, have used" in each.value
        for each in page._app.caption
    )
    results = experiments.get(place.store, page.begin())
    assert results
    assert results.most == Decimal("0.5") - spent
    assert (results.title, results.shared) == ("Foxes", True)
    page.open(words.id)
    left = Decimal("0.5") - experiments.cost_of_study(place.store, words)
    assert left < Decimal("0.5") - spent
    assert Decimal(page.widget("text_input", box).value) == left
    page.put("text_input", box, "")  # a person says otherwise
    again = experiments.get(place.store, page.begin())
    assert again
    assert again.most is None


def test_an_export_gives_the_same_plan_and_what_is_none_a_sentence(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    draft = Draft(
        endpoint=pictures.id,
        inputs=[Input(name=HOSTILE, values={"prompt": HOSTILE})],
        variants=[Variant(name=HOSTILE, model=model.slug)],
        seed=5,
    )
    page = Lab()
    for content, said in ((b"nothing", "not the export"), (b"{}", "version")):
        uploader = next(each for each in page._app.file_uploader if "export" in each.label)
        uploader.upload("manifest.json", content)
        page.run()
        assert any(said in each for each in page.problems)
    uploader = next(each for each in page._app.file_uploader if "export" in each.label)
    uploader.upload("manifest.json", json.dumps(manifest.written(draft)).encode())
    page.run()
    assert "1 × 1" in page.html
    assert "<img src=x" not in page.html
    assert page.client.experiments.read(BytesIO(json.dumps(manifest.written(draft)).encode())) == (
        draft
    )
    experiment = page.begin()
    [cell] = experiments.table(place.store, experiment)
    assert (cell.params["prompt"], cell.params["seed"]) == (HOSTILE, 5)
    page.run()
    assert "<img src=x" not in page.html


def test_an_export_brings_its_files_and_a_plan_alone_says_which_it_lacks(
    place: Playing, model: Model
) -> None:
    given = picture(300)
    sha256 = hashlib.sha256(given).hexdigest()
    facts = {"upload": sha256, "name": f"{HOSTILE}.png", "media_type": "image/png"}
    draft = Draft(
        endpoint="images.edits",
        inputs=[Input(name="fox", values={"prompt": "a fox"})],
        variants=[Variant(name="one", model=model.slug)],
        seed=5,
    )
    told = manifest.written(draft) | {"shared": {"image": facts}}
    plan = json.dumps(told).encode()
    page = Lab()

    def bring(name: str, content: bytes) -> None:
        uploader = next(each for each in page._app.file_uploader if "export" in each.label)
        uploader.upload(name, content)
        page.run()

    bring("manifest.json", plan)
    assert any("a file that you have not given yet" in each for each in page.problems)
    assert "<img src=x" not in page.html
    bring("export.zip", zipped(("manifest.json", plan), (f"inputs/{sha256}-fox.png", given)))
    assert "1 × 1" in page.html
    assert not any("not given yet" in each for each in page.problems)
    kept = files_of_people.upload(place.store, LOCAL, sha256)
    assert kept
    assert (kept.width, kept.size) == (300, len(given))


def test_it_can_be_paused_go_on_and_be_stopped(place: Playing, pictures: Endpoint) -> None:
    page = Lab().write(*(f"fox {n}" for n in range(40))).word(pictures, "written")
    experiment = page.begin()

    def status() -> Status:
        now = experiments.get(place.store, experiment)
        assert now
        return now.status

    page.press("Pause")
    assert status() is Status.PAUSED
    dearer = {each.n: Decimal(1) for each in experiments.unsent(place.store, experiment)}
    experiments.reprice(place.store, experiment, dearer, "They cost more now.")
    page.press("Go on · ")  # at what they cost when it was drawn
    assert status() is Status.PAUSED
    assert "costs more by now" in page.html
    page.press_key(f"lab:resume:{len(dearer)}")
    assert status() is Status.RUNNING
    page.press("Stop it")
    assert status() is Status.STOPPED
    page.run()
    assert "Stopped" in page.html
    assert experiments.held(place.store, place.engine.profiles[0], LOCAL) == 0


def test_failed_cells_are_tried_again_by_one_click_at_a_price_that_it_says(
    place: Playing,
    pictures: Endpoint,
    live: Any,
    done: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = Lab().write("a fox").word(pictures, "written")
    page.until(lambda: page.total)
    live.control("POST", "faults", [{"fault": "job_error", "times": 1}])
    experiment = page.begin()
    done(experiment)
    page.run()
    assert "1 failed" in page.html
    monkeypatch.setattr("lib.ui.money.SURE_ABOVE", Decimal("0.001"))
    page.run()
    assert not page.has_button("Try 1 failed again")  # it asks first
    assert page.has_button("Yes, spend")
    monkeypatch.undo()
    page.run()
    page.press("Try 1 failed again")
    assert done(experiment)
    [cell] = experiments.table(place.store, experiment)
    assert cell.run is not None
    assert cell.run.state is State.DONE
    assert cell.tries == 2


def test_votes_are_cast_undone_and_counted_without_names(
    place: Playing, pictures: Endpoint, model: Model, other: Model, done: Any
) -> None:
    page = Lab().write("a fox", "a hare").word(pictures, "written")
    page.put("multiselect", "lab:models", [model.slug, other.slug])
    experiment = done(page.begin())
    page.run()
    page.put("button_group", "lab:view", "Vote blind")
    assert "0 of 2 pairs" in page.html
    shown = page.html.partition("Which is better")[2].partition("pg-money")[0]
    assert model.name not in shown
    assert other.name not in shown
    page.press("Left is better")
    assert "1 of 2 pairs" in page.html
    page.press("Undo my last vote")
    assert "0 of 2 pairs" in page.html
    page.press("Both are good")
    page.press("Neither")
    assert "You have voted on all of them" in page.html
    assert [each.winner for each in votes.of(place.store, experiment.id)] == [
        Winner.BOTH,
        Winner.NEITHER,
    ]
    page.put("button_group", "lab:view", "Outcome")
    assert "Not enough votes to tell" in page.html
    assert "25 %" in page.html


def test_who_only_looks_at_another_ones_experiment_is_not_asked_to_vote(
    place: Playing, pictures: Endpoint, model: Model, other: Model, done: Any
) -> None:
    page = Lab().write("a fox").word(pictures, "written")
    page.put("multiselect", "lab:models", [model.slug, other.slug])
    experiment = done(page.begin())
    with place.store.write() as connection:  # an admin, as who is here is one, sees everyone's
        connection.execute(update(tables.experiments).values(person="bob"))
    page.run()
    page.put("button_group", "lab:view", "Vote blind")
    assert "only bob votes on it" in page.html
    assert not page.has_button("Left is better")
    experiments.share(place.store, experiment.id, True)
    page.run()
    page.press("Left is better")
    assert len(votes.of(place.store, experiment.id)) == 1


def test_an_experiment_of_nobody_is_not_there(place: Playing) -> None:
    assert "This experiment is not here" in Lab().open("0193a1b2").html


def test_what_experiments_hold_stands_beside_what_runs_hold(
    place: Playing, pictures: Endpoint
) -> None:
    page = Lab().write(*(f"fox {n}" for n in range(40))).word(pictures, "written")
    page.begin()
    page.press("Pause")
    assert "On hold" in page.beside
    page.press("Stop it")
    eventually(lambda: "On hold" not in page.run().beside, timeout=30)


def test_favourites_of_the_team_are_used_in_the_lab(place: Playing, pictures: Endpoint) -> None:
    new = NewFavourite(person=LOCAL, text="a fox of the team", endpoint=pictures.id)
    favourites.keep(place.store, new)
    page = Lab().write("a hare")
    page.put("button_group", "lab:page", LIBRARY)
    page.press("Use in the Lab")
    assert page.widget("text_area", TEXT).value == "a hare\na fox of the team"


def test_what_was_written_is_there_in_another_window(place: Playing, pictures: Endpoint) -> None:
    Lab().write("a fox", "a hare").put("text_input", "lab:avoid", "blur")
    other = Lab()
    assert other.widget("text_area", TEXT).value == "a fox\na hare"
    assert other.widget("text_input", "lab:avoid").value == "blur"


@pytest.mark.parametrize("at", targets.offered(), ids=lambda each: each.id)
def test_everything_that_a_prompt_can_be_for_can_be_planned_in_every_wording(
    place: Playing, at: Endpoint
) -> None:
    page = Lab().put("selectbox", targets.KEY, at.id)
    assert isinstance(page, Lab)
    page.write("a fox walks through the snow")
    wordings = [each for each in targets.wordings(at) if each != HAND]
    page.word(at, *wordings)
    of = files.field(fields.fields(at, place.models(at)[0]))
    if of is not None:
        page.press_key(f"lab:files:{at.id}:{of.name}:sample")
    page.until(lambda: page.total)
    assert page.problems == []
    assert page.html.count(">Improved<") == 2 * (ENHANCER in wordings)
