"""Everything that can go wrong with deAPI.

    DeapiError
      NotDelivered            the connection was never made: certainly not processed
      NoAnswer *              no answer came after the request had begun to go out
      NotUnderstood *         an answer came that nobody documents
      ServerError *           5xx
      Unauthorized            401
      Forbidden               403
      NotFound                404
      Invalid                 422
        NotEnoughBalance      422 that names the balance
      RateLimited             429
        MinuteLimit
        DailyLimit
      Refused                 any other 4xx
      DownloadFailed          a result could not be fetched
        Expired
        UnsafeAddress
        TooLarge

* `uncertain`: a *paid* call that ended this way may have been processed, and may have been charged.

Messages are deAPI's own words, for details and logs. What a person reads is written elsewhere.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, cast

import httpx

from lib.deapi.text import clean, loads, short, words

DEFAULT_RETRY_AFTER = 5.0
"""Seconds to wait after a 429 that doesn't say (deapi.md, Retry with Exponential Backoff)."""

_LONGEST_RETRY_AFTER = 2 * 86_400.0
_MOST_FIELDS = 50


class DeapiError(Exception):
    """Something went wrong between us and deAPI.

    `message` is deAPI's own text or ours for a detail line, `status` the HTTP status when there
    was an answer, `code` the machine's word for the reason when deAPI gave one.
    """

    uncertain: ClassVar[bool] = False

    def __init__(self, message: str, *, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code

    def facts(self) -> dict[str, Any]:
        """What is remembered of this error: JSON-able, the same keys for every kind."""
        return {
            "kind": type(self).__name__,
            "message": self.message,
            "status": self.status,
            "code": self.code,
            "fields": {},
            "retry_after": None,
        }


class NotDelivered(DeapiError):
    """Raised when no connection could be made, so that deAPI certainly did not see the request."""


class NoAnswer(DeapiError):
    """Raised when the request had begun to go out and then a timeout or a reset ended it."""

    uncertain = True


class NotUnderstood(DeapiError):
    """Raised when the answer is not JSON, has an unknown shape, or a status nobody documents."""

    uncertain = True


class ServerError(DeapiError):
    """Raised when deAPI answers 5xx."""

    uncertain = True


class Unauthorized(DeapiError):
    """Raised on 401: the key is missing, wrong, expired or used up (`code`, gotchas §11)."""


class Forbidden(DeapiError):
    """Raised on 403: this key may not do that, or the account is suspended (gotchas §3, §11)."""


class NotFound(DeapiError):
    """Raised on 404: deAPI doesn't know this job or path."""


class Refused(DeapiError):
    """Raised on any other 4xx: the request was turned down."""


class Invalid(DeapiError):
    """Raised on 422: `fields` says what is wrong with each parameter."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = 422,
        code: str | None = None,
        fields: Mapping[str, list[str]] | None = None,
    ) -> None:
        super().__init__(message, status=status, code=code)
        self.fields: dict[str, list[str]] = dict(fields or {})

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"fields": self.fields}


class NotEnoughBalance(Invalid):
    """Raised on a 422 with `errors.balance`: the account can't pay for this (gotchas §3)."""


class RateLimited(DeapiError):
    """Raised on 429: the request was not processed; ask again after `retry_after` seconds."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = 429,
        code: str | None = None,
        retry_after: float = DEFAULT_RETRY_AFTER,
    ) -> None:
        super().__init__(message, status=status, code=code)
        self.retry_after = retry_after

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"retry_after": self.retry_after}


class MinuteLimit(RateLimited):
    """Raised when the requests of this minute are used up."""


class DailyLimit(RateLimited):
    """Raised when the requests of this day are used up; asking again before that is no use."""


class DownloadFailed(DeapiError):
    """Raised when a result could not be fetched this time; it may be tried again."""


class Expired(DownloadFailed):
    """Raised when the result's address is no longer good (403, 404 or 410)."""


class UnsafeAddress(DownloadFailed):
    """Raised when a result's address, or one it leads to, is not one we go to."""


class TooLarge(DownloadFailed):
    """Raised when a result is larger than we take."""


_BY_STATUS: Mapping[int, type[DeapiError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    # A gateway gave up waiting for us, and nobody says what became of what it had.
    408: NotUnderstood,
}


def from_response(response: httpx.Response) -> DeapiError:
    """The error that a (read) answer stands for, whatever its body looks like.

    Only for answers that are not 2xx. The text is `error`, else `message`, else the words of a
    body that is not JSON, at most 500 characters of it, else "HTTP n" (gotchas §3).
    """
    status = response.status_code
    try:
        value = loads(response.content)
    except ValueError:
        value, text = None, words(response.content)
    else:
        text = _text(_object(value))
    body = _object(value)
    message = text or f"HTTP {status}"
    code = _word(body.get("code"))
    if status == 422:
        fields = _fields(body.get("errors"))
        kind = NotEnoughBalance if "balance" in fields else Invalid
        return kind(message, code=code, fields=fields)
    if status == 429:
        wait = retry_after(response.headers)
        return _limit(response.headers)(message, code=code, retry_after=wait)
    if 500 <= status < 600:
        return ServerError(message, status=status, code=code)
    other = Refused if 400 <= status < 500 else NotUnderstood
    return _BY_STATUS.get(status, other)(message, status=status, code=code)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that `Retry-After` asks for, as seconds or as a date; 5 when it says nothing."""
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        seconds = _seconds_until(text)
    if not math.isfinite(seconds):
        return DEFAULT_RETRY_AFTER
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER)


def _seconds_until(date: str) -> float:
    try:
        at = parsedate_to_datetime(date)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        return (at - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return math.nan


def is_daily(headers: Mapping[str, str]) -> bool:
    """Whether a 429 says that the day's requests are used up."""
    return headers.get("x-ratelimit-type", "").strip().lower() == "daily"


def _limit(headers: Mapping[str, str]) -> type[RateLimited]:
    if is_daily(headers):
        return DailyLimit
    # Absent means minute (deapi.md's own example); other words exist, e.g. `key-creation`.
    kind = headers.get("x-ratelimit-type", "minute").strip().lower()
    return MinuteLimit if kind == "minute" else RateLimited


def _object(value: Any) -> Mapping[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def _text(body: Mapping[str, Any]) -> str | None:
    for name in ("error", "message"):
        value = body.get(name)
        if isinstance(value, dict):
            value = cast(dict[str, Any], value).get("message")
        if isinstance(value, str) and (text := short(value)):
            return text
    return None


def _word(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return short(str(value), 100) or None


def _fields(errors: Any) -> dict[str, list[str]]:
    if not isinstance(errors, dict):
        return {}
    fields: dict[str, list[str]] = {}
    for name, value in list(cast(dict[str, Any], errors).items())[:_MOST_FIELDS]:
        texts = cast(list[Any], value) if isinstance(value, list) else [value]
        fields[clean(name)[:100]] = [short(each) for each in texts[:10] if isinstance(each, str)]
    return fields
