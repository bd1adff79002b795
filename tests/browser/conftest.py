"""A real Chromium in front of a real playground. Any error behind the page fails the test."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import StartPlayground, StartSandbox
from tests.support.playground import Playground, playgrounds
from tests.support.sandbox import Sandbox, sandboxes
from tests.support.team import account, expect_inside, sign_in
from tests.support.watch import Watch
from tools import browser as tool

OpenWindow = Callable[..., Page]
Enter = Callable[[str, str], Page]

PICTURES = Path("test-results")
QUICK = 10
"""How many times as fast the jobs of a quick sandbox are."""
expect.set_options(timeout=15_000)  # milliseconds; two cores draw, serve and render here


# One of each a file, not a worker: Playwright keeps an event loop running as long as it is open,
# and tests of other folders that share the worker need their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser that `make test` found, or one that is installed. Fails when there is none."""
    path = tool.find()
    if path is None:
        pytest.fail("No browser for these tests: `make test` finds or installs one.", pytrace=False)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=list(tool.FLAGS))


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    """A playground on its sandbox, shared by the tests of one file."""
    with playgrounds(tmp_path_factory.mktemp("playground")) as start:
        yield start()


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    """One whose sandbox takes a tenth of the time for a job, for tests in which nothing has to
    happen while jobs go on."""
    with (
        sandboxes(tmp_path_factory.mktemp("quick")) as sandbox,
        playgrounds(tmp_path_factory.mktemp("playground")) as start,
    ):
        yield start(**rehearsing(sandbox(speed=QUICK)))


def rehearsing(sandbox: Sandbox) -> dict[str, str]:
    """The settings of a playground that has this sandbox instead of one of its own."""
    return {"PLAYGROUND_SANDBOX": sandbox.url, "PLAYGROUND_SANDBOX_KEY": sandbox.key}


@pytest.fixture
def watch() -> Watch:
    """What goes wrong behind the pages of this test; `watch.allow(…)` what it provokes itself."""
    return Watch()


@pytest.fixture
def open_window(
    browser: Browser, watch: Watch, request: pytest.FixtureRequest
) -> Iterator[OpenWindow]:
    """Opens windows that know nothing of each other: `open_window(url, color_scheme="dark")`.

    Keyword arguments are Playwright's for a new context. At the end every window is photographed
    if the test failed, and what happened behind them fails it.
    """
    # Set up before the windows, so ended after them: a page that still loads would miss its server.
    request.getfixturevalue("start_playground")
    with ExitStack() as ending:
        contexts: list[BrowserContext] = []

        def open_window(url: str | None = None, **options: Any) -> Page:
            viewport = {"width": 1280, "height": 900}
            context = browser.new_context(**{"viewport": viewport, "locale": "en-US", **options})
            ending.callback(context.close)
            contexts.append(context)
            watch.over(context)
            page = context.new_page()
            if url is not None:
                page.goto(url)
            return page

        yield open_window
        if request.node.stash.get(FAILED, False):
            photograph(contexts, request.node.name)
    assert not watch.offences, "\n".join(watch.offences)


@pytest.fixture
def page(open_window: OpenWindow, playground: Playground) -> Page:
    """The page of pictures in a fresh window."""
    return open_window(playground.images)


@pytest.fixture
def three(
    start_playground: StartPlayground, start_sandbox: StartSandbox, watch: Watch
) -> Playground:
    """A playground of Ada's, who is an admin, and of Ben and Cora, each of whom may be told that
    something is not theirs. Its jobs are quick."""
    watch.allow(r"console error.*(401|403|404|WebSocket)")
    playground = start_playground(**rehearsing(start_sandbox(speed=QUICK)))
    for name, options in (("ada", ("--admin",)), ("ben", ()), ("cora", ())):
        account(playground, name, *options)
    return playground


@pytest.fixture
def enter(open_window: OpenWindow) -> Enter:
    """Opens windows in which somebody has signed in: `enter(url, "ben")`."""

    def enter(url: str, name: str) -> Page:
        page = open_window(url)
        sign_in(page, name)
        expect_inside(page, name)
        return page

    return enter


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the fixtures whether the test itself failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


def photograph(contexts: list[BrowserContext], name: str) -> None:
    """Keep a picture of every open page under `test-results/`."""
    PICTURES.mkdir(exist_ok=True)
    for number, page in enumerate((page for context in contexts for page in context.pages), 1):
        page.screenshot(path=PICTURES / f"{name}-{number}.png", full_page=True)
