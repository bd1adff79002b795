"""What nobody knows for sure: runs that a person has to settle, and books beside the balance."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from lib.deapi.contract import Endpoint
from lib.deapi.errors import Forbidden, NoAnswer
from lib.deapi.models import Model
from lib.runs import evidence, reconcile
from lib.runs.balance import Balance
from lib.runs.engine import Engine
from lib.store import Run, Settlement, State, StoreError, ledger, runs
from lib.ui import session
from lib.ui.session import LOCAL
from tests.support.pages import HISTORY, Page, Playing, given
from tests.support.sandbox import Sandbox
from tests.support.waiting import eventually


@pytest.fixture
def lost(place: Playing, pictures: Endpoint, model: Model) -> list[Run]:
    return [place.unknown(pictures, model, text, "0.0040") for text in ("One", "Two", "Three")]


def test_several_unknown_runs_are_settled_at_once_and_only_those_ticked(
    place: Playing, lost: list[Run]
) -> None:
    page = Page().go(HISTORY)
    assert "Nobody knows whether 3 runs were paid for" in page.html
    assert "settle:paid" not in page.pressable
    for run in lost[:2]:
        page.put("checkbox", f"settle:{run.id}", True)
    page.press("Count as paid · $0.008")
    assert [place.run(run.id).price for run in lost] == [Decimal("0.004")] * 2 + [None]
    assert [place.run(run.id).state for run in lost] == [State.FAILED] * 2 + [State.UNKNOWN]
    page.press("Tick all").press("Not charged")
    assert place.run(lost[2].id).settled is Settlement.FREE
    assert "Nobody knows whether" not in page.html
    assert ledger.standing(place.store, lost[0].profile).posted == Decimal("0.008")


def test_settling_that_fails_half_way_says_what_is_left_and_leaves_it_ticked(
    place: Playing, lost: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page().go(HISTORY)
    for run in lost:
        page.put("checkbox", f"settle:{run.id}", True)
    settle = Engine.settle_unknown

    def full(engine: Engine, run_id: str, person: str, *, paid: bool) -> Run | None:
        if run_id == lost[0].id:  # the oldest, which comes last
            raise StoreError("The disk is full.")
        return settle(engine, run_id, person, paid=paid)

    monkeypatch.setattr(Engine, "settle_unknown", full)
    page.press("Not charged")
    assert "One run is not settled yet. The disk is full." in page.html
    assert [place.run(run.id).state for run in lost] == [State.UNKNOWN, State.FAILED, State.FAILED]
    monkeypatch.undo()
    page.press("Not charged")
    assert place.run(lost[0].id).settled is Settlement.FREE


def test_what_can_t_be_told_now_leaves_the_page_whole(
    place: Playing, lost: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> Any:
        raise NoAnswer("no answer in time")

    def broken(*_: object) -> Any:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(Engine, "orphans", busy)
    assert Page().html.count("That can&#x27;t be told right now") == len(lost)
    monkeypatch.setattr(evidence, "of_account", broken)
    page = Page().go(HISTORY)
    assert [key for key in page.keys if key == f"settle:{lost[0].id}"]


def test_what_other_people_made_is_counted_and_not_quoted(
    place: Playing, lost: list[Run], pictures: Endpoint, model: Model
) -> None:
    hers = place.waiting(pictures, model, "A secret of hers", person="ada")
    given(runs.claim(place.store, hers.id, "test"))
    page = Page()
    assert "one run of somebody else" in page.html
    for told in ("secret", "ada", hers.id):
        assert told not in page.html
    client = session.Client(place.engine, None, LOCAL)
    with pytest.raises(KeyError):
        client.evidence(hers.id)
    with pytest.raises(KeyError):
        client.keep_now(hers.id)


def test_the_card_tells_what_is_known_and_leads_to_where_several_are_settled(
    place: Playing, lost: list[Run]
) -> None:
    page = Page()
    assert page.html.count("The balance does not tell yet: it is looked at again in") == len(lost)
    assert "\u201cTwo\u201d (not taken, as far as we know)" in page.html
    assert page.links.count("Settle 3 such runs at once") == len(lost)


# --- the books beside the balance ----------------------------------------------------------------


def test_the_books_say_that_they_agree_with_the_balance(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    page = Page().write(pictures, model, "A red fox")
    page.until(lambda: page.price)
    page.press("Run")
    eventually(lambda: [run.state for run in place.runs()] == [State.DONE], timeout=30)
    look(place)
    assert "Agrees with the account&#x27;s balance since" in page.go(HISTORY).html


@pytest.mark.parametrize(
    ("spent", "told"),
    [("4", "$4.00 is not explained"), ("0", "the account has lost nothing: $0.50 less")],
)
def test_a_drift_is_shown_until_it_is_said_to_be_explained(
    place: Playing,
    live: Sandbox,
    pictures: Endpoint,
    model: Model,
    spent: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first by another program on the same key, the second by a run that nobody charged."""
    monkeypatch.setattr(reconcile, "APART", timedelta(0))
    look(place)
    before = look(place)  # it stands, so that the comparison may start there
    if Decimal(spent):
        place.done(pictures, model, "A red fox", "0")
        live.control("PUT", "balance", float(before - Decimal(spent)))
    else:
        place.done(pictures, model, "A red fox", "0.5")
    look(place)
    page = Page().go(HISTORY)
    assert told not in page.html  # one look alone may be wrong
    look(place)
    assert told in page.run().html
    assert "Books differ by" in " ".join(page.links)
    assert told in page.put("text_input", "history:text", "nothing has this").html
    page.press("That's explained")
    assert told not in page.html
    assert "Books differ by" not in " ".join(page.links)


@pytest.mark.usefixtures("place")
def test_a_key_that_may_not_see_the_balance_is_said_to_check_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hidden = Balance(None, datetime.now(UTC), Forbidden("No", status=403))
    monkeypatch.setattr(Engine, "balance", lambda *_: hidden)
    assert "This key may not see the balance, so nothing checks" in Page().go(HISTORY).html


def look(place: Playing) -> Decimal:
    """Have the balance seen once more."""
    profile = place.engine.profiles[0]
    place.engine.look(profile, wait=20)
    seen = place.engine.balance(profile)
    assert seen is not None
    assert seen.amount is not None
    return seen.amount
