"""The account behind the key: a balance that falls, and the list of what made it fall."""

from collections.abc import Callable
from dataclasses import dataclass

from lib.deapi.contract import MINIMUM_BALANCE_USD
from lib.sandbox.database import Database
from lib.sandbox.money import nanos

MINIMUM_BALANCE = nanos(MINIMUM_BALANCE_USD)


class NotEnough(Exception):
    """The balance doesn't carry the job; the message says so."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one accepted job costs; zero when it ended in an error."""

    request_id: str
    endpoint: str
    amount: int
    """Nano-dollars."""
    at: float
    """Seconds since 1970."""


class Account:
    """Amounts in nano-dollars. `opening` counts only for a new data folder."""

    def __init__(self, database: Database, opening: int, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        database.execute("INSERT OR IGNORE INTO account (id, balance) VALUES (1, ?)", [opening])

    @property
    def balance(self) -> int:
        return self._database.one("SELECT balance FROM account")["balance"]

    def put(self, balance: int) -> None:
        self._database.execute("UPDATE account SET balance = ?", [balance])

    def charge(self, request_id: str, endpoint: str, amount: int) -> None:
        """Take `amount` for a call that is being accepted. Raises `NotEnough`.

        Must run in the transaction that keeps the job.
        """
        balance = self.balance
        if balance < MINIMUM_BALANCE:
            # That jobs are refused below the minimum is documented (gotchas §11); with which body
            # isn't. Ours is that of any other balance that doesn't suffice.
            raise NotEnough(f"A balance of at least ${MINIMUM_BALANCE_USD} is required.")
        if balance < amount:
            raise NotEnough("Insufficient balance.")
        self._move(-amount)
        self._database.execute(
            "INSERT INTO charges (request_id, endpoint, amount, at) VALUES (?, ?, ?, ?)",
            [request_id, endpoint, amount, self._clock()],
        )

    def settle(self, request_id: str, amount: int) -> None:
        """Correct a charge to what the job turned out to cost; zero gives all of it back.

        Must run in the transaction that ends the job.
        """
        held = self._database.one("SELECT amount FROM charges WHERE request_id = ?", [request_id])
        self._move(held["amount"] - amount)
        self._database.execute(
            "UPDATE charges SET amount = ? WHERE request_id = ?", [amount, request_id]
        )

    def charges(self) -> list[Charge]:
        """Every job ever accepted, oldest first."""
        rows = self._database.rows(
            "SELECT request_id, endpoint, amount, at FROM charges ORDER BY at, rowid"
        )
        return [Charge(*row) for row in rows]

    def _move(self, amount: int) -> None:
        self._database.execute("UPDATE account SET balance = balance + ?", [amount])
