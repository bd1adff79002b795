"""What an admin may ask and do about everybody. Each call looks first whether an admin asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lib.people.who import Person
from lib.store import (
    TEAM,
    Caps,
    Denied,
    Purpose,
    Role,
    Spent,
    Store,
    caps,
    inherit,
    ledger,
    sessions,
    spending,
    tokens,
    users,
)
from lib.store.sessions import Session
from lib.store.spending import By, Share
from lib.store.users import User


class NotAllowed(Denied):
    """Only an admin may do this."""

    def __init__(self) -> None:
        super().__init__("Only an admin may do this.")


@dataclass(frozen=True, kw_only=True)
class Member:
    """An account, what it may spend (USD) and has spent, held money included, and the browsers
    that are signed in to it."""

    user: User
    caps: Caps
    today: Decimal
    month: Decimal
    browsers: Sequence[Session]


class Team:
    """Over one profile's books. Each method raises `NotAllowed` for who is no admin, and
    `StoreError`."""

    def __init__(self, store: Store, profile: str, who: Person, check: Callable[[], None]) -> None:
        """`check` raises when `who` is not behind the session any more, or has another role: what
        was drawn for an admin may be pressed when they are none."""
        self._whole = store
        self._profile = profile
        self._who = who
        self._check = check

    @property
    def _store(self) -> Store:
        self._check()
        if not self._who.is_admin:
            raise NotAllowed
        return self._whole

    def members(self) -> list[Member]:
        """Every account, by name."""
        store, profile = self._store, self._profile
        spent = spending.by_person(store, profile, store.today())
        browsers = sessions.signed_in(store)
        zero = Decimal(0)
        return [
            Member(
                user=user,
                caps=caps.of(store, profile, user.name),
                today=spent.get(user.name, (zero, zero))[0],
                month=spent.get(user.name, (zero, zero))[1],
                browsers=[each for each in browsers if each.person == user.name],
            )
            for user in users.everybody(store)
        ]

    def invite(self, name: str, role: Role) -> str:
        """A new account, and a token to choose its password. Raises `ValueError` too."""
        users.add(self._store, name, None, role)
        return self.reset(name)

    def reset(self, name: str) -> str:
        """A token to choose a new password; the one there is goes on until that is done."""
        token = tokens.give(self._store, name, Purpose.PASSWORD)
        if token is None:
            raise Denied(f"{name} may not sign in: let them in again first.")
        return token

    def disable(self, name: str) -> None:
        """Sign them out everywhere and let them in no more."""
        users.disable(self._store, name)

    def enable(self, name: str) -> None:
        """Undo `disable`."""
        users.enable(self._store, name)

    def set_role(self, name: str, role: Role) -> None:
        users.set_role(self._store, name, role)

    def sign_out(self, name: str) -> None:
        """End every session of theirs."""
        sessions.end_all(self._store, name)

    def set_caps(self, name: str, new: Caps) -> None:
        """Of a person, or of `TEAM`. Raises `ValueError` too."""
        caps.put(self._store, self._profile, name, new)

    def caps(self) -> Caps:
        """Of everybody together."""
        return caps.of(self._store, self._profile, TEAM)

    def spent(self) -> Spent:
        """By everybody together, today and this month."""
        return ledger.spent(self._store, self._profile)

    def shares(self, by: By) -> list[Share]:
        """This month's spending, split up."""
        return spending.shares(self._store, self._profile, self.today(), by)

    def projected(self) -> Decimal:
        """USD at the end of the month, if it goes on like this."""
        return spending.projected(self.spent().month_posted, self.today())

    def today(self) -> date:
        return self._store.today()

    def ownerless(self) -> int:
        """How many runs are from before there were accounts."""
        return inherit.left(self._store)

    def take_over(self) -> int:
        """Have me own them; how many they were."""
        return inherit.take(self._store, self._who.name)
