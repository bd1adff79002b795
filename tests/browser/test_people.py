"""A team signs in: by a link, with a password, and out again, for good."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.support.playground import Playground, playgrounds
from tests.support.postgres import PostgreSQL
from tests.support.processes import TOP, environment
from tests.support.s3 import S3, way_to
from tests.support.team import SECRET, account, expect_inside, expect_outside, sign_in
from tests.support.watch import Watch


@pytest.fixture(scope="module")
def team(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgreSQL, s3: S3
) -> Iterator[Playground]:
    """A playground with one account, Ada's, who is an admin, on PostgreSQL and a bucket: in the
    other tests before a browser in which people sign in it is on SQLite and a folder, and those of
    the pages have both."""
    shared = {
        "database": postgres.make(),
        "PLAYGROUND_MEDIA_URL": s3.bucket(),
        **way_to(s3.url),
    }
    with playgrounds(tmp_path_factory.mktemp("team")) as start:
        playground = start(**shared)
        account(playground, "ada", "--admin")
        yield playground


@pytest.fixture(autouse=True)
def signing_out(watch: Watch) -> None:
    watch.allow(r"console error.*(401|403|WebSocket)")


def test_who_signs_in_is_where_they_wanted_to_be(team: Playground, open_window: OpenWindow) -> None:
    page = open_window(f"{team.url}/history")
    expect_outside(page)
    expect(page.get_by_role("link", name="Images")).to_have_count(0)
    sign_in(page, "ada", "not her password")
    expect(page.get_by_text("don't belong together")).to_be_visible()
    sign_in(page, "nobody")
    expect(page.get_by_text("don't belong together")).to_be_visible()
    sign_in(page, " Ada ")
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    expect_inside(page, "ada")
    page.reload()
    expect_inside(page, "ada")
    cookies = page.context.cookies()
    [cookie] = [each for each in cookies if each.get("name") == "playground_session"]
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Strict")
    assert page.evaluate("document.cookie").count("playground_session") == 0


def test_a_copied_cookie_is_worth_nothing_after_signing_out(
    team: Playground, open_window: OpenWindow
) -> None:
    page = open_window(f"{team.url}/images")
    sign_in(page, "ada")
    expect_inside(page, "ada")
    thief = open_window()
    thief.context.add_cookies(page.context.cookies())  # pyright: ignore[reportArgumentType]
    thief.goto(team.images)
    expect_inside(thief, "ada")
    page.get_by_role("button", name=re.compile("ada")).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect_outside(page)
    thief.get_by_role("link", name="History").click()
    expect_outside(thief)


def test_somebody_is_invited_works_and_is_let_in_no_more(
    team: Playground, open_window: OpenWindow
) -> None:
    admin = open_window(f"{team.url}/people")
    sign_in(admin, "ada")
    expect(admin.get_by_role("heading", name="People")).to_be_visible()
    admin.get_by_text("Invite somebody").click()
    admin.get_by_label("Name", exact=True).fill("bob")
    admin.get_by_label("Name", exact=True).press("Enter")  # its button still slides into its place
    link = admin.locator("code", has_text="?invite=").inner_text()
    assert link.startswith(team.url)

    member = open_window(link)
    member.get_by_label("New password").fill("bob")
    member.get_by_label("Once more").fill("bob")
    member.get_by_role("button", name="Save and sign in").click()
    expect(member.get_by_text("Use at least 10 characters")).to_be_visible()
    member.get_by_label("New password").fill(SECRET)
    member.get_by_label("Once more").fill(SECRET)
    member.get_by_role("button", name="Save and sign in").click()
    expect_inside(member, "bob")
    expect(member.get_by_role("link", name="Images").first).to_be_visible()
    expect(member.get_by_role("link", name="People")).to_have_count(0)
    again = open_window(link)
    expect(again.get_by_text("has been used, or is too old")).to_be_visible()

    admin.get_by_role("button", name="Done").click()
    admin.locator('[class*="st-key-person-bob"]').get_by_role("button", name="Change").click()
    admin.get_by_role("button", name="Don't let in any more").click()
    expect(admin.get_by_text("may not sign in")).to_be_visible()
    member.get_by_role("link", name="History").first.click()
    expect_outside(member)
    sign_in(member, "bob")
    expect(member.get_by_text("don't belong together")).to_be_visible()


def test_a_new_password_signs_out_every_other_browser(
    team: Playground, open_window: OpenWindow
) -> None:
    account(team, "cleo")
    one, other = open_window(team.images), open_window(team.images)
    for page in (one, other):
        sign_in(page, "cleo")
        expect_inside(page, "cleo")
    one.get_by_role("button", name=re.compile("cleo")).click()
    for label, value in (
        ("Password now", SECRET),
        ("New password", "five blue kettles"),
        ("Once more", "five blue kettles"),
    ):
        one.get_by_label(label).fill(value)
    one.get_by_role("button", name="Change it").click()
    expect_outside(one)
    other.get_by_role("link", name="History").first.click()
    expect_outside(other)
    sign_in(other, "cleo", "five blue kettles")
    expect_inside(other, "cleo")


def test_with_an_account_other_addresses_and_the_public_name_lead_here_and_no_other(
    team: Playground,
) -> None:
    team.stop()
    same = {name: value for name, value in team.settings.items() if name != "PLAYGROUND_PORT"}
    with playgrounds(team.folder.parent / "open") as start:
        shown = start(
            PLAYGROUND_HOST="0.0.0.0",
            PLAYGROUND_PUBLIC_URL="https://playground.example",
            **same,
            PLAYGROUND_SANDBOX="off",
            DEAPI_API_KEY="none",
            DEAPI_BASE_URL="http://127.0.0.1:9",
        )
        for host, status in (
            ("playground.example", 200),
            ("192.0.2.7:8501", 200),
            ("evil.example", 403),
        ):
            answer = httpx.get(f"{shown.url}/healthz", headers={"Host": host})
            assert answer.status_code == status, host


def test_the_start_says_how_to_make_the_first_account(tmp_path: Path) -> None:
    settings = {"PLAYGROUND_HOST": "0.0.0.0", "PLAYGROUND_DATA_DIR": str(tmp_path)}
    command = [sys.executable, str(TOP / "app.py")]
    ended = subprocess.run(
        command,
        check=False,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert "lib.store.users add NAME --admin" in ended.stderr
