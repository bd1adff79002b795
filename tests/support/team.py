"""A team in front of a playground: accounts, and who signs in."""

import re
import subprocess
import sys

from playwright.sync_api import Page, expect

from tests.support.playground import Playground
from tests.support.processes import TOP, environment

SECRET = "four green kettles"


def account(playground: Playground, name: str, *options: str) -> None:
    """As its README says: by the command, beside the running playground."""
    command = [sys.executable, "-m", "lib.store.users", "add", name, *options]
    settings = environment(**playground.settings)
    subprocess.run(command, cwd=TOP, env=settings, input=f"{SECRET}\n", text=True, check=True)


def sign_in(page: Page, name: str, password: str = SECRET) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def expect_inside(page: Page, name: str) -> None:
    expect(page.get_by_role("button", name=re.compile(name))).to_be_visible()


def expect_outside(page: Page) -> None:
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
