"""Faults that a test or a person asks for: which calls they strike, and what happens then.

`POST /sandbox/faults` takes a list of objects:

- `fault`: one of `KINDS`
- `every`: each n-th of those it could strike (default 1); `times`: how often it strikes
  (default 1; null: for ever); `name`: by which `DELETE /sandbox/faults?name=` ends it
- `method`, `path`: which calls (default: all); a path that ends in `*` is a beginning
- and what the kind takes, see `TAKES`; README.md says what each of them does

Job faults strike submits, and stay with the job over a restart; faults of push and of webhooks
strike messages, so they take neither `method` nor `path`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, cast, get_args

from lib.sandbox.money import balance

CallFault = Literal[
    "status",
    "minute_limit",
    "daily_limit",
    "html",
    "truncated",
    "reset_before",
    "reset_after",
    "stall",
    "expired",
]
DelayFault = Literal["slow"]
JobFault = Literal["job_error", "job_never_ends", "final_price"]
PushFault = Literal["push_lost", "push_doubled", "push_out_of_order"]
WebhookFault = Literal["webhook_forged", "webhook_replayed"]
KINDS: tuple[str, ...] = tuple(
    kind
    for kinds in (CallFault, DelayFault, JobFault, PushFault, WebhookFault)
    for kind in get_args(kinds)
)

TAKES: Mapping[str, tuple[str, ...]] = {
    "status": ("status", "body", "headers"),
    "minute_limit": ("retry_after",),
    "daily_limit": ("retry_after",),
    "html": ("status", "body"),
    "truncated": ("full_length",),
    "stall": ("seconds", "processed"),
    "slow": ("seconds",),
    "job_error": ("code", "message"),
    "final_price": ("price", "factor"),
}
"""What a kind takes beside `name`, `every`, `times` and, of calls and jobs, `method` and `path`."""

SLOW_SECONDS = 5
_MOST_SECONDS = 86_400
_MOST_TIMES = 1_000
"""How many times its price a job may cost in the end."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_OF_THE_SERVER = ("content-length", "transfer-encoding", "connection")


