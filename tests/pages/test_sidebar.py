"""The sidebar: whose money, how much of it, and what is going on."""

from decimal import Decimal
from pathlib import Path

import pytest

from lib.deapi.contract import Endpoint
from lib.deapi.models import Model
from lib.people.who import LOCAL
from lib.store import TEAM, Caps, caps
from lib.ui import profile
from tests.conftest import StartSandbox
from tests.support.pages import HISTORY, IMAGES, Page, Playing, playing
from tests.support.sandbox import Sandbox


@pytest.mark.parametrize("where", [IMAGES, HISTORY])
def test_it_shows_the_balance_and_what_was_spent(
    place: Playing, pictures: Endpoint, model: Model, where: str
) -> None:
    place.done(pictures, model, "A red fox", "0.0030")
    page = Page().go(where)
    page.until(lambda: amount(page, "Balance") not in ("", "…"))
    assert amount(page, "Balance") == "$1,000.00"
    assert amount(page, "Spent today") == amount(page, "Spent this month") == "$0.003"
    assert amount(page, "On hold") == ""


def test_it_shows_what_is_held_and_what_is_open(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    place.unknown(pictures, model, "A <b>red</b> fox", "0.0040")
    page = Page()
    assert amount(page, "On hold") == "$0.004"
    assert "A &lt;b&gt;red&lt;/b&gt; fox" in page.beside
    assert "Nobody knows whether this was paid for" in page.beside
    assert "1 in Images" not in page.links
    assert "1 in Images" in page.go(HISTORY).links


def test_a_key_that_may_not_see_the_balance_is_told_so(
    tmp_path: Path, start_sandbox: StartSandbox
) -> None:
    modest = start_sandbox(tier="premium", engines="none", role="api")
    with playing(tmp_path / "data", modest):
        page = Page()
        page.until(lambda: amount(page, "Balance") != "…")
        assert amount(page, "Balance") == "hidden"
        assert "This key may not see the balance." in page.beside
        assert not page.problems


def test_each_profile_has_its_own_badge_balance_and_books(
    tmp_path: Path, live: Sandbox, pictures: Endpoint
) -> None:
    with playing(tmp_path / "data", live, PLAYGROUND_SANDBOX="on") as place:
        place.done(pictures, place.models(pictures)[0], "A rehearsal", "0.0030")
        page = Page()
        page.until(lambda: amount(page, "Balance") == "$5.00")
        assert badge(page) == "Sandbox"
        assert amount(page, "Spent today") == "$0.003"
        page.put("button_group", profile.KEY, "live")
        page.until(lambda: amount(page, "Balance").startswith("$1,000"))
        assert badge(page) == "Live"
        assert amount(page, "Spent today") == "$0.00"
        assert "Nothing here yet" in page.go(HISTORY).html
        assert badge(Page()) == "Live"  # a reload keeps the choice


def test_with_one_profile_there_is_nothing_to_choose(place: Playing) -> None:
    page = Page()
    assert badge(page) == "Live"
    assert profile.KEY not in page.keys


@pytest.mark.parametrize("where", [IMAGES, HISTORY])
def test_the_key_is_shown_nowhere(place: Playing, live: Sandbox, where: str) -> None:
    page = Page().go(where)
    assert live.key not in page.everything


def amount(page: Page, name: str) -> str:
    """What stands beside a name; empty when it isn't there."""
    _, _, rest = page.beside.partition(f"<dt>{name}</dt><dd>")
    return rest.partition("<")[0]


def badge(page: Page) -> str:
    return page.beside.partition('class="pg-badge">')[2].partition("<")[0]


# --- caps ----------------------------------------------------------------------------------------


def cap(place: Playing, whose: str, **limits: str) -> None:
    new = Caps(**{period: Decimal(usd) for period, usd in limits.items()})
    caps.put(place.store, place.engine.profiles[0], whose, new)


def test_what_is_left_of_each_cap_stands_beside_every_page(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    cap(place, LOCAL, day="1")
    cap(place, TEAM, month="20")
    place.done(pictures, model, "A fox", "0.25")
    place.unknown(pictures, model, "Another fox", "0.25")  # counts until it is settled
    beside = Page().beside
    assert "<dt>Left today</dt><dd>$0.50 of\u00a0$1</dd>" in beside
    assert "<dt>Team, this month</dt><dd>$19.50 of\u00a0$20</dd>" in beside
    assert "is used" not in beside


def test_at_four_fifths_there_is_a_notice_and_at_all_of_it_a_stop(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    cap(place, LOCAL, day="1")
    place.done(pictures, model, "A fox", "0.8")
    page = Page()
    assert "80% of your limit for today is used or held." in page.beside
    cap(place, LOCAL, day="0.8")
    assert "Your limit for today is used up." in page.run().beside


def test_a_quote_above_what_is_left_can_not_be_ordered_and_says_why(
    place: Playing, pictures: Endpoint, model: Model
) -> None:
    page = Page().write(pictures, model, "A red fox")
    assert page.until(lambda: page.price)
    cap(place, TEAM, day="0.002")
    page.run()
    assert page.price is None
    assert (
        "more than what is left of the team&#x27;s limit for today ($0.002 of $0.002)" in page.html
    )
    cap(place, TEAM, day="0.003")
    assert page.run().price
