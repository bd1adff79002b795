"""Between Python and deAPI's wire: what goes out as JSON or a form, and what came back.

Answers are read tolerantly (gotchas §1). A shape that can't be read raises `NotUnderstood`,
because after a paid call that is not the same as "it failed".
"""

import json
import re
import unicodedata
from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import Any, Literal, cast

from lib.deapi.errors import NotUnderstood
from lib.deapi.media import SUFFIXES, Upload
from lib.deapi.terms import Encoding, Endpoint
from lib.deapi.text import clean, loads, plain, short, words

MAX_USD = Decimal(1_000_000)
"""No price or balance above this is believed."""

_NAME_CHARACTERS = 100
_PREVIEW_CHARACTERS = 4 * 1024 * 1024
_ADDRESS_CHARACTERS = 8192

State = Literal["pending", "processing", "done", "error"]

_STATES: Mapping[str, State] = {
    "pending": "pending",
    "queued": "pending",
    "in_queue": "pending",
    "waiting": "pending",
    "processing": "processing",
    "in_progress": "processing",
    "done": "done",
    "error": "error",
    "failed": "error",
}


# ── Going out ─────────────────────────────────────────────────────────────────────────────────


@contextmanager
def encoded(
    encoding: Encoding, params: Mapping[str, Any], *, always: Collection[str] = ()
) -> Generator[dict[str, Any]]:
    """The keyword arguments with which httpx sends `params`; their files are open meanwhile.

    `None` and empty text are not sent: deAPI then uses the model's own value (gotchas §4). Only
    what is in `always` goes out empty, as null in JSON. Raises `OSError` when a file can't be
    opened; nothing was sent then.
    """
    given = {name: value for name, value in params.items() if value is not None and value != ""}
    if encoding == "json":
        yield {"json": dict.fromkeys(always) | {n: plain(v) for n, v in given.items()}}
        return
    given = dict.fromkeys(always, "") | given
    if encoding == "query":
        yield {"params": {n: str(plain(v)) for n, v in given.items()}}
        return
    with ExitStack() as open_files:
        parts: list[tuple[str, Any]] = []
        for name, value in given.items():
            for field_name, each in _flat(name, value):
                parts.append((field_name, _part(each, open_files)))
        # Plain values go as parts too: a form without a file must still be multipart.
        yield {"files": parts}


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The fields of one parameter: `loras[0][name]` for objects, `images[]` for files."""
    if isinstance(value, Mapping):
        for key, each in cast(Mapping[str, Any], value).items():
            yield from _flat(f"{name}[{key}]", each)
    elif isinstance(value, list | tuple):
        for index, each in enumerate(cast(list[Any], value)):
            at = str(index) if isinstance(each, Mapping) else ""
            yield from _flat(f"{name.removesuffix('[]')}[{at}]", each)
    else:
        yield name, value


def _part(value: Any, open_files: ExitStack) -> tuple[Any, ...]:
    if isinstance(value, Upload):
        file = open_files.enter_context(value.path.open("rb"))
        return file_name(value), file, value.media_type
    # Laravel's boolean rule refuses the words "true" and "false" (gotchas §4).
    text = str(int(value)) if isinstance(value, bool) else str(plain(value))
    return None, text.encode()


def file_name(upload: Upload) -> str:
    """A name for the wire: plain ASCII, no folders, and the suffix of what the file really is."""
    name = PurePosixPath(upload.name.replace("\\", "/"))
    suffixes = SUFFIXES.get(upload.format, ("",))
    named_right = name.suffix.lower() in suffixes
    stem, suffix = (name.stem, name.suffix.lower()) if named_right else (name.name, suffixes[0])
    ascii_only = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", ascii_only).strip("._-")[:_NAME_CHARACTERS]
    return (safe or "file") + suffix


# ── Coming back ───────────────────────────────────────────────────────────────────────────────


def read(body: bytes) -> Mapping[str, Any]:
    """The JSON object that a 2xx answer must be. Raises `NotUnderstood`."""
    try:
        value = loads(body)
    except ValueError as error:
        raise NotUnderstood(f"The answer is not JSON: {words(body, 200)}") from error
    if not isinstance(value, dict):
        raise NotUnderstood("The answer is not a JSON object.")
    return cast(dict[str, Any], value)


def price_of(body: Mapping[str, Any]) -> Decimal:
    """The price in a quote, in USD: `data.price`, else `price` (gotchas §1)."""
    price = _usd(_wrapped(body, "price"))
    if price is None or price < 0:
        raise NotUnderstood("The answer has no price that can be read.")
    return price


def balance_of(body: Mapping[str, Any]) -> Decimal:
    """What is left on the account, in USD: `data.balance`, else `balance`. May be negative."""
    balance = _usd(_wrapped(body, "balance"))
    if balance is None:
        raise NotUnderstood("The answer has no balance that can be read.")
    return balance


@dataclass(frozen=True, slots=True)
class Answer:
    """What a paid call was answered with: the name of a job, or `result` as text or JSON."""

    request_id: str | None = None
    result: str | None = None


def request_id_of(body: Mapping[str, Any]) -> str:
    """The name deAPI gave the job: one word, at most 255 characters."""
    value = _wrapped(body, "request_id")
    name = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    # It becomes a part of a path, and a row of a table.
    if not isinstance(name, str) or not re.fullmatch(r"[!-~]{1,255}", name) or set(name) <= {"."}:
        raise NotUnderstood("The answer has no request id.")
    return name


def answer_of(endpoint: Endpoint, body: Mapping[str, Any]) -> Answer:
    """What a paid call was answered with: a job's name, or the result itself (gotchas §1).

    Raises `NotUnderstood` when it is neither.
    """
    if endpoint.answers == "inline":
        return Answer(result=_prompts(body))
    try:
        return Answer(request_id=request_id_of(body))
    except NotUnderstood:
        result = _wrapped(body, "result")
        if result is None:
            raise
        return Answer(
            result=clean(result) if isinstance(result, str) else json.dumps(plain(result))
        )


def _prompts(body: Mapping[str, Any]) -> str:
    """The texts of an enhancement or sample, as JSON: they stand at the top or under `data`."""
    texts = {name: _wrapped(body, name) for name in ("prompt", "negative_prompt")}
    found = {name: clean(text) for name, text in texts.items() if isinstance(text, str)}
    if "prompt" not in found:
        raise NotUnderstood("The answer has no prompt.")
    return json.dumps(found, ensure_ascii=False)


def models_of(body: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], int]:
    """The entries of one page of models, and the number of the last page, from `meta`."""
    entries = body.get("data")
    if not isinstance(entries, list):
        raise NotUnderstood("The answer has no list of models.")
    last = _number(_object(body.get("meta")).get("last_page"))
    objects = [_object(plain(each)) for each in cast(list[Any], entries)]
    return [each for each in objects if each], int(last or 1)


def _wrapped(body: Mapping[str, Any], name: str) -> Any:
    value = _object(body.get("data")).get(name)
    return body.get(name) if value is None else value


def _object(value: Any) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], value) if isinstance(value, dict) else {}


def _usd(value: Any) -> Decimal | None:
    """An amount written as a number or as text; None when it isn't one that makes sense."""
    number = _number(value)
    return number if number is not None and abs(number) <= MAX_USD else None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(value if isinstance(value, int | Decimal) else str(value)[:64].strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """deAPI's side of a run, as one answer told it (deapi.md, Polling; gotchas §1).

    `progress` is 0–100. `preview` is an address or, on older services, a picture in base64.
    `price` is in USD and None until deAPI names one; `price_estimated` means that a partner's
    model may still change it. `raw` is the answer, for people who want to see it.
    """

    request_id: str
    state: State
    progress: float | None = None
    preview: str | None = None
    result_url: str | None = None
    result: str | None = None
    alternatives: Mapping[str, str] = field(default_factory=dict[str, str])
    price: Decimal | None = None
    price_estimated: bool = False
    error_code: str | None = None
    error_message: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)

    @classmethod
    def parse(cls, body: Mapping[str, Any], request_id: str) -> "Job":
        """Read `GET /jobs/{request_id}`. Raises `NotUnderstood` when it names no status.

        A status nobody knows is taken for work that goes on. A detail that can't be read is left
        out: a result must not be lost over an odd price.
        """
        data = _object(body.get("data")) or body
        status = data.get("status")
        if not isinstance(status, str):
            raise NotUnderstood("The answer names no status.")
        price, estimated = _job_price(data)
        code, message = _job_error(data)
        return cls(
            request_id=request_id,
            state=_state(status),
            progress=_progress(data.get("progress")),
            preview=_preview(data.get("preview")),
            result_url=_address(data.get("result_url")),
            result=_result(data.get("result")),
            alternatives=_alternatives(data.get("results_alt_formats")),
            price=price,
            price_estimated=estimated,
            error_code=code,
            error_message=message,
            raw=plain(data),
        )


