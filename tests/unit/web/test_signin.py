"""A session's cookie is set once, for the right ticket, from our own page, and ends for good."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lib.people import who
from lib.store import Purpose, Role, Run, Store, inherit, passwords, sessions, tokens, users
from lib.web import files as served
from lib.web import signin
from tests.unit.web.conftest import Keeping, picture

HOST = "playground.test"
OURS = {"Origin": f"http://{HOST}"}
OURS_BY_TLS = {"Origin": f"https://{HOST}"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "ROUNDS", 4)


@pytest.fixture
def people(store: Store) -> None:
    for name, role in (("ada", Role.ADMIN), ("bob", Role.MEMBER), ("cleo", Role.MEMBER)):
        users.add(store, name, "four green kettles", role)


def browser(store: Store, scheme: str = "http") -> TestClient:
    routes = [*signin.routes(lambda: store), *served.routes(lambda: store)]
    return TestClient(Starlette(routes=routes), base_url=f"{scheme}://{HOST}")


def ticket(store: Store, name: str) -> dict[str, Any]:
    return {"ticket": tokens.give(store, name, Purpose.SESSION)}


def signed_in(store: Store, name: str) -> TestClient:
    web = browser(store)
    assert web.post("/session", json=ticket(store, name), headers=OURS).status_code == 200
    return web


@pytest.mark.usefixtures("people")
class TestCookie:
    @pytest.mark.parametrize(
        ("scheme", "origin", "name"),
        [("http", OURS, who.COOKIE), ("https", OURS_BY_TLS, who.SECURE_COOKIE)],
    )
    def test_no_script_and_no_other_site_gets_at_it(
        self, store: Store, scheme: str, origin: dict[str, str], name: str
    ) -> None:
        answer = browser(store, scheme).post("/session", json=ticket(store, "ada"), headers=origin)
        told = answer.headers["set-cookie"]
        assert told.startswith(f"{name}=")
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(told.split("; "))
        assert ("Secure" in told) == (scheme == "https")
        assert answer.headers["cache-control"] == "no-store"

    def test_a_ticket_is_good_once(self, store: Store) -> None:
        one, web = ticket(store, "ada"), browser(store)
        assert web.post("/session", json=one, headers=OURS).status_code == 200
        again = browser(store).post("/session", json=one, headers=OURS)
        assert (again.status_code, "set-cookie" in again.headers) == (401, False)

    @pytest.mark.parametrize("origin", [None, "null", "https://evil.test", f"https://{HOST}"])
    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_another_site_gets_nothing(self, store: Store, origin: str | None, method: str) -> None:
        web = signed_in(store, "bob")
        headers = {"Origin": origin} if origin else {}
        answer = web.request(method, "/session", json=ticket(store, "ada"), headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
        assert who.of_cookies(store, dict(web.cookies)) is not None

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"ticket": 1}', b"x" * 9999, b"\xff"])
    def test_a_broken_body_is_no_ticket(self, store: Store, body: bytes) -> None:
        answer = browser(store).post("/session", content=body, headers=OURS)
        assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)

    def test_a_copied_cookie_is_worth_nothing_after_signing_out(self, store: Store) -> None:
        web = signed_in(store, "ada")
        copied = dict(web.cookies)
        assert who.of_cookies(store, copied) == who.Person("ada", Role.ADMIN)
        assert web.delete("/session", headers=OURS).status_code == 200
        assert not web.cookies
        assert who.of_cookies(store, copied) is None

    def test_what_is_kept_of_a_session_is_no_cookie(self, store: Store) -> None:
        web = signed_in(store, "ada")
        [known] = sessions.signed_in(store)
        assert web.cookies[who.COOKIE] not in repr(known)


class TestFiles:
    @pytest.fixture
    def run(self, keep: Keeping) -> Run:
        """From before there were accounts."""
        return keep(picture(), "0.png", "image/png")

    @pytest.fixture
    def hers(self, store: Store, run: Run) -> Run:
        """It is Cleo's."""
        assert inherit.take(store, "cleo") == 1
        return run

    def status(self, web: TestClient, run: Run) -> set[int]:
        whats = ("result", "download")
        return {web.get(f"/files/{run.id}/{what}").status_code for what in whats}

    def test_without_accounts_they_are_this_machines(self, store: Store, run: Run) -> None:
        assert self.status(browser(store), run) == {200}

    @pytest.mark.usefixtures("people")
    def test_they_are_their_persons_and_the_admins_alone(self, store: Store, hers: Run) -> None:
        assert self.status(signed_in(store, "cleo"), hers) == {200}
        assert self.status(signed_in(store, "ada"), hers) == {200}
        assert self.status(signed_in(store, "bob"), hers) == {404}
        assert self.status(browser(store), hers) == {404}

    @pytest.mark.usefixtures("people")
    def test_who_is_disabled_or_signed_out_everywhere_gets_no_more(
        self, store: Store, hers: Run
    ) -> None:
        web = signed_in(store, "cleo")
        users.disable(store, "cleo")
        assert self.status(web, hers) == {404}
        web = signed_in(store, "ada")
        sessions.end_all(store, "ada")
        assert self.status(web, hers) == {404}
