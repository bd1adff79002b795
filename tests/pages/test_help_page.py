"""Help: nothing of the contract is left out, and every form is one click away."""

import pytest

from lib.deapi.contract import ENDPOINTS, Endpoint
from lib.store import State
from lib.ui import words
from lib.ui.help_page import BASICS
from lib.ui.plain import safe
from tests.support.pages import HELP, Page

pytestmark = pytest.mark.usefixtures("place")


def test_every_endpoint_stands_there_with_what_it_needs_gives_and_is_called() -> None:
    page = Page(HELP)
    for at in ENDPOINTS:
        told = words.endpoint(at.id)
        for said in (
            told.title,
            told.hint,
            told.needs,
            told.gives,
            at.id,
            f"{at.method} {at.path}",
        ):
            assert safe(said) in page.html, at.id


@pytest.mark.parametrize("at", ENDPOINTS, ids=lambda at: at.id)
def test_its_button_opens_the_form(at: Endpoint) -> None:
    page = Page(HELP).press_key(f"open:{at.id}")
    assert page.title == words.FAMILIES[at.family].title
    assert words.endpoint(at.id).hint in page.captions


def test_it_says_what_the_playground_s_own_words_mean() -> None:
    titles = Page(HELP).expanders
    for said in ("Sandbox and Live", words.STATES[State.UNKNOWN], "Keyboard"):
        assert any(said in title for title in titles)


@pytest.mark.parametrize(
    "told",
    [
        *(words.LAB, words.COMPARE, words.BATCH, words.RECIPES),
        *(words.HISTORY, words.SHOWCASE, words.USAGE),
    ],
    ids=lambda told: told.title,
)
def test_every_page_of_several_runs_has_a_worked_example(told: words.FamilyWords) -> None:
    about = [text for title, text in BASICS.items() if told.title in f"{title} {text}"]
    assert any("Try it on the Sandbox" in text for text in about)
