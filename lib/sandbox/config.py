"""How one sandbox was asked to behave."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

APP_KEY = "sandbox-app-key"
"""The app key of its push."""
CLIENT_ID = "sandbox"

Tier = Literal["basic", "premium"]
Role = Literal["admin", "api"]
Engines = Literal["real", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The command line, understood."""

    key: str
    data: Path
    """Where jobs, charges, balance and files are kept."""
    tier: Tier = "premium"
    role: Role = "admin"
    balance: int = 5_000_000_000
    """The opening balance of a new data folder, in nano-dollars."""
    speed: float = 1.0
    """How many times as fast as deAPI jobs run; greater than zero."""
    engines: Engines = "real"
    """`none` answers every job with one fixed tiny file."""
    client_id: str = CLIENT_ID
    """Whose channel news is pushed to."""
    address: str = "http://127.0.0.1"
    """Where this sandbox answers, for news that no call has asked for."""
    webhook_secret: str | None = None
    """The account's own, which signs what has no secret by request; the key when there is none."""
    ca: Path | None = None
    """Certificates that webhook receivers may also have, in PEM."""
