"""What nobody knows for sure: runs that a person has to settle, and books beside the balance."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Event
from typing import Any

import pytest

from lib.deapi.contract import Endpoint
from lib.deapi.errors import Forbidden
from lib.deapi.models import Model
from lib.people.who import LOCAL
from lib.runs import engine, reconcile
from lib.runs.balance import Balance
from lib.runs.engine import Engine
from lib.store import Run, Settlement, State, ledger, runs
from lib.ui import evidence as words
from lib.ui.plain import label
from tests.support.pages import HISTORY, IMAGES, PATIENCE, Page, Playing
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


def test_settling_that_fails_half_way_says_what_is_done_and_what_is_left_and_leaves_it_ticked(
    place: Playing, lost: list[Run]
) -> None:
    page = Page().go(HISTORY)
    for run in lost:
        page.put("checkbox", f"settle:{run.id}", True)
    runs.settle_unknown(place.store, lost[2].id, LOCAL, paid=True)  # in another window meanwhile
    sql(  # the oldest, which comes last
        place,
        "CREATE TRIGGER broken BEFORE UPDATE ON runs "
        f"WHEN new.id = '{lost[0].id}' BEGIN SELECT RAISE(ABORT, 'no luck'); END",
    )
    page.press("Not charged")
    assert "One run is settled. One run is not settled yet and stays ticked." in page.html
    assert "no luck" in page.html
    assert [place.run(run.id).settled for run in lost] == [None, Settlement.FREE, Settlement.PAID]
    page.press("Not charged")
    assert "One run is not settled yet and stays ticked." in page.html
    assert "One run is settled" not in page.html
    sql(place, "DROP TRIGGER broken")
    page.press("Not charged")
    assert place.run(lost[0].id).settled is Settlement.FREE


@pytest.mark.usefixtures("lost")
def test_a_database_that_does_not_say_leaves_the_page_whole(place: Playing) -> None:
    look(place)
    sql(place, "ALTER TABLE balances RENAME TO gone")
    page = Page()
    assert page.html.count("That can&#x27;t be told right now") == 3
    assert page.has_button("Count as paid")
    page.go(HISTORY)
    assert [text.endswith("can't be told right now") for text in page.ticks] == [True] * 3
    page.press("Tick all").press("Not charged")
    assert "Nobody knows whether" not in page.html


@pytest.mark.usefixtures("lost")
def test_an_engine_that_is_too_busy_to_say_is_waited_for_once(
    place: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page()
    page.until(lambda: "The balance does not tell" in page.html)
    asked: list[str] = []
    orphans = Engine.orphans

    def counted(engine: Engine, profile: str) -> Any:
        asked.append(profile)
        return orphans(engine, profile)

    monkeypatch.setattr(Engine, "orphans", counted)
    monkeypatch.setattr(engine, "CLICK_SECONDS", 0.2)
    free = Event()

    def busy() -> None:
        free.wait(PATIENCE)

    place.engine._loop.call(busy)
    try:
        page.run()
    finally:
        free.set()
    assert page.html.count("That can&#x27;t be told right now") == 3
    assert len(asked) == 1
    monkeypatch.undo()
    monkeypatch.setattr(words, "PATIENCE", 0.0)
    page.until(lambda: "The balance does not tell" in page.html)


def test_what_other_people_made_is_counted_and_not_quoted(
    place: Playing, lost: list[Run], pictures: Endpoint, model: Model
) -> None:
    hers = place.sending(pictures, model, "A secret of hers", person="somebody-else")
    page = Page()
    assert page.html.count("one run of somebody else") == len(lost)
    for told in ("secret", "somebody-else", hers.id):
        assert told not in page.everything
    page.go(HISTORY)
    for told in ("secret", "somebody-else", hers.id):
        assert told not in page.everything


def test_the_card_tells_what_is_known_and_leads_to_where_several_are_settled(
    place: Playing, lost: list[Run]
) -> None:
    page = Page()
    assert page.html.count("The balance does not tell yet: it is looked at again in") == len(lost)
    assert "\u201cTwo\u201d (not taken, as far as we know)" in page.html
    assert page.links.count("Settle 3 such runs at once") == len(lost)


def test_the_card_tells_of_a_job_that_no_run_here_has(
    place: Playing, live: Sandbox, pictures: Endpoint, model: Model
) -> None:
    page = Page().write(pictures, model, "A red fox")
    page.until(lambda: page.price)
    page.press("Run")
    page.until(lambda: [run.state for run in place.runs()] == [State.DONE])  # the line stands
    live.control(
        "POST", "faults", {"fault": "reset_after", "method": "POST", "path": pictures.path}
    )
    page.press("Run")
    page.until(lambda: "deAPI told of a job that no run here has" in page.html)
    [job] = place.engine.orphans(place.engine.profiles[0])
    assert f"({job.job.request_id}): it may be this one." in page.html


# --- the books beside the balance ----------------------------------------------------------------


def test_the_books_say_that_they_agree_with_the_balance(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    page = Page().write(pictures, model, "A red fox")
    page.until(lambda: page.price)
    page.press("Run")
    eventually(lambda: [run.state for run in place.runs()] == [State.DONE], timeout=30)
    look(place)
    assert "These books agree with the account&#x27;s balance since" in page.go(HISTORY).html


@pytest.mark.parametrize(
    ("spent", "told"),
    [("4", "The account has $4.00 less than it should"), ("0", "has $0.50 more than it should")],
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
    assert told in page.put("text_input", "history:text", "nothing has this").html
    page.press("That's explained")
    assert told not in page.html
    assert "Books differ by" not in " ".join(page.go(IMAGES).links)


def test_a_drift_is_told_without_any_run_and_the_sidebar_asks_for_it_now_and_then(
    place: Playing, live: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "APART", timedelta(0))
    asked: list[str] = []
    compare = Engine.comparison

    def counted(engine: Engine, profile: str) -> Any:
        asked.append(profile)
        return compare(engine, profile)

    monkeypatch.setattr(Engine, "comparison", counted)
    look(place)
    live.control("PUT", "balance", float(look(place) - 1))
    look(place)
    look(place)
    page = Page()
    for _ in range(3):
        page.run()
    assert label("Books differ by $1.00") in page.links
    assert len(asked) == 1
    page.go(HISTORY)
    assert "Nothing here yet" in page.html
    assert "The account has $1.00 less than it should" in page.html
    assert "Books differ by" not in " ".join(page.links)  # it stands here


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


def sql(place: Playing, statement: str) -> None:
    """Have the database do what no code of ours does to it."""
    with place.store.write() as connection:
        connection.exec_driver_sql(statement)
