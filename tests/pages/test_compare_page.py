"""The page Compare: one input for several models, its prices, its cards, and the winner."""

import re
from decimal import Decimal

import pytest

from lib.deapi import fields
from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.models import Model
from lib.store import LOCAL, State, Status, deletion, experiments
from lib.ui import state, words
from lib.ui.experiment import place as places
from lib.ui.experiment.place import COMPARE, key
from tests.support.pages import Page, Playing

TITLE = "Compare"
HOSTILE = "<img src=x onerror=alert(1)> **bold** :red[red] [link](http://evil.example)"


class Comparing(Page):
    """The page Compare."""

    def __init__(self) -> None:
        super().__init__(words.COMPARE.page)

    def make(self, at: Endpoint, *models: Model) -> "Comparing":
        self.put("selectbox", key("what", COMPARE), at.id)
        self.put("multiselect", key("models", COMPARE, at.id), [each.slug for each in models])
        return self

    @property
    def of_each(self) -> list[Decimal]:
        """The prices in USD of what is compared, in their order."""
        return [Decimal(each) for each in re.findall(r"<td>1</td><td>\$([\d.]+)</td>", self.html)]

    @property
    def total(self) -> Decimal | None:
        """The price in USD on the button, once it is there."""
        found = [re.fullmatch(r"Run · \\\$([\d.]+)", each) for each in self.labels]
        return next((Decimal(each[1].replace("\\", "")) for each in found if each), None)

    @property
    def labels(self) -> list[str]:
        return [each.label.replace("\\.", ".") for each in self._app.button]

    @property
    def opened(self) -> str:
        """The comparison in the address."""
        found = self._app.query_params.get(places.OPENED, "")
        return found if isinstance(found, str) else found[0]

    def begin(self) -> str:
        """Run it once its price is there; its id."""
        self.until(lambda: self.total)
        self.press("Run · ")
        assert self.opened
        return self.opened


@pytest.fixture
def three(place: Playing, pictures: Endpoint) -> list[Model]:
    return list(place.models(pictures)[:3])


def compared(place: Playing, pictures: Endpoint, models: list[Model], text: str) -> Comparing:
    """A comparison of these that has come to its end, opened."""
    page = Comparing()
    page.make(pictures, *models).write(pictures, models[0], text)
    found = page.begin()
    page.until(lambda: ended(place, found))
    page.run()
    return page


def ended(place: Playing, experiment_id: str) -> bool:
    found = experiments.get(place.store, experiment_id)
    return found is not None and found.status is Status.DONE


def test_the_prices_of_the_models_add_up_to_the_one_on_the_button(
    pictures: Endpoint, three: list[Model]
) -> None:
    page = Comparing()
    assert page.title == TITLE
    assert "What it will cost stands here" in page.html
    page.make(pictures, *three).write(pictures, three[0], "A fox")
    page.until(lambda: page.total)
    assert len(page.of_each) == 3
    assert sum(page.of_each) == page.total


def test_fields_that_all_have_stand_once_and_the_others_say_whose_they_are(
    pictures: Endpoint, three: list[Model]
) -> None:
    page = Comparing().make(pictures, *three)
    prompts = [each for each in page.keys if each.endswith(":prompt")]
    assert prompts == [state.widget(pictures, three[0].slug, "prompt")]
    steps = [each for each in page.keys if each.endswith(":steps")]
    assert len(steps) == 1
    assert any(each.startswith("Only ") and three[0].name[:4] in each for each in page.captions)
    assert not any(each.endswith(":seed") for each in page.keys - {key("seed")})


def test_what_was_written_only_for_some_stays_and_goes_to_them(
    place: Playing, pictures: Endpoint, three: list[Model]
) -> None:
    page = Comparing().make(pictures, *three)
    page.write(pictures, three[0], "A fox")
    [steps] = [each for each in page.keys if each.endswith(":steps")]
    page.put("slider", steps, 3)
    assert page.widget("slider", steps).value == 3
    found = page.begin()
    sent = {each.model: each.params for each in experiments.table(place.store, found)}
    assert sent[three[0].slug]["steps"] == 3
    assert {each["prompt"] for each in sent.values()} == {"A fox"}
    assert len({each["seed"] for each in sent.values()}) == 1


def test_a_value_that_one_model_refuses_is_said_by_its_name_before_it_costs(
    place: Playing, pictures: Endpoint
) -> None:
    models = sorted(place.models(pictures), key=lambda each: each.limit("max_width") or 0)
    small, large = models[0], models[-1]
    width = int(large.limit("max_width") or 0)
    page = Comparing().make(pictures, large, small)
    page.write(pictures, large, "A fox")
    page.put("button_group", state.widget(pictures, large.slug, state.SHAPE), "Custom")
    page.put("number_input", state.widget(pictures, large.slug, "width"), width)
    [problem] = page.problems
    assert small.name in problem
    assert "Width" in problem
    assert not place.runs()


def test_fewer_than_two_models_are_no_comparison(pictures: Endpoint, three: list[Model]) -> None:
    page = Comparing().make(pictures, three[0])
    assert any("Choose two models or more." in each for each in page.problems)
    assert not page.has_button("Run")


