"""Another model takes over where that was allowed, and both cards say so."""

import json
from pathlib import Path

from lib.deapi.contract import Endpoint
from lib.store import State
from tests.conftest import StartSandbox
from tests.support.pages import Page, Playing, playing
from tests.support.processes import TOP
from tests.support.sandbox import Sandbox

ALL = json.loads((TOP / "lib/sandbox/models.json").read_text())


def test_the_next_model_makes_it_and_both_cards_say_which(
    tmp_path: Path, start_sandbox: StartSandbox, pictures: Endpoint
) -> None:
    live = start_sandbox(tier="premium", engines="none", speed=100, balance=1000)
    with playing(tmp_path / "data", live) as place:
        page = ready(place, pictures)
        page.put("checkbox", f"fallback:{pictures.id}", True)
        gone = withdraw(live, place, pictures)
        page.press("Run · ")
        page.until(lambda: len(place.runs()) == 2)
        old, new = place.runs()
        assert (old.model, new.instead_of) == (gone, old.id)
        place.reaches(new.id, State.DONE)
        names = {each.slug: each.name for each in place.models(pictures)}
        page.until(
            lambda: f"Made by this model because {names[gone]} could not do it." in page.html
        )
        assert f"{names[gone]} could not do it. {names[new.model]} took it over." in page.html
        assert "Nothing was paid" in page.html
        assert [each["endpoint"] for each in live.charges()] == [pictures.id]


def test_without_leave_nobody_takes_over(
    tmp_path: Path, start_sandbox: StartSandbox, pictures: Endpoint
) -> None:
    live = start_sandbox(tier="premium", engines="none", speed=100, balance=1000)
    with playing(tmp_path / "data", live) as place:
        page = ready(place, pictures)
        withdraw(live, place, pictures)
        page.press("Run · ")
        [run] = place.runs()
        place.reaches(run.id, State.FAILED)
        page.run()
        assert "took it over" not in page.html
        assert not live.charges()


def ready(place: Playing, at: Endpoint) -> Page:
    """The form on the dearest model, so that others are within its price, ready to be pressed."""
    page = Page().choose(at, place.models(at)[-1])
    page.press_key(f"{at.id}:example:0")
    page.until(lambda: page.price)
    return page


def withdraw(live: Sandbox, place: Playing, at: Endpoint) -> str:
    """Take the model of the form out of what deAPI offers; its slug."""
    gone = place.models(at)[-1].slug
    live.control("PUT", "models", [each for each in ALL if each["slug"] != gone])
    return gone