def _state(status: str) -> State:
    named = _STATES.get(status)
    return named or _STATES.get(re.sub(r"[\s-]+", "_", status.strip().lower()), "processing")


def _job_price(data: Mapping[str, Any]) -> tuple[Decimal | None, bool]:
    """`price` as an object or an amount, else the older `cost_credits`."""
    price = data.get("price")
    estimated = _object(price).get("is_estimated") in (True, 1, "1", "true")
    amount = _usd(_object(price).get("amount") if isinstance(price, dict) else price)
    if amount is None:
        amount = _usd(data.get("cost_credits"))
    return (amount, estimated) if amount is not None and amount >= 0 else (None, False)


def _job_error(data: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """`error_code` and `error_message`; v1 says it in `error`."""
    error = data.get("error")
    inner: Mapping[str, Any] = _object(error)
    message = data.get("error_message") or inner.get("message") or error
    code = data.get("error_code") or inner.get("code")
    return (
        short(str(code), 100)
        if isinstance(code, str | int) and not isinstance(code, bool)
        else None,
        short(message) or None if isinstance(message, str) else None,
    )


def _progress(value: Any) -> float | None:
    number = _number(value)
    return None if number is None else float(min(max(number, Decimal(0)), Decimal(100)))


def _address(value: Any) -> str | None:
    """An http(s) address of a sane length; what it may lead to is checked when it is fetched."""
    if not isinstance(value, str) or len(value) > _ADDRESS_CHARACTERS:
        return None
    address = clean(value.strip())
    return address if re.match(r"https?://\S+\Z", address, re.IGNORECASE) else None


def _preview(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > _PREVIEW_CHARACTERS:
        return None
    return _address(value) if value.strip().lower().startswith("http") else clean(value) or None


def _result(value: Any) -> str | None:
    return clean(value) if isinstance(value, str) else None


def _alternatives(value: Any) -> dict[str, str]:
    found = {clean(name): _address(each) for name, each in list(_object(value).items())[:20]}
    return {name: each for name, each in found.items() if each is not None}
