"""The team's prompts: kept from a result, found, used where they belong, removed and put back."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.models import Model
from lib.people import who
from lib.store import Favourite, Kept, NewFavourite, Role, Run, State, favourites, sessions, users
from lib.ui import keep, session, words
from tests.support.pages import IMAGES, PATIENCE, Page, Playing

HOSTILE = "<img src=x onerror=alert(1)> **bold** :red[red] [link](http://evil.example) $x$ \"'"
Keep = Callable[..., Favourite]


def alone() -> None:
    """Nothing but the library, as the Lab places it: AppTest takes these lines for a script."""
    import streamlit as st  # noqa: PLC0415

    from lib import playground  # noqa: PLC0415
    from lib.ui import library, session  # noqa: PLC0415

    session.begin(playground.current().engine, None)

    def take(chosen: object) -> None:
        st.session_state["taken"] = chosen

    library.draw(session.here(), take if st.session_state.get("lab") else None)


class Library(Page):
    """The library on a page of its own."""

    def __init__(self, *, lab: bool = False) -> None:
        self._app = AppTest.from_function(alone, default_timeout=PATIENCE)
        self._app.session_state["lab"] = lab
        self.run()

    @property
    def shown(self) -> list[str]:
        """The ids of the rows, from the top."""
        keys = [each.key or "" for each in self._app.button]
        return [key.removeprefix("library_use:") for key in keys if key.startswith("library_use:")]

    @property
    def pills(self) -> list[str]:
        return list(self.widget("button_group", "library:tag").options)


@pytest.fixture
def shelve(place: Playing) -> Keep:
    """Puts a prompt into the library."""

    def kept(text: str, *tags: str, person: str = "local", **values: str) -> Favourite:
        told = {"endpoint": "images.generations", **values}
        new = NewFavourite(person=person, text=text, tags=tags, **told)
        return favourites.keep(place.store, new).favourite

    return kept


# --- on a result ---------------------------------------------------------------------------------


def opened(run: Run) -> Page:
    """The card of a run, with the place to keep its prompt open."""
    page = Page(IMAGES)
    page.state[f"favourite:{run.id}"] = True
    return page.run()


def test_a_prompt_is_kept_from_its_result_with_tags(
    place: Playing, pictures: Endpoint, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = place.done(pictures, model, HOSTILE)
    asked: list[str] = []
    find = favourites.find
    monkeypatch.setattr(favourites, "find", lambda *told: asked.append("looked") or find(*told))
    Page(IMAGES)
    assert not asked, "a closed card looks nothing up"
    page = opened(run)
    assert asked
    page.widget("multiselect", f"favourite_tags:{run.id}").set_value(["Foxes", "red"])
    page.press_key(f"favourite_keep:{run.id}")
    [kept] = favourites.page(place.store)
    assert (kept.text, kept.endpoint, kept.run_id) == (HOSTILE, pictures.id, run.id)
    assert kept.tags == ("foxes", "red")
    assert "<b>Kept</b>" in page.html
    page.widget("multiselect", f"favourite_tags:{run.id}").set_value(["red"])
    page.press_key(f"favourite_keep:{run.id}")
    assert favourites.tags(place.store) == [("red", 1)]


def test_a_result_whose_prompt_is_there_already_says_who_kept_it(
    place: Playing, pictures: Endpoint, model: Model, shelve: Keep
) -> None:
    run = place.done(pictures, model, "A fox")
    shelve("A fox", person="<b>bob")
    page = opened(run)
    assert "<b>Kept</b> by &lt;b&gt;bob on " in page.html
    assert page.button("Save the tags")


def test_a_tag_that_is_too_long_is_refused_with_a_sentence(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    run = place.done(pictures, model, "A fox")
    page = opened(run)
    page.widget("multiselect", f"favourite_tags:{run.id}").set_value(["x" * 41])
    page.press_key(f"favourite_keep:{run.id}")
    assert "A tag has at most 40 characters" in page.html
    assert favourites.page(place.store) == []


def test_what_avoids_something_is_kept_with_it(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    run = place.done(pictures, model, "A fox")
    run.params["negative_prompt"] = "rain"
    found = keep._of(Page(IMAGES).client, run, [])
    assert found
    assert (found.text, found.avoid) == ("A fox", "rain")


def test_a_result_without_words_of_ones_own_has_nothing_to_keep(
    place: Playing, upscales: Endpoint
) -> None:
    run = place.done(upscales, place.models(upscales)[0], "")
    page = Page(IMAGES).choose(upscales)
    assert run.id in page.everything
    assert f"favourite:{run.id}" not in page.everything


def test_of_a_better_prompt_the_written_words_are_kept_for_what_they_are_for(
    place: Playing,
) -> None:
    at = endpoint("prompts.enhancements")
    page = Page().choose(at)
    [key] = [key for key in page.keys if key.startswith(f"{at.id}:") and key.endswith(":prompt")]
    page.put("text_area", key, "a harbour")
    page.until(lambda: page.price)
    page.press("Run · ")
    [run] = place.runs()
    run = place.reaches(run.id, State.DONE)
    page.until(lambda: f"favourite:{run.id}" in page.everything)
    page.state[f"favourite:{run.id}"] = True
    page.run().press_key(f"favourite_keep:{run.id}")
    [kept] = favourites.page(place.store)
    assert kept.endpoint == run.params["type"]
    files = page.client.results([run.id])[run.id]
    assert f'"{kept.text}"' in (page.client.text(run.id, files[0]) or "")


# --- the library ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("place")
def test_an_empty_library_says_what_to_do_first_and_takes_a_prompt_by_hand() -> None:
    page = Library()
    assert "No favourites yet" in page.html
    page.press_key("library:new_keep")
    assert "Write the prompt first." in page.html
    page.widget("text_area", "library:new_text").set_value("A fox")
    page.widget("text_input", "library:new_avoid").set_value("rain")
    page.widget("selectbox", "library:new_for").set_value("images.edits")
    page.widget("multiselect", "library:new_tags").set_value(["Foxes"])
    page.press_key("library:new_keep")
    assert "No favourites yet" not in page.html
    [row] = page.shown
    assert "Without rain" in page.html
    assert words.endpoint("images.edits").title in page.html
    assert page.widget("text_area", "library:new_text").value == ""
    assert page.widget("multiselect", "library:new_tags").value == []
    page.widget("text_area", "library:new_text").set_value("A fox")
    page.widget("text_input", "library:new_avoid").set_value("rain")
    page.press_key("library:new_keep")
    assert "already" in page.toasts[0]
    assert page.shown == [row]


def test_hostile_words_are_shown_letter_by_letter(place: Playing, shelve: Keep) -> None:
    kept = shelve(HOSTILE, HOSTILE[:28], ":red[tag]", avoid=HOSTILE, person="<b>bob")
    page = Library(lab=True)
    assert page.shown == [kept.id]
    assert "<img src=x" not in page.html
    assert "&lt;img src=x" in page.html
    assert "&lt;b&gt;bob" in page.html
    assert not any(":red[" in each for each in page.pills)
    page.press_key(f"library_remove:{kept.id}")
    assert "<img src=x" not in page.html


def test_prompts_are_found_by_words_by_tag_and_by_what_they_are_for(shelve: Keep) -> None:
    fox = shelve("A red FOX", "animals", "red")
    boat = shelve("A boat", "red")
    song = shelve("A song of the sea", endpoint="audio.music")
    page = Library()
    assert page.shown == [song.id, boat.id, fox.id]
    assert [each.split(" · ")[-1] for each in page.pills] == ["2", "1"]
    page.put("text_input", "library:text", "fox")
    assert page.shown == [fox.id]
    page.put("text_input", "library:text", "")
    page.put("button_group", "library:tag", "red")
    assert page.shown == [boat.id, fox.id]
    page.put("selectbox", "library:for", "audio.music")
    assert page.shown == []
    assert "Nothing fits" in page.html
    page.press_key("library:clear")
    assert page.shown == [song.id, boat.id, fox.id]


def test_more_are_shown_when_asked_for(shelve: Keep) -> None:
    every = [shelve(f"Fox {n}").id for n in range(27)]
    page = Library()
    assert page.shown == every[:1:-1]
    page.press_key("library:more")
    assert page.shown == every[::-1]
    assert "library:more" not in page.button_keys


def test_use_it_opens_the_form_with_its_words_and_nothing_else_to_avoid(
    pictures: Endpoint, shelve: Keep
) -> None:
    dry = shelve("A dry fox", avoid="rain")
    plain = shelve("A fox")
    texts = shelve("one\ntwo", endpoint="embeddings")
    speech = shelve("Hello", avoid="noise", endpoint="audio.speech")
    page = Library()
    page.press_key(f"library_use:{dry.id}")
    assert page.values(pictures) == {"prompt": "A dry fox", "negative_prompt": "rain"}
    assert page.state["go_to"] == "pages/images.py"
    page.press_key(f"library_use:{plain.id}")
    assert page.values(pictures) == {"prompt": "A fox", "negative_prompt": None}
    page.press_key(f"library_use:{texts.id}")
    assert page.values(endpoint("embeddings")) == {"input": ["one", "two"]}
    page.press_key(f"library_use:{speech.id}")
    assert page.values(endpoint("audio.speech")) == {"text": "Hello"}


def test_the_lab_takes_one_or_all_that_are_shown(shelve: Keep) -> None:
    fox, boat = shelve("A fox"), shelve("A boat")
    assert not Library().has_button("Use in the Lab")
    page = Library(lab=True)
    page.press_key(f"library_take:{fox.id}")
    assert page.state["taken"] == [fox]
    page.press("Use these 2 in the Lab")
    assert page.state["taken"] == [boat, fox]


def test_tags_are_changed_and_a_filter_by_one_that_is_gone_ends(
    place: Playing, shelve: Keep
) -> None:
    fox, boat = shelve("A fox", "old"), shelve("A boat")
    page = Library()
    page.put("button_group", "library:tag", "old")
    assert page.shown == [fox.id]
    page.state[f"library_tags:{fox.id}"] = True
    page.run()
    page.widget("multiselect", f"library_tags_of:{fox.id}").set_value(["New"])
    page.press_key(f"library_retag:{fox.id}")
    assert favourites.tags(place.store) == [("new", 1)]
    assert page.shown == [boat.id, fox.id]


def test_what_was_removed_comes_back_with_undo(place: Playing, shelve: Keep) -> None:
    fox = shelve("A fox", "animals")
    page = Library()
    page.press_key(f"library_remove:{fox.id}")
    assert favourites.page(place.store) == []
    assert "Removed “A fox”." in page.html
    page.press_key("library:undo")
    assert favourites.page(place.store) == [fox]
    assert page.shown == [fox.id]
    assert "library:undo" not in page.button_keys


def test_a_member_removes_their_own_and_an_admin_every_one(
    place: Playing, shelve: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, role in (("ada", Role.ADMIN), ("bob", Role.MEMBER)):
        users.add(place.store, name, "four green kettles", role)
    cookies: dict[str, str] = {}
    monkeypatch.setattr(session, "_cookies", lambda: dict(cookies))

    def page_of(name: str) -> Library:
        cookies[who.COOKIE] = sessions.begin(place.store, name, "198.51.100.7", "Firefox/140")
        return Library()

    hers, his = shelve("Hers", person="ada"), shelve("His", person="bob")
    page = page_of("bob")
    assert page.shown == [his.id, hers.id]
    assert f"library_remove:{his.id}" in page.button_keys
    assert f"library_remove:{hers.id}" not in page.button_keys
    assert f"library_remove:{his.id}" in page_of("ada").button_keys


def test_only_who_may_see_a_result_sees_it_in_the_library(
    place: Playing,
    pictures: Endpoint,
    model: Model,
    shelve: Keep,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = place.done(pictures, model, "A fox")
    kept: Kept = Page(IMAGES).client.favourites.keep(pictures, "A fox", run=run)
    assert kept.favourite.run_id == run.id
    assert set(Library().client.seen([run.id, "gone"])) == {run.id}
    users.add(place.store, "bob", "four green kettles", Role.MEMBER)
    token = sessions.begin(place.store, "bob", "198.51.100.7", "Firefox/140")
    monkeypatch.setattr(session, "_cookies", lambda: {who.COOKIE: token})
    page = Library()
    assert page.shown == [kept.favourite.id]
    assert page.client.seen([run.id]) == {}
    assert run.id not in page.html
