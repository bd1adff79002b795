"""Accounts, sessions and one-time tokens: who is let in, who is put out, and what is kept."""

import io
import threading
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from lib.store import Purpose, Role, Store, StoreError, passwords, sessions, tokens, users
from lib.store.attempts import MOST, WITHIN, TooManyAttempts
from lib.store.passwords import WeakPassword
from lib.store.tables import metadata
from lib.store.users import NameTaken, NoSuchUser
from tests.unit.store.making import BERLIN, Clock

GOOD, OTHER = "four green kettles", "an umbrella indoors"
HERE = "192.0.2.7"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "ROUNDS", 4)
    passwords.nobody.cache_clear()


@pytest.fixture
def ada(store: Store) -> users.User:
    return users.add(store, "ada", GOOD, Role.ADMIN)


def signs_in(store: Store, name: str, password: str) -> bool:
    return users.verify(store, name, password, HERE) is not None


class TestAccounts:
    def test_the_right_password_opens_and_no_other(self, store: Store, ada: users.User) -> None:
        assert users.verify(store, "ada", GOOD, HERE) == ada
        assert ada.is_admin
        for wrong in (OTHER, "", GOOD + " ", GOOD.upper()):
            assert not signs_in(store, "ada", wrong)

    def test_an_account_without_a_password_opens_to_none(self, store: Store) -> None:
        assert not users.add(store, "bob", None, Role.MEMBER).has_password
        assert not signs_in(store, "bob", "the password of nobody")
        assert not signs_in(store, "nobody", "the password of nobody")

    def test_every_character_of_a_long_password_counts(self, store: Store) -> None:
        users.add(store, "bob", "x y z w " * 20 + "1", Role.MEMBER)
        assert not signs_in(store, "bob", "x y z w " * 20 + "2")
        assert signs_in(store, "bob", "x y z w " * 20 + "1")

    @pytest.mark.parametrize("name", ["", "Ada", "a b", "../etc", "a" * 81, "<b>", "ädä", "-a"])
    def test_a_name_that_will_not_do_is_refused(self, store: Store, name: str) -> None:
        with pytest.raises(ValueError, match="small letters"):
            users.add(store, name, GOOD, Role.MEMBER)

    @pytest.mark.parametrize(
        "weak",
        [
            "short one",
            "a" * 300,
            "password123",
            "PASSWORD123",
            "aaaaaaaaaaaa",
            "bobbobbob",
            "bob12345678",
        ],
    )
    def test_a_weak_password_is_refused(self, store: Store, weak: str) -> None:
        with pytest.raises(WeakPassword):
            users.add(store, "bob", weak, Role.MEMBER)
        assert users.get(store, "bob") is None

    def test_a_name_is_taken_once(self, store: Store, ada: users.User) -> None:
        with pytest.raises(NameTaken):
            users.add(store, ada.name, OTHER, Role.MEMBER)
        assert signs_in(store, "ada", GOOD)

    def test_the_last_admin_who_can_sign_in_stays_one(self, store: Store, ada: users.User) -> None:
        users.add(store, "bob", None, Role.ADMIN)
        for change in (users.disable, partial(users.set_role, role=Role.MEMBER)):
            with pytest.raises(StoreError, match="only admin"):
                change(store, ada.name)
        users.set_password(store, "bob", OTHER)
        users.disable(store, ada.name)
        assert [each.disabled for each in users.everybody(store)] == [True, False]

    def test_what_is_not_there_can_not_be_changed(self, store: Store) -> None:
        assert not users.are_there(store)
        for change in (users.enable, partial(users.set_password, password=GOOD)):
            with pytest.raises(NoSuchUser):
                change(store, "nobody")


class TestSessions:
    def test_a_token_is_its_persons_until_it_is_ended(self, store: Store, ada: users.User) -> None:
        token = sessions.begin(store, ada.name, HERE, "Firefox")
        assert sessions.person_of(store, token) == "ada"
        assert [(each.person, each.browser) for each in sessions.signed_in(store)] == [
            ("ada", "Firefox")
        ]
        sessions.end(store, token)
        assert sessions.person_of(store, token) is None
        assert sessions.signed_in(store) == []

    @pytest.mark.parametrize("token", ["", "x", "\ud800", "0" * 10_000])
    def test_no_other_token_is_anybodys(self, store: Store, ada: users.User, token: str) -> None:
        sessions.begin(store, ada.name, HERE, "")
        assert sessions.person_of(store, token) is None

    @pytest.mark.parametrize("how", ["everywhere", "password", "disabled"])
    def test_what_ends_all_sessions(self, store: Store, ada: users.User, how: str) -> None:
        users.add(store, "bob", OTHER, Role.ADMIN)
        mine = [sessions.begin(store, ada.name, HERE, "") for _ in range(2)]
        bobs = sessions.begin(store, "bob", HERE, "")
        {
            "everywhere": lambda: sessions.end_all(store, "ada"),
            "password": lambda: users.set_password(store, "ada", OTHER),
            "disabled": lambda: users.disable(store, "ada"),
        }[how]()
        if how == "disabled":
            users.enable(store, "ada")
        assert [sessions.person_of(store, each) for each in mine] == [None, None]
        assert sessions.person_of(store, bobs) == "bob"

    def test_one_that_is_not_seen_or_is_old_ends(
        self, store: Store, clock: Clock, ada: users.User
    ) -> None:
        idle = sessions.begin(store, ada.name, HERE, "")
        used = sessions.begin(store, ada.name, HERE, "")
        for _ in range(6):
            clock.move(days=5)
            sessions.person_of(store, used)
        assert sessions.person_of(store, idle) is None
        assert sessions.person_of(store, used) is None  # thirty days
        young = sessions.begin(store, ada.name, HERE, "")
        clock.move(days=6)
        assert sessions.person_of(store, young) == "ada"


