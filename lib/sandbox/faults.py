"""Faults that a test or a person asks for: which calls they strike, and what happens then.

`POST /sandbox/faults` takes a list of objects:

- `fault`: one of `KINDS`
- `method`, `path`: which calls (default: all); a path that ends in `*` is a beginning
- `every`: each n-th of them (default 1); `times`: how often it strikes (default 1; null: for ever)
- and what the kind takes: `status` and `body` (`status`, `html`), `retry_after` in seconds
  (`minute_limit`, `daily_limit`), `seconds` and `processed` (`stall`), `code` and `message`
  (`job_error`), `price` in USD (`final_price`)

Job faults strike submits, and stay with the job over a restart; faults of push and of webhooks
strike messages, for which `method` and `path` mean nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
JobFault = Literal["job_error", "job_never_ends", "final_price"]
PushFault = Literal["push_lost", "push_doubled", "push_out_of_order"]
WebhookFault = Literal["webhook_forged", "webhook_replayed"]
KINDS: tuple[str, ...] = tuple(
    kind for kinds in (CallFault, JobFault, PushFault, WebhookFault) for kind in get_args(kinds)
)

_TAKES: Mapping[str, type | tuple[type, ...]] = {
    "fault": str,
    "method": str,
    "path": str,
    "every": int,
    "times": (int, type(None)),
    "status": int,
    "body": str,
    "retry_after": int,
    "seconds": (int, float),
    "processed": bool,
    "code": str,
    "message": str,
    "price": (str, int, float),
}


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
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    seen: int = 0
    struck: int = 0

    @classmethod
    def parse(cls, given: object) -> "Fault":
        """Raises `BadFault`."""
        if not isinstance(given, dict):
            raise BadFault("fault", "A fault must be an object.")
        values = cast(dict[str, Any], given)
        for name, value in values.items():
            kind = _TAKES.get(name)
            if kind is None:
                raise BadFault(name, f"There is no {name} in a fault.")
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                raise BadFault(name, f"The {name} of a fault is of the wrong type.")
        if values.get("fault") not in KINDS:
            raise BadFault("fault", f"The fault must be one of {', '.join(KINDS)}.")
        if values.get("every", 1) < 1 or (values.get("times") or 1) < 1:
            raise BadFault("every", "every and times must be at least 1.")
        if "price" in values:
            try:
                balance(values["price"])
            except ValueError as error:
                raise BadFault("price", f"The price {error}.") from error
        known = {
            name: values[name] for name in ("method", "path", "every", "times") if name in values
        }
        rest = {name: value for name, value in values.items() if name not in (*known, "fault")}
        return cls(values["fault"], details=rest, **known)

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
        told |= {"every": self.every, "times": self.times}
        return {**told, **self.details, "struck": self.struck}


class Faults:
    """Those that were asked for, in that order: the first that strikes a call is the one."""

    def __init__(self) -> None:
        self._asked: list[Fault] = []

    def add(self, given: list[object]) -> None:
        """All of them or, when one raises `BadFault`, none."""
        self._asked += [Fault.parse(each) for each in given]

    def clear(self) -> None:
        self._asked.clear()

    def as_json(self) -> list[dict[str, Any]]:
        return [each.as_json() for each in self._asked]

    def call(self, method: str, path: str) -> Fault | None:
        """What happens to this call."""
        return self._first(get_args(CallFault), method, path)

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

    def _first(self, kinds: tuple[str, ...], method: str, path: str) -> Fault | None:
        of_these = (each for each in self._asked if each.kind in kinds)
        return next((each for each in of_these if each.strikes(method, path)), None)
