"""Showcase: results with a star become a page, arranged by its person and shared by its address."""

import re
import secrets
from decimal import Decimal

import pytest

from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.models import Model
from lib.people import who
from lib.people.who import Person
from lib.store import (
    LOCAL,
    NewRun,
    ResultFile,
    Role,
    Run,
    Showcase,
    deletion,
    files,
    ledger,
    marks,
    runs,
    showcases,
)
from lib.ui import state, words
from tests.support.media import put
from tests.support.pages import Page, Playing, given

SHOWCASE = words.SHOWCASE.page
Starred = dict[str, Run]


@pytest.fixture
def starred(place: Playing, pictures: Endpoint, model: Model) -> Starred:
    """Two runs with a star, the second one newer, and one without."""
    found = {
        name: place.done(pictures, model, text, price)
        for name, text, price in (
            ("fox", "A red fox", "0.0020"),
            ("owl", "An owl <b>at night</b>", "0.0030"),
            ("plain", "A plain cat", "0.0040"),
        )
    }
    for name in ("fox", "owl"):
        marks.star(place.store, found[name].id, LOCAL, True)
    return found


@pytest.fixture
def showcase(place: Playing, starred: Starred) -> Showcase:
    ids = [starred["fox"].id, starred["owl"].id]
    return showcases.begin(place.store, starred["fox"].profile, LOCAL, "For *Friday*", ids)


def shown(page: Page) -> list[str]:
    """The prompts of the results, from the first."""
    return re.findall(r'"pg-show-prompt">([^<]*)<', page.html)


PRICED = re.compile(r"pg-show-about[^/]*\$0\.00")
FOX, OWL = "A red fox", "An owl &lt;b&gt;at night&lt;/b&gt;"


def test_without_a_star_it_says_what_to_do(place: Playing) -> None:
    page = Page().go(SHOWCASE)
    assert "Star ★ a result first" in page.html
    assert "Go to History" in page.links
    assert not page.has_button("Make one")


