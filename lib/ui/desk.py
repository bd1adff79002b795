"""What a session may ask and order about one subject is a desk: here is how each knows who asks."""

from collections.abc import Callable

from lib.people.who import Person
from lib.runs.engine import Engine
from lib.store import Store


class Desk:
    """Reads and changes what is kept, for `who`. Each method of a desk raises `StoreError`, and
    `SignedOut` for who is not signed in any more."""

    def __init__(self, store: Store, who: Person, check: Callable[[], None]) -> None:
        """`check` raises when `who` is not behind the session any more, or has another role."""
        self._whole = store
        self._who = who
        self._check = check

    @property
    def _store(self) -> Store:
        self._check()
        return self._whole


class ProfileDesk(Desk):
    """One whose subject belongs to a profile."""

    def __init__(self, store: Store, profile: str, who: Person, check: Callable[[], None]) -> None:
        super().__init__(store, who, check)
        self._profile = profile


class EngineDesk:
    """One that orders runs, for `who` on one profile. `check` says before each order whether they
    are still signed in; what is only read was asked about a second ago at most (lib/ui/session)."""

    def __init__(
        self, engine: Engine, profile: str, who: Person, check: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._profile = profile
        self._who = who
        self._check = check

    @property
    def _store(self) -> Store:
        return self._engine.store
