"""Better words: on their own page, and with one click beside a form's own field."""

import html
import re
from collections.abc import Iterator

import pytest

from lib.deapi.contract import ENDPOINTS, Endpoint, endpoint
from lib.people.who import ANYBODY
from lib.store import Run, State
from lib.ui import further, state, words
from lib.ui.results import prompt
from lib.ui.session import Client
from tests.support.pages import IMAGES, Page, Playing
from tests.support.sandbox import Sandbox, sandboxes

ENHANCER = endpoint("prompts.enhancements")
SAMPLER = endpoint("v1.prompts.samples")
BOOSTERS = [at for at in ENDPOINTS if words.endpoint(at.id).group]
TEXT = "a harbour in the morning"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One with its real engine: the words have to be better ones."""
    with sandboxes(tmp_path_factory.mktemp("live")) as start:
        yield start(tier="premium", speed=100, balance=1000)


def test_every_kind_of_prompt_offers_its_own_models(place: Playing) -> None:
    page = Page().choose(ENHANCER)
    listing = place.engine.listing(place.engine.profiles[0])
    for kind in ENHANCER.param("type").choices:
        models = listing.for_endpoint(ENHANCER, {"type": kind})
        page.put("selectbox", state.widget(ENHANCER, "", "type"), kind)
        if len(models) > 1:
            shown = page.widget("selectbox", state.model_key(ENHANCER)).options
            assert [each.split(" · ")[0] for each in shown] == [each.name for each in models]
        else:
            assert state.model_key(ENHANCER) not in page.keys


@pytest.mark.parametrize("kind", ENHANCER.param("type").choices)
def test_a_prompt_of_every_kind_is_improved_and_taken_to_where_it_is_used(
    place: Playing, kind: str
) -> None:
    page = Page().choose(ENHANCER).put("selectbox", state.widget(ENHANCER, "", "type"), kind)
    page, run = written(place, ENHANCER, page)
    assert run.params["type"] == kind
    assert "Improved" in page.html
    to = [key for key in page.button_keys if key.startswith("use:")]
    asks = [at for at in ENDPOINTS if at.id == kind and further.text_param(at)]
    assert [key.split(":")[1] for key in to] == [at.id for at in asks]
    client = Client(place.engine, None, ANYBODY)
    found = prompt.read(client, run, client.results([run.id])[run.id])
    assert found is not None
    for key, at in zip(to, asks, strict=True):
        page.press_key(key)
        assert page.title == words.FAMILIES[at.family].title
        [param] = [each for each in (further.text_param(at),) if each]
        assert page.values(at)[param.name] in (found.prompt, [found.prompt])


def test_both_prompts_stand_side_by_side_with_what_changed_marked(place: Playing) -> None:
    page, run = written(place, ENHANCER)
    assert "<ins>" in page.html
    assert "Yours" in page.html
    assert "Improved" in page.html
    client = Client(place.engine, None, ANYBODY)
    found = prompt.read(client, run, client.results([run.id])[run.id])
    assert found is not None
    for copied in (found.prompt, found.avoid):
        assert copied in page.components


def test_the_better_prompt_is_taken_to_its_form_with_what_to_avoid(
    place: Playing, pictures: Endpoint
) -> None:
    page, run = written(place, ENHANCER)
    page.press_key(f"use:{pictures.id}:{run.id}")
    assert page.title == "Images"
    values = page.values(pictures)
    assert TEXT.split()[1] in values["prompt"]
    assert len(values["prompt"]) > len(TEXT)
    assert values["negative_prompt"]


@pytest.mark.parametrize("at", BOOSTERS, ids=lambda at: at.id)
def test_an_older_booster_writes_a_longer_prompt(place: Playing, at: Endpoint) -> None:
    page, run = written(place, at)
    assert run.model == ""
    assert "Improved" in page.html
    assert [key for key in page.button_keys if key.startswith("use:")]


@pytest.mark.parametrize("kind", SAMPLER.param("type").choices)
def test_a_sample_has_its_kind_and_topic_and_is_taken_to_a_form(place: Playing, kind: str) -> None:
    page = Page().choose(SAMPLER)
    [key] = [key for key in page.keys if key.endswith(":type") and key.startswith(SAMPLER.id)]
    page.put(kind_of(page, key), key, kind)
    page, run = pressed(place, page)
    assert run.params["type"] == kind
    [shown] = re.findall('class="pg-words">([^<]+)<', page.html)
    sample = html.unescape(shown)
    use = [key for key in page.button_keys if key.startswith("use:")]
    page.press_key(use[0])
    at = endpoint(use[0].split(":")[1])
    assert sample in page.values(at).values()


def test_a_prompt_is_improved_in_its_place_and_ones_own_words_come_back(
    place: Playing, pictures: Endpoint
) -> None:
    page = Page(IMAGES)
    model = place.models(pictures)[0]
    assert page.button("Improve").disabled
    page.write(pictures, model, TEXT)
    page.until(lambda: page.has_button("Improve · "))
    page.press("Improve · ")
    page.until(lambda: page.values(pictures)["prompt"] != TEXT)
    better = page.values(pictures)
    assert TEXT.split()[1] in better["prompt"]
    assert better["negative_prompt"]
    assert (
        page.widget("text_area", state.widget(pictures, model.slug, "prompt")).value
        == better["prompt"]
    )
    [run] = place.runs()
    assert (run.endpoint, run.state) == (ENHANCER.id, State.DONE)
    page.press("Undo")
    assert page.values(pictures)["prompt"] == TEXT
    assert not page.values(pictures)["negative_prompt"]
    assert not page.has_button("Undo")


def test_each_improvement_can_be_taken_back_and_what_was_written_since_stays(
    place: Playing, pictures: Endpoint
) -> None:
    page = Page(IMAGES)
    model = place.models(pictures)[0]
    page.write(pictures, model, TEXT)
    known = [TEXT]
    for _ in range(2):
        page.until(lambda: page.has_button("Improve · "))
        page.press("Improve · ")
        page.until(lambda: page.values(pictures)["prompt"] != known[-1])
        known.append(page.values(pictures)["prompt"])
    avoid = state.widget(pictures, model.slug, "negative_prompt")
    page.put("text_input", avoid, "rain")
    page.press("Undo")
    assert page.values(pictures)["prompt"] == known[1]
    page.press("Undo")
    assert page.values(pictures)["prompt"] == TEXT
    assert page.values(pictures)["negative_prompt"] == "rain"
    assert not page.has_button("Undo")


def test_words_for_a_change_are_improved_with_the_picture_that_is_changed(place: Playing) -> None:
    at = endpoint("images.edits")
    model = place.models(at)[0]
    page = Page().choose(at, model)
    page.put("text_area", state.widget(at, model.slug, "prompt"), "make it winter")
    assert page.button("Improve").disabled
    [sample] = [key for key in page.button_keys if key.endswith(":sample")]
    page.press_key(sample)
    page.until(lambda: page.has_button("Improve · "))
    page.press("Improve · ")
    page.until(lambda: page.has_button("Undo"))
    [run] = place.runs()
    assert run.params["type"] == at.id
    [given] = Client(place.engine, None, ANYBODY).given(run)
    assert given.sha256 == page.values(at)["image"].sha256


def test_undo_is_gone_once_somebody_wrote_on(place: Playing, pictures: Endpoint) -> None:
    page = Page(IMAGES)
    model = place.models(pictures)[0]
    page.write(pictures, model, TEXT)
    page.until(lambda: page.has_button("Improve · "))
    page.press("Improve · ")
    page.until(lambda: page.has_button("Undo"))
    page.write(pictures, model, "something else")
    assert not page.has_button("Undo")


def test_an_idea_is_written_into_the_form(place: Playing, pictures: Endpoint) -> None:
    page = Page(IMAGES)
    assert not page.has_button("Get an idea · ")
    page.state[f"ideas:{pictures.id}"] = True
    page.run()
    page.put("text_input", state.widget(SAMPLER, f"for:{pictures.id}", "topic"), "a quiet harbour")
    page.until(lambda: page.has_button("Get an idea · "))
    page.press("Get an idea · ")
    page.until(lambda: page.values(pictures).get("prompt"))
    [run] = place.runs()
    assert run.endpoint == SAMPLER.id
    assert run.params["topic"] == "a quiet harbour"
    assert "harbour" in page.values(pictures)["prompt"]
    page.press("Undo")
    assert not page.values(pictures)["prompt"]


def written(place: Playing, at: Endpoint, page: Page | None = None) -> tuple[Page, Run]:
    """The page of an endpoint once it has written about TEXT, and the run that did."""
    page = page or Page().choose(at)
    [key] = [key for key in page.keys if key.startswith(f"{at.id}:") and key.endswith(":prompt")]
    for param in at.files:
        page.press_key(f"{at.id}:{param.name}:sample")
    return pressed(place, page.put("text_area", key, TEXT))


def pressed(place: Playing, page: Page) -> tuple[Page, Run]:
    page.until(lambda: page.price)
    page.press("Run · ")
    [run] = place.runs()
    place.reaches(run.id, State.DONE)
    page.until(lambda: f"/files/{run.id}/download" in page.html)
    return page, run


def kind_of(page: Page, key: str) -> str:
    """Which widget has this key."""
    return "selectbox" if key in {each.key for each in page._app.selectbox} else "button_group"
