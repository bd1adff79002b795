"""Help: nothing of the contract is left out, and every form is one click away."""

import pytest

from lib.deapi.contract import ENDPOINTS, Endpoint
from lib.store import State
from lib.ui import words
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