def test_an_address_may_have_any_signs_that_one_is_made_of(
    place: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit's components take no name with two underscores, which one showcase in two hundred
    has in its address."""
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _: "a__b-_")
    made = showcases.begin(place.store, place.engine.profiles[0], LOCAL, "Foxes")
    assert "Foxes" in Page(SHOWCASE).at(SHOWCASE, showcase=made.id).everything


@pytest.mark.usefixtures("starred")
def test_what_has_a_star_becomes_a_page_newest_first(place: Playing) -> None:
    page = Page().go(SHOWCASE).press("Make one from my starred results")
    assert shown(page) == [OWL, FOX]
    assert "$0.002" in page.html
    page.press("All showcases")
    assert "2 results" in page.html
    assert shown(page.press("Open")) == [OWL, FOX]


def test_its_person_arranges_it(place: Playing, starred: Starred, showcase: Showcase) -> None:
    page = Page().at(SHOWCASE, showcase=showcase.id)
    assert page.title == r"For \*Friday\*"
    assert shown(page) == [FOX, OWL]
    fox, owl = starred["fox"].id, starred["owl"].id
    assert shown(page.press_key(f"showcase_down:{fox}")) == [OWL, FOX]
    assert shown(page.press_key(f"showcase_up:{fox}")) == [FOX, OWL]
    assert shown(page.press_key(f"showcase_first:{owl}")) == [OWL, FOX]
    assert f"showcase_up:{owl}" not in page.pressable
    page.put("text_input", f"showcase:t:{showcase.id}", "For Monday")
    assert page.title == "For Monday"
    page.put("text_input", f"showcase:t:{showcase.id}", " ")
    [problem] = page.problems
    assert "needs a title" in problem
    assert page.title == "For Monday"
    assert PRICED.search(page.html)
    page.put("toggle", f"showcase:p:{showcase.id}", False)
    assert not PRICED.search(page.html)
    assert shown(page.press_key(f"showcase_out:{owl}")) == [FOX]
    page.press("Delete this showcase")
    assert page.title == words.SHOWCASE.title
    assert showcases.get(place.store, showcase.id) is None
    assert runs.get(place.store, fox) is not None


def test_presenting_leaves_nothing_but_the_results_and_the_way_back(
    place: Playing, starred: Starred, showcase: Showcase
) -> None:
    page = Page().at(SHOWCASE, showcase=showcase.id).press("Present")
    assert shown(page) == [FOX, OWL]
    assert "Arrange" not in page.expanders
    assert not page.has_button("All showcases")
    page.press("Stop presenting")
    assert "Arrange" in page.expanders


def test_it_is_run_again_on_its_form(
    place: Playing, starred: Starred, showcase: Showcase, pictures: Endpoint
) -> None:
    page = Page().at(SHOWCASE, showcase=showcase.id)
    before = len(place.runs())
    page.press_key(f"showcase_again:{starred['fox'].id}")
    assert page.title == words.FAMILIES["images"].title
    assert page.values(pictures)["prompt"] == "A red fox"
    assert page.values(pictures)["seed"] == starred["fox"].params["seed"]
    assert len(place.runs()) == before


def test_a_deleted_run_is_not_in_it_any_more(
    place: Playing, starred: Starred, showcase: Showcase
) -> None:
    assert deletion.delete(place.store, starred["fox"].id, LOCAL)
    assert shown(Page().at(SHOWCASE, showcase=showcase.id)) == [OWL]


# --- others ---------------------------------------------------------------------------------------


NOTE = ResultFile(n=0, name="0.txt", media_type="text/plain", size=8, sha256="5e" * 32)


@pytest.fixture
def edits() -> Endpoint:
    return endpoint("images.edits")


@pytest.fixture
def theirs(place: Playing, edits: Endpoint) -> Showcase:
    """Bob's, with one result: a picture of his that he had changed, with settings of his own."""
    model, [file, *_] = place.models(edits)[-1], edits.files
    picture = {"upload": "5e" * 32, "name": "passport.png"}
    sent = {"prompt": "A secret fox", "seed": 4711, file.name: [picture]}
    new = NewRun(
        profile=place.engine.profiles[0],
        person="bob",
        endpoint=edits.id,
        model=model.slug,
        params=sent,
        nonce="bob's press",
        quote=Decimal("0.002"),
        reserved=Decimal("0.002"),
        text="A secret fox",
    )
    run = given(
        runs.claim(place.store, ledger.admit(place.store, new).id, place.store.server or "")
    )
    run = given(runs.accept(place.store, run, "bob's job"))
    run = given(runs.settle_done(place.store, run, Decimal("0.002")))
    run = given(runs.keep(place.store, run, [], thumb=False))
    return showcases.begin(place.store, run.profile, "bob", "Bob's", [run.id])


@pytest.fixture
def ada(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member who has made nothing of it."""
    me = Person("ada", Role.MEMBER)
    monkeypatch.setattr(who, "of_cookies", lambda *_: me)


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("there", [True, False])
def test_of_one_that_is_not_shared_a_stranger_learns_as_much_as_of_none(
    place: Playing, theirs: Showcase, there: bool
) -> None:
    asked = theirs.id if there else "no-such-showcase"
    page = Page().at(SHOWCASE, showcase=asked)
    assert "There is no such showcase, or it is not shared with you." in page.html
    assert "secret" not in page.everything
    assert "Bob's" not in page.everything
    desk = page.client.showcases
    [run] = showcases.shown(place.store, theirs.id)
    put(place.store, files.result_name(run.id, NOTE.name), b"a secret")
    assert desk.text(run, NOTE) is None
    for change in (
        lambda: desk.share(asked, True),
        lambda: desk.retitle(asked, "Mine"),
        lambda: desk.delete(asked),
    ):
        with pytest.raises(KeyError):
            change()
    assert "Bob" not in Page().go(SHOWCASE).html


@pytest.mark.usefixtures("ada")
def test_a_colleague_sees_one_that_is_shared_and_changes_nothing_about_it(
    place: Playing, theirs: Showcase, edits: Endpoint
) -> None:
    showcases.put(place.store, theirs.id, shared=True)
    page = Page().at(SHOWCASE, showcase=theirs.id)
    assert shown(page) == ["A secret fox"]
    assert "$0.002" in page.html
    assert "Arrange" not in page.expanders
    [run] = showcases.shown(place.store, theirs.id)
    desk = page.client.showcases
    for change in (
        lambda: desk.share(theirs.id, False),
        lambda: desk.move(theirs.id, run.id, by=1),
        lambda: desk.remove(theirs.id, run.id),
        lambda: desk.delete(theirs.id),
    ):
        with pytest.raises(KeyError):
            change()
    page.press("All showcases")
    assert "bob · 1 result" in page.html
    page.press("Open").press("Run it again")
    assert page.title == words.FAMILIES["images"].title
    values = page.values(edits)
    assert (values["prompt"], page.state[state.model_key(edits)]) == ("A secret fox", run.model)
    assert values["seed"] != 4711
    assert "passport" not in page.everything


@pytest.mark.usefixtures("ada")
def test_nobody_puts_a_run_of_another_into_their_own(place: Playing, theirs: Showcase) -> None:
    showcases.put(place.store, theirs.id, shared=True)
    [run] = showcases.shown(place.store, theirs.id)
    desk = Page().client.showcases
    mine = desk.begin("Mine", [run])
    assert showcases.shown(place.store, mine.id) == []
    with pytest.raises(KeyError):
        desk.add(mine.id, run.id)