def test_one_model_in_several_settings_is_a_column_each(
    pictures: Endpoint, three: list[Model]
) -> None:
    page = Comparing()
    page.put("button_group", key("differs", COMPARE), "One setting")
    page.write(pictures, three[0], "A fox")
    page.put("selectbox", key("swept", COMPARE, pictures.id), "steps")
    assert not page.has_button("Run")
    page.put("text_input", key("values", COMPARE, pictures.id, "steps"), "1, 2, 3, 4, 5, 6, 7")
    assert any("The first 6 are taken." in each for each in page.problems)
    page.until(lambda: page.total)
    assert len(page.of_each) == 6
    assert "Steps 2" in page.html


def test_each_has_a_card_with_its_result_and_the_winner_opens_in_its_page(
    place: Playing, pictures: Endpoint, three: list[Model]
) -> None:
    page = compared(place, pictures, three, HOSTILE)
    assert len(place.runs()) == 3
    assert "<img src=x" not in page.html
    assert sum(each.startswith("Keep the winner") for each in page.labels) == 3
    for run in place.runs():
        assert f"/files/{run.id}/result" in page.components
    winner = key("winner", page.opened, "1")
    page.press_key(winner)
    assert page.title == "Images"
    assert page.widget("selectbox", state.model_key(pictures)).value == three[1].slug
    assert page.values(pictures)["prompt"] == HOSTILE
    assert len(place.runs()) == 3


def test_a_card_whose_result_was_deleted_says_so_and_is_no_winner(
    place: Playing, pictures: Endpoint, three: list[Model]
) -> None:
    page = compared(place, pictures, three, "a fox")
    gone = place.runs()[0]
    assert deletion.delete(place.store, gone.id, LOCAL)
    page.run()
    assert "Deleted" in page.html
    assert gone.id not in page.components
    assert sum(each.startswith("Keep the winner") for each in page.labels) == 2


def test_a_comparison_opens_on_its_own_page_from_the_lab_and_from_its_list(
    place: Playing, pictures: Endpoint, three: list[Model]
) -> None:
    page = compared(place, pictures, three[:2], "A fox")
    found = page.opened
    page.press("All experiments")
    assert not page.opened
    page.press_key(key("open", found))
    assert page.opened == found
    page.go(words.LAB.page)  # at the address of the comparison
    assert (page.title, page.opened) == (TITLE, found)
    page.press("All experiments")
    page.go(words.LAB.page)
    page.put("button_group", key("page"), places.ALL)
    assert "Compare" in page.html
    page.press_key(key("open", found))
    assert (page.title, page.opened) == (TITLE, found)
    assert sum(each.startswith("Keep the winner") for each in page.labels) == 2


def test_its_plan_can_be_used_again_with_prices_of_today(
    place: Playing, pictures: Endpoint, three: list[Model]
) -> None:
    page = compared(place, pictures, three[:2], "A fox")
    page.press("Use this plan again")
    assert page.title == TITLE
    assert not page.opened
    page.until(lambda: page.total)
    assert "1 × 2" in page.html
    page.press("Back to the form")
    assert page.widget("selectbox", key("what", COMPARE)).value == pictures.id


def test_texts_stand_beside_each_other_with_their_differences(place: Playing) -> None:
    at = endpoint("images.ocr")
    models = list(place.models(at)[:2])
    page = Comparing().make(at, *models)
    page.press("Use a sample page")
    found = page.begin()
    page.until(lambda: ended(place, found))
    page.run()
    assert all(place.run(each.id).state is State.DONE for each in place.runs())
    assert page.html.count("pg-compared") == 2


def test_each_voice_is_a_choice_of_its_own_model_and_stays_as_it_was_made(place: Playing) -> None:
    at = endpoint("audio.speech")
    models = [
        each
        for each in place.models(at)
        if "voice" in {field.name for field in fields.fields(at, each)}
    ][:2]
    page = Comparing().make(at, *models)
    text = state.widget(at, models[0].slug, "text")
    page.put("text_area", text, "Good morning to all of you.")
    chosen = {each.slug: voices(at, each)[1] for each in models}
    for slug, voice in chosen.items():
        page.put(voice_kind(page, at, slug), state.widget(at, slug, "voice"), voice)
    found = page.begin()
    sent = {each.model: each.params["voice"] for each in experiments.table(place.store, found)}
    assert sent == chosen
    assert not {chosen[each.slug] for each in models} & {
        next(one for one in fields.fields(at, each) if one.name == "voice").default
        for each in models
    }


def voices(at: Endpoint, model: Model) -> tuple[str | int, ...]:
    return next(each for each in fields.fields(at, model) if each.name == "voice").choices


def voice_kind(page: Page, at: Endpoint, slug: str) -> str:
    """Few voices stand side by side, many in a list."""
    try:
        page.widget("selectbox", state.widget(at, slug, "voice"))
    except KeyError:
        return "button_group"
    return "selectbox"


def test_the_language_of_an_example_reaches_the_model_that_writes_it_in_its_own_way(
    place: Playing,
) -> None:
    at = endpoint("audio.speech")
    kokoro, other = [
        each
        for each in place.models(at)
        if "voice" in {field.name for field in fields.fields(at, each)}
    ][:2]
    page = Comparing().make(at, kokoro, other)
    french = next(each for each in words.endpoint(at.id).examples if each.language == "fr")
    page.press(french.label)
    found = page.begin()
    sent = {each.model: each.params for each in experiments.table(place.store, found)}
    assert sent[kokoro.slug]["text"] == french.text
    assert str(sent[kokoro.slug]["lang"]).startswith("fr")
    form = fields.fields(at, kokoro, {"lang": sent[kokoro.slug]["lang"]})
    voice = next(each for each in form if each.name == "voice")
    assert sent[kokoro.slug]["voice"] in voice.choices
