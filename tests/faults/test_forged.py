"""A member who writes the messages of a browser by hand sees and moves nothing of another's."""

from contextlib import closing
from unittest import mock
from zoneinfo import ZoneInfo

from benchmarks.watcher import Watcher
from lib.deapi.contract import endpoint
from lib.people.who import COOKIE
from lib.store import Filters, Role, Run, State, Store, history, passwords, sessions, users
from tests.conftest import StartPlayground, StartSandbox
from tests.support.waiting import eventually

EXAMPLES = ("Lighthouse at dusk", "Paper city")


class Browser(Watcher):
    """Remembers every byte that it was sent."""

    def __init__(self, url: str, token: str) -> None:
        self.heard: list[bytes] = []
        super().__init__(url, "images", cookies=f"{COOKIE}={token}")

    def hear(self, raw: bytes) -> None:
        self.heard.append(raw)

    def has_heard(self, text: str) -> bool:
        return any(text.encode() in each for each in self.heard)


def test_a_forged_message_moves_and_shows_nothing_of_anothers(
    start_sandbox: StartSandbox, start_playground: StartPlayground
) -> None:
    live = start_sandbox(engines="none", tier="premium", balance=1000)
    playground = start_playground(live=live, PLAYGROUND_SANDBOX="off")
    with (
        closing(Store(playground.data, ZoneInfo("UTC"))) as store,
        mock.patch.object(passwords, "ROUNDS", 4),
    ):
        for name in ("ada", "bob"):
            users.add(store, name, "four green kettles", Role.MEMBER)
        hers, his = (
            Browser(playground.url, sessions.begin(store, name, "127.0.0.1", "test"))
            for name in ("ada", "bob")
        )
        with hers, his:
            path = endpoint("images.generations").path
            live.control("POST", "faults", {"fault": "reset_after", "method": "POST", "path": path})
            lost = lose(store, hers)
            buttons = [
                each.button.id
                for (kind, _), each in hers.widgets.items()
                if kind == "button" and lost.id in each.button.id
            ]
            assert len(buttons) >= 3
            his.load()
            for widget in buttons:
                for fragment in ("", *hers.clocks):
                    his.send(widget, fragment, query=f"run={lost.id}")
            assert not his.has_heard(lost.id)
            assert runs_of(store, "bob") == []
            assert runs_of(store, "ada") == [lost]
            assert hers.has_heard(lost.id)  # it would have been heard
            hers.press("It wasn't charged")  # and it would have moved
            eventually(lambda: runs_of(store, "ada")[0].state is not State.UNKNOWN)


def lose(store: Store, browser: Browser) -> Run:
    """A run of hers of which nobody knows whether it was paid for, on her page."""
    browser.load()
    browser.press(EXAMPLES[0])
    eventually(lambda: browser.has_button("Run · $") or not browser.load(), timeout=30)
    browser.press("Run · $")

    def settled() -> bool:
        browser.load()
        return browser.has_button("It wasn't charged")

    eventually(settled, timeout=30)
    [run] = runs_of(store, "ada")
    return run


def runs_of(store: Store, person: str) -> list[Run]:
    return history.page(store, Filters(profile="live", person=person))