class BadFault(ValueError):
    """A fault that can't be understood; `field` is where, and the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(slots=True)
class Fault:
    """One of those that were asked for, and how often it has struck."""

    kind: str
    method: str = "*"
    path: str = "*"
    every: int = 1
    times: int | None = 1
    name: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    seen: int = 0
    struck: int = 0

    @classmethod
    def parse(cls, given: object) -> "Fault":
        """Raises `BadFault`."""
        if not isinstance(given, dict):
            raise BadFault("fault", "A fault must be an object.")
        values = cast(dict[str, Any], given)
        kind = values.get("fault")
        if kind not in KINDS:
            raise BadFault("fault", f"The fault must be one of {', '.join(KINDS)}.")
        takes = _taken_by(kind)
        for name, value in values.items():
            if name not in takes:
                raise BadFault(name, f"The fault {kind} takes no {name}.")
            if (wrong := _CHECKS[name](value)) is not None:
                raise BadFault(name, f"The {name} of a fault {wrong}.")
        if kind == "final_price" and ("price" in values) == ("factor" in values):
            raise BadFault(
                "price", "The fault final_price needs a price or a factor, and not both."
            )
        of_all = ("method", "path", "every", "times", "name")
        known = {name: values[name] for name in of_all if name in values}
        if "method" in known:
            known["method"] = known["method"].upper()  # as it is on the wire
        rest = {name: value for name, value in values.items() if name not in (*known, "fault")}
        return cls(kind, details=rest, **known)

    def strikes(self, method: str, path: str) -> bool:
        """Whether it strikes this call, which is counted."""
        here = self.method in ("*", method) and (
            path == self.path or (self.path.endswith("*") and path.startswith(self.path[:-1]))
        )
        if not here or (self.times is not None and self.struck >= self.times):
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.struck += 1
        return True

    def as_json(self) -> dict[str, Any]:
        told = {"fault": self.kind, "method": self.method, "path": self.path}
        told |= {"every": self.every, "times": self.times, "name": self.name}
        return {**told, **self.details, "struck": self.struck}


def _taken_by(kind: str) -> tuple[str, ...]:
    of_messages = kind in get_args(PushFault) or kind in get_args(WebhookFault)
    which = () if of_messages else ("method", "path")
    return ("fault", "name", "every", "times", *which, *TAKES.get(kind, ()))


# ── What is wrong with an argument: the end of a sentence, or None ────────────────────────────


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be text"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "has half a character, which can't be sent"
    return None


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def whole(least: int, most: int | None = None) -> Callable[[object], str | None]:
    """A check of a whole number within these bounds."""
    limits = f"of at least {least}" if most is None else f"from {least} to {most}"

    def check(value: object) -> str | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return f"must be a whole number {limits}"
        right = value >= least and (most is None or value <= most)
        return None if right else f"must be a whole number {limits}"

    return check


def _times(value: object) -> str | None:
    wrong = value is not None and whole(1)(value)
    return f"{wrong}, or null for ever" if wrong else None


def _seconds(value: object) -> str | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return "must be a number"
    right = 0 <= value <= _MOST_SECONDS  # which NaN is not
    return None if right else f"must be a number from 0 to {_MOST_SECONDS}"


def _price(value: object) -> str | None:
    try:
        balance(value)
    except ValueError as error:
        return str(error)
    return None


def _factor(value: object) -> str | None:
    try:
        factor = Decimal("NaN") if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        factor = Decimal("NaN")
    if factor.is_finite() and 0 <= factor <= _MOST_TIMES:
        return None
    return f"must be a number from 0 to {_MOST_TIMES}"


def _headers(value: object) -> str | None:
    if not isinstance(value, dict):
        return "must be an object of texts"
    for name, said in cast(dict[str, object], value).items():
        if not _TOKEN.fullmatch(name) or name.lower() in _OF_THE_SERVER:
            return "has a name that can't be set"
        if not isinstance(said, str) or not _HEADER_VALUE.fullmatch(said):
            return "has a value that can't be sent"
    return None


_CHECKS: Mapping[str, Callable[[object], str | None]] = {
    "fault": _text,
    "name": _text,
    "method": _text,
    "path": _text,
    "every": whole(1),
    "times": _times,
    # What can end a call: 100 to 199 only announce an answer.
    "status": whole(200, 599),
    "body": _text,
    "headers": _headers,
    "retry_after": whole(0),
    "full_length": _flag,
    "seconds": _seconds,
    "processed": _flag,
    "code": _text,
    "message": _text,
    "price": _price,
    "factor": _factor,
}


class Faults:
    """Those that were asked for, in that order: the first that strikes a call is the one."""

    def __init__(self) -> None:
        self._asked: list[Fault] = []
        self._expired: set[str] = set()

    def add(self, given: list[object]) -> None:
        """All of them or, when one raises `BadFault`, none."""
        self._asked += [Fault.parse(each) for each in given]

    def end(self, name: str) -> None:
        """Take away those of this name."""
        self._asked = [each for each in self._asked if each.name != name]

    def clear(self) -> None:
        self._asked.clear()
        self._expired.clear()

    def as_json(self) -> list[dict[str, Any]]:
        return [each.as_json() for each in self._asked]

    def call(self, method: str, path: str) -> Fault | None:
        """What happens to this call."""
        return self._first(get_args(CallFault), method, path)

    def delay(self, method: str, path: str) -> float:
        """How many seconds this call waits, whatever else happens to it."""
        struck = self._first(get_args(DelayFault), method, path)
        return struck.details.get("seconds", SLOW_SECONDS) if struck else 0

    def job(self, method: str, path: str) -> Fault | None:
        """What becomes of the job that this submit starts."""
        return self._first(get_args(JobFault), method, path)

    def push(self) -> PushFault | None:
        """What happens to the next message by push."""
        struck = self._first(get_args(PushFault), "*", "*")
        return struck and cast(PushFault, struck.kind)

    def webhook(self) -> WebhookFault | None:
        """What happens to the next delivery to a webhook."""
        struck = self._first(get_args(WebhookFault), "*", "*")
        return struck and cast(WebhookFault, struck.kind)

    def expire(self, address: str) -> None:
        """Have this file's address (its path and query) be over, until `clear`."""
        self._expired.add(address)

    def is_expired(self, address: str) -> bool:
        return address in self._expired

    def fresh(self, path: str) -> str:
        """An address of the file at `path` that isn't over: a job that is asked again names it."""
        address, number = path, 0
        while address in self._expired:
            number += 1
            address = f"{path}?renewed={number}"
        return address

    def _first(self, kinds: tuple[str, ...], method: str, path: str) -> Fault | None:
        of_these = (each for each in self._asked if each.kind in kinds)
        return next((each for each in of_these if each.strikes(method, path)), None)