class TestTokens:
    def test_it_does_one_thing_once(self, store: Store, ada: users.User) -> None:
        token = tokens.give(store, ada.name, Purpose.PASSWORD)
        assert token
        assert tokens.take(store, token, Purpose.SESSION) is None
        assert tokens.whose(store, token, Purpose.PASSWORD) == "ada"
        assert tokens.take(store, token, Purpose.PASSWORD) == "ada"
        assert tokens.take(store, token, Purpose.PASSWORD) is None

    @pytest.mark.parametrize("purpose", list(Purpose))
    def test_it_is_good_for_its_time(
        self, store: Store, clock: Clock, ada: users.User, purpose: Purpose
    ) -> None:
        token = tokens.give(store, ada.name, purpose) or ""
        clock.at += tokens.LIFE[purpose]
        assert tokens.whose(store, token, purpose) is None
        assert tokens.take(store, token, purpose) is None

    def test_a_newer_one_and_a_chosen_password_make_it_worthless(
        self, store: Store, ada: users.User
    ) -> None:
        old, new = (tokens.give(store, ada.name, Purpose.PASSWORD) or "" for _ in range(2))
        assert tokens.whose(store, old, Purpose.PASSWORD) is None
        users.set_password(store, "ada", OTHER)
        assert tokens.whose(store, new, Purpose.PASSWORD) is None

    def test_none_is_given_to_who_may_not_sign_in(self, store: Store, ada: users.User) -> None:
        users.add(store, "bob", OTHER, Role.MEMBER)
        users.disable(store, "bob")
        assert tokens.give(store, "bob", Purpose.SESSION) is None
        assert tokens.give(store, "nobody", Purpose.SESSION) is None

    def test_of_eight_who_take_it_at_once_one_gets_it(self, store: Store, ada: users.User) -> None:
        token = tokens.give(store, ada.name, Purpose.SESSION) or ""
        got: list[str | None] = []
        together = threading.Barrier(8)

        def take() -> None:
            together.wait()
            got.append(tokens.take(store, token, Purpose.SESSION))

        threads = [threading.Thread(target=take) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got, key=str) == [None] * 7 + ["ada"]


class TestAttempts:
    def test_after_some_for_a_name_the_right_password_has_to_wait_too(
        self, store: Store, clock: Clock, ada: users.User
    ) -> None:
        for n in range(MOST["name"]):
            assert users.verify(store, ada.name, OTHER, f"192.0.2.{n}") is None
        with pytest.raises(TooManyAttempts, match="15 minutes"):
            users.verify(store, ada.name, GOOD, HERE)
        clock.at += WITHIN
        assert signs_in(store, "ada", GOOD)

    def test_names_that_do_not_exist_have_to_wait_alike(self, store: Store) -> None:
        for n in range(MOST["name"]):
            assert users.verify(store, "nobody", OTHER, f"192.0.2.{n}") is None
        with pytest.raises(TooManyAttempts):
            signs_in(store, "nobody", GOOD)

    def test_one_address_may_not_try_all_names(self, store: Store, ada: users.User) -> None:
        for n in range(MOST["address"]):
            signs_in(store, f"name{n}", OTHER)
        with pytest.raises(TooManyAttempts):
            signs_in(store, "ada", GOOD)
        assert users.verify(store, "ada", GOOD, "192.0.2.99") == ada

    def test_the_right_one_makes_those_before_it_count_no_more(
        self, store: Store, ada: users.User
    ) -> None:
        for _ in range(3 * MOST["name"]):
            signs_in(store, "ada", OTHER)
            assert signs_in(store, "ada", GOOD)


def test_a_wrong_name_takes_as_long_as_a_wrong_password(
    store: Store, ada: users.User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are one comparison by bcrypt: counted, as times are not for tests."""
    compared: list[str] = []
    checkpw = passwords.bcrypt.checkpw
    monkeypatch.setattr(
        passwords.bcrypt, "checkpw", lambda *of: (compared.append("one"), checkpw(*of))[1]
    )
    assert not signs_in(store, "ada", OTHER)
    assert not signs_in(store, "nobody", OTHER)
    assert compared == ["one", "one"]


def test_nothing_that_is_kept_opens_anything(store: Store, ada: users.User) -> None:
    secrets = [
        GOOD,
        sessions.begin(store, ada.name, HERE, ""),
        tokens.give(store, ada.name, Purpose.PASSWORD) or "-",
    ]
    with store.read() as connection:
        rows = [row for each in metadata.sorted_tables for row in connection.execute(select(each))]
    everything = "\n".join(map(str, rows))
    assert tokens.hashed(secrets[1]) in everything
    assert not [each for each in secrets if each in everything]


class TestCommand:
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PLAYGROUND_DATA_DIR", str(tmp_path / "data"))

    def add(self, monkeypatch: pytest.MonkeyPatch, password: str, *told: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        users.main(["add", *told])

    def test_it_makes_the_first_admin_of_a_fresh_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.add(monkeypatch, GOOD, "ada", "--admin")
        store = Store(tmp_path / "data", BERLIN)
        made = users.verify(store, "ada", GOOD, HERE)
        store.close()
        assert made
        assert made.is_admin

    @pytest.mark.parametrize(
        ("password", "name", "told"),
        [("short", "ada", "at least 10"), (GOOD, "Ada!", "small letters")],
    )
    def test_it_says_what_is_wrong_in_a_sentence(
        self, monkeypatch: pytest.MonkeyPatch, password: str, name: str, told: str
    ) -> None:
        with pytest.raises(SystemExit, match=told):
            self.add(monkeypatch, password, name)
