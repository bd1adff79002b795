"""Two real servers on one PostgreSQL and one bucket: whichever a person's requests reach, it is
the same playground, and when one dies the other goes on."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow, rehearsing
from tests.conftest import StartPlayground
from tests.support import screens
from tests.support.nginx import fronted
from tests.support.playground import Playground
from tests.support.postgres import PostgreSQL
from tests.support.s3 import S3, bucket_url
from tests.support.sandbox import Sandbox, StartSandbox
from tests.support.team import account, expect_inside, expect_outside, sign_in
from tests.support.watch import Watch

__all__ = ["bucket_url"]

FOX, BOAT = "a red fox in the snow", "a boat on a lake"

Two = tuple[Playground, Playground]


@pytest.fixture
def rehearsal(start_sandbox: StartSandbox) -> Sandbox:
    """One sandbox for both, slow enough that a server can die while it works."""
    return start_sandbox(tier="premium", speed=2)


@pytest.fixture
def two(
    rehearsal: Sandbox,
    postgres: PostgreSQL,
    bucket_url: str,
    start_playground: StartPlayground,
    watch: Watch,
) -> Two:
    watch.allow(r"console error.*(401|403|404|WebSocket)")
    shared = {
        "database": postgres.make(),
        "PLAYGROUND_MEDIA_URL": bucket_url,
        **rehearsing(rehearsal),
    }
    first = start_playground(**shared)
    account(first, "ada", "--admin")
    return first, start_playground(**shared)


def test_who_signs_in_at_one_is_known_at_the_other_and_finds_all_of_it_there(
    two: Two, open_window: OpenWindow
) -> None:
    first, second = two
    page = open_window(first.images)
    sign_in(page, "ada")
    expect_inside(page, "ada")
    made(page, FOX)

    page.goto(second.images)
    expect_inside(page, "ada")
    shown(page, FOX)
    made(page, BOAT)
    page.goto(f"{first.url}/history")
    for text in (FOX, BOAT):
        expect(page.get_by_text(text).first).to_be_visible()

    page.get_by_role("button", name="ada").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect_outside(page)
    page.goto(second.images)
    expect_outside(page)


def test_behind_nginx_a_window_whose_server_dies_goes_on_at_the_other_and_is_charged_once(
    two: Two, rehearsal: Sandbox, open_window: OpenWindow, watch: Watch, tmp_path: Path
) -> None:
    watch.allow_a_dead_server()
    with fronted(tmp_path / "nginx", [each.port for each in two]) as front:
        page = open_window(f"{front.url}/images", ignore_https_errors=True)
        sign_in(page, "ada")
        screens.write(page, FOX)
        screens.run(page)
        screens.ordered(page, FOX)
        before = server_of(page)
        two[before - 1].kill()
        screens.finished(page, FOX)
        assert server_of(page) != before
        expect_inside(page, "ada")
        made(page, BOAT)
        assert len(rehearsal.charges()) == 2
        page.goto("about:blank")  # a window that outlives nginx would only complain


def server_of(page: Page) -> int:
    """To which of the two, from 1, nginx leads this window."""
    (number,) = (
        str(each.get("value"))
        for each in page.context.cookies()
        if each.get("name") == "playground_server"
    )
    return int(number)


def test_health_says_which_part_is_down(two: Two, s3: S3, bucket_url: str) -> None:
    first, _ = two
    assert first.health() == {"status": "ok", "database": "ok", "results": "ok"}
    s3.remove(bucket_url)
    answer = httpx.get(f"{first.url}/healthz", timeout=10)
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "ok", "results": "down"}


def made(page: Page, text: str) -> None:
    screens.write(page, text)
    screens.run(page)
    shown(page, text)


def shown(page: Page, text: str) -> None:
    picture = screens.finished(page, text).locator(".pg-picture img")
    assert screens.pixels(picture)["colours"] > 10
