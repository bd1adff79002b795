"""Each sees their own, an admin everybody's, and who was signed out nothing at the next look."""

from decimal import Decimal

import pytest

from lib.deapi.contract import Endpoint
from lib.deapi.models import Model
from lib.people import who
from lib.store import (
    TEAM,
    Caps,
    Purpose,
    Role,
    Run,
    Store,
    caps,
    passwords,
    runs,
    sessions,
    tokens,
    users,
)
from lib.ui import session
from tests.pages.test_history_page import of_cell
from tests.support.databases import database
from tests.support.pages import HISTORY, IMAGES, Page, Playing, given
from tests.support.s3 import bucket_url, media_url

__all__ = ["bucket_url", "database", "media_url"]

PEOPLE = "pages/people.py"
SECRET = "four green kettles"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "ROUNDS", 4)


class Browser:
    """Whose cookies every new page has."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.cookies: dict[str, str] = {}

    def sign_in(self, name: str) -> Page:
        token = sessions.begin(self._store, name, "198.51.100.7", "Firefox/140")
        self.cookies = {who.COOKIE: token}
        return Page()


@pytest.fixture
def browser(place: Playing, monkeypatch: pytest.MonkeyPatch) -> Browser:
    found = Browser(place.store)
    monkeypatch.setattr(session, "_cookies", lambda: dict(found.cookies))
    monkeypatch.setattr(session, "ASKED_SECONDS", -1.0)
    return found


@pytest.fixture
def team(place: Playing, browser: Browser) -> None:
    users.add(place.store, "ada", SECRET, Role.ADMIN)
    users.add(place.store, "bob", SECRET, Role.MEMBER)


@pytest.fixture
def hers(place: Playing, pictures: Endpoint, model: Model, team: None) -> Run:
    """A run of Ada's that has ended."""
    run = place.waiting(pictures, model, "A secret fox", "0.004", person="ada")
    run = given(runs.claim(place.store, run.id, run.owner or ""))
    run = given(runs.accept(place.store, run, "job-of-ada"))
    run = given(runs.settle_done(place.store, run, Decimal("0.004")))
    return given(runs.keep(place.store, run, [], thumb=False))


@pytest.mark.usefixtures("team")
def test_without_a_cookie_there_is_the_sign_in_and_nothing_else(place: Playing) -> None:
    page = Page(HISTORY)
    assert "Sign in" in page.title
    assert page.links == []
    assert "pg-money" not in page.html


def test_a_member_sees_nothing_of_others_and_no_admin_page(hers: Run, browser: Browser) -> None:
    page = browser.sign_in("bob").go(HISTORY)
    assert "Nothing here yet" in page.html
    assert "People" not in page.links
    for told in ("secret", hers.id, "ada"):
        assert told not in page.html
    client = page.client
    assert client.run(hers.id) is None
    assert client.filters(person="ada").person == "bob"
    assert client.people() == []
    for ask in (client.evidence, client.keep_now):
        with pytest.raises(KeyError):
            ask(hers.id)
    assert client.cancel(hers.id) is None
    assert client.count_as_paid(hers.id) is None
    with pytest.raises(KeyError):
        client.result_as_upload(hers.id)


def test_an_admin_sees_everybody_s_and_whose_they_are(
    place: Playing, pictures: Endpoint, model: Model, hers: Run, browser: Browser
) -> None:
    users.set_role(place.store, "bob", Role.ADMIN)
    page = browser.sign_in("bob").go(HISTORY)
    assert "A secret fox" in page.html
    assert "ada · " in page.html
    page.put("selectbox", "history:person", "bob")
    assert "Nothing fits these filters" in page.html


def test_an_admin_filters_by_the_experiments_of_whom_they_look_at(
    place: Playing, pictures: Endpoint, model: Model, hers: Run, browser: Browser
) -> None:
    users.set_role(place.store, "bob", Role.ADMIN)
    mine = place.waiting(pictures, model, "An owl", "0.004", person="bob")
    foxes = of_cell(place, hers, "Foxes", "ada")
    of_cell(place, mine, "Owls", "bob")
    page = browser.sign_in("bob").go(HISTORY)
    assert experiments_of(page) == ["Owls", "Foxes"]
    page.put("selectbox", "history:person", "ada")
    assert experiments_of(page) == ["Foxes"]
    page.put("selectbox", "history:experiment", foxes.id)
    assert "A secret fox" in page.html
    page.put("selectbox", "history:person", "bob")
    assert experiments_of(page) == ["Owls"]
    assert "An owl" in page.html


def experiments_of(page: Page) -> list[str]:
    """The titles of the experiments that there are to filter by."""
    _, *options = page.widget("selectbox", "history:experiment").options
    return [each.partition(" · ")[0] for each in options]


def test_a_lost_run_of_a_member_can_be_settled_by_an_admin_alone(
    place: Playing, pictures: Endpoint, model: Model, team: None, browser: Browser
) -> None:
    lost = place.waiting(pictures, model, "Lost", person="bob")
    lost = given(runs.claim(place.store, lost.id, lost.owner or ""))
    lost = given(runs.lose(place.store, lost, {}))
    users.add(place.store, "cleo", SECRET, Role.MEMBER)
    assert browser.sign_in("cleo").client.not_charged(lost.id) is None
    assert browser.sign_in("ada").client.not_charged(lost.id) is not None


@pytest.mark.parametrize("how", ["disabled", "signed out", "new password", "other role"])
def test_who_is_out_sees_the_sign_in_at_the_next_look(
    place: Playing, team: None, browser: Browser, how: str
) -> None:
    page = browser.sign_in("bob")
    assert "Sign in" not in page.title
    if how == "disabled":
        users.disable(place.store, "bob")
    elif how == "signed out":
        sessions.end_all(place.store, "bob")
    elif how == "new password":
        users.set_password(place.store, "bob", "five blue kettles")
    else:
        users.set_role(place.store, "bob", Role.ADMIN)
    page.run()
    assert ("Sign in" in page.title) == (how != "other role")
    assert ("People" in page.links) == (how == "other role")


def test_what_was_drawn_for_an_admin_does_nothing_for_who_is_none_any_more(
    place: Playing, team: None, browser: Browser
) -> None:
    page = browser.sign_in("ada").go(PEOPLE)
    users.add(place.store, "cleo", SECRET, Role.ADMIN)
    users.set_role(place.store, "ada", Role.MEMBER)
    page.press_key("disable:bob")
    bob = users.get(place.store, "bob")
    assert bob is not None
    assert not bob.disabled


def test_an_admin_invites_sets_limits_and_watches(
    place: Playing, hers: Run, browser: Browser
) -> None:
    assert hers
    page = browser.sign_in("ada").go(PEOPLE)
    assert "198.51.100.7, Firefox" in page.html
    fill(page, "limits:bob:day", "$2.50").press_key("limits:bob:save")
    assert caps.of(place.store, hers.profile, "bob") == Caps(day=Decimal("2.5"))
    fill(page, "limits::month", "nonsense").press_key("limits::save")
    assert "Write an amount in USD" in page.html
    assert caps.of(place.store, hers.profile, TEAM) == Caps()
    fill(page, "invite:name", "Cleo").press_key("invite:make")
    assert "Give this link to <b>cleo</b>" in page.html
    token = page.codes[-1].split("invite=")[1]
    assert tokens.whose(place.store, token, Purpose.PASSWORD) == "cleo"
    assert "$0.004</b> spent" in page.html
    page.press_key("disable:ada")
    assert "is the only admin" in page.html


def fill(page: Page, key: str, text: str) -> Page:
    """Write into a form, which the page hears of when the form is sent."""
    page.widget("text_input", key).set_value(text)
    return page


def test_before_there_are_accounts_it_says_how_to_make_one(place: Playing) -> None:
    page = Page().go(PEOPLE)
    assert "lib.store.users add NAME --admin" in page.codes[0]
    page.go("pages/start.py")
    assert "lib.store.users add NAME --admin" in page.codes[0]


def test_what_was_made_before_is_taken_over_once(
    place: Playing, pictures: Endpoint, model: Model, browser: Browser
) -> None:
    place.done(pictures, model, "An early fox")
    users.add(place.store, "ada", SECRET, Role.ADMIN)
    page = browser.sign_in("ada").go(PEOPLE)
    assert "One run is from before there were accounts" in page.html
    page.press_key("people:mine")
    assert "before there were accounts" not in page.html
    assert "An early fox" in page.go(HISTORY).html
    assert page.go(IMAGES)


def test_a_press_in_a_session_that_has_just_ended_leads_to_the_sign_in(
    place: Playing, pictures: Endpoint, model: Model, team: None, browser: Browser
) -> None:
    waiting = place.waiting(pictures, model, "A waiting fox", person="bob")
    lost = place.unknown(pictures, model, "A lost fox", person="bob")
    page = browser.sign_in("bob").go(IMAGES)
    keys = [
        each
        for each in page.pressable
        if each.startswith(("cancel:", "paid:", "free:", "resend:", "again:", "run:", "example"))
    ]
    assert len(keys) >= 5
    for key in keys:
        page = browser.sign_in("bob").go(IMAGES)
        sessions.end_all(place.store, "bob")
        assert "Sign in" in page.press_key(key).title
    assert place.run(waiting.id) == waiting
    assert place.run(lost.id) == lost
