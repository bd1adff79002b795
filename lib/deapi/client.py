"""deAPI over HTTP: one client a profile, and the rules of money in how it asks.

A paid call is sent once, whatever happens to it: deAPI has no idempotency key, so that a repeated
one may be paid twice. Calls that cost nothing are repeated when that can help.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from decimal import Decimal
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote as percent

import httpx

from lib.deapi import pricing, wire
from lib.deapi.contract import BALANCE, ENDPOINTS, JOB, MODELS, Endpoint
from lib.deapi.errors import (
    DailyLimit,
    DeapiError,
    Invalid,
    NoAnswer,
    NotDelivered,
    NotUnderstood,
    RateLimited,
    ServerError,
    from_response,
)
from lib.deapi.limits import Governor, Priority
from lib.deapi.models import Model

MAX_ANSWER_BYTES = 8 * 1024 * 1024
MAX_RESULT_BYTES = 64 * 1024 * 1024
"""An answer that carries the result: 2048 vectors of a thousand numbers are 40 MB of JSON."""
TRIES = 5
"""How often a free call is made at most (rules.md, Money)."""

BROADCASTING = "/broadcasting/auth"
"""Where a push channel is asked for (deapi.md, WebSockets)."""

PAGE = 50
"""Models asked for at once: the most that the live service gives (gotchas §1)."""
MAX_PAGES = 100

# Seconds. The read timeout is the longest silence, and the last two bound the whole exchange, so
# that a server which sends a byte now and then can't hold a call for ever. Uploads take longer.
_TIMEOUT = httpx.Timeout(connect=10, read=30, write=60, pool=30)
_FREE_SECONDS = 60.0
_PAID_SECONDS = 300.0

_SECRET = 16
"""Characters from which on a key is looked for in answers."""

_LIMITS = httpx.Limits(max_connections=40, max_keepalive_connections=10, keepalive_expiry=30)

# A kept connection may have been closed by the other side a moment ago. A request written to it
# fails as a reset, which says nothing about whether it was processed, and a run would become
# `unknown` for no reason. So a paid call always gets a connection of its own: if that can't be
# made, nothing was sent. The price is one handshake a run.
_FRESH = httpx.Limits(max_connections=20, max_keepalive_connections=0)

_NEVER_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
_WORTH_REPEATING = (NotDelivered, NoAnswer, NotUnderstood, ServerError, RateLimited)


class Client:
    """One deAPI, spoken to with one key. Made and used on one event loop.

    Every method raises `DeapiError`. `transport` replaces the network and `sleep` the waiting
    between repeats, for tests. Raises `ValueError` when the address or the key can't be used.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        governor: Governor | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        base = _checked(base_url)
        self._base = str(base)
        self._secret = _usable(key).encode()
        self._governor = governor or Governor()
        self._sleep = sleep
        self._by_file_only: set[str] = set()
        """Endpoints whose price this deAPI tells for a file only."""
        self.errors: Counter[tuple[str, str]] = Counter()
        """How often calls failed, by the governor's name for them and the error's kind."""
        self._http = httpx.AsyncClient(
            transport=transport or _Network(),
            auth=_Bearer(base, key),
            headers={"Accept": "application/json", "User-Agent": "deapi-playground"},
            timeout=_TIMEOUT,
            follow_redirects=False,
            # A proxy or certificates named by the environment don't get to see what we pay for.
            trust_env=False,
        )

    def __repr__(self) -> str:
        return f"Client({self._base!r})"

    @property
    def governor(self) -> Governor:
        """What meters the calls, for asking how long a new one would wait."""
        return self._governor

    async def aclose(self) -> None:
        """Close every connection. The client can't be used afterwards."""
        await self._http.aclose()

    async def models(self) -> list[Model]:
        """Every model, from every page (deapi.md, Dynamic Model Discovery; gotchas §1).

        An entry that names no slug is left out: it could not be used, and must not hide the rest.
        """
        found: dict[str, Model] = {}
        for page in range(1, MAX_PAGES + 1):
            # `limit` is the one that works, `per_page` the one that is documented.
            asked = {"page": page, "limit": PAGE, "per_page": PAGE}
            body = await self._free(
                "GET", MODELS.path, "models", Priority.CATALOGUE, {"params": asked}
            )
            entries, last = wire.models_of(body)
            for entry in entries:
                with suppress(ValueError):
                    model = Model.parse(entry)
                    found.setdefault(model.slug, model)
            if not entries or page >= last:
                break
        return list(found.values())

    async def balance(self) -> Decimal:
        """What is left on the account, in USD. Some keys may not see it: `Forbidden`."""
        return wire.balance_of(
            await self._free("GET", BALANCE.path, "balance", Priority.CATALOGUE, {})
        )

    async def quote(self, endpoint: Endpoint, params: Mapping[str, Any]) -> Decimal:
        """What `params` would cost, in USD (deapi.md, Price Calculation).

        Asked by measures where deAPI takes them in place of a file. Where only the live service
        was seen to, and this one doesn't, it is asked as documented.
        """
        *shorter, documented = pricing.ways(endpoint, params)
        for body, source in shorter:
            if source == "spec":
                return await self._price(endpoint, body)
            if endpoint.id not in self._by_file_only:
                try:
                    return await self._price(endpoint, body)
                except Invalid:
                    self._by_file_only.add(endpoint.id)
        return await self._price(endpoint, documented[0])

    def quotes_a_minute(self) -> int | None:
        """How often a minute deAPI says what something costs, as far as it has said so of any
        endpoint; the least where that differs, None before the first answer."""
        limits = [self._governor.limit(_price_pool(endpoint)) for endpoint in ENDPOINTS]
        return min((limit for limit in limits if limit is not None), default=None)

    async def _price(self, endpoint: Endpoint, body: Mapping[str, Any]) -> Decimal:
        pool = _price_pool(endpoint)

        async def attempt() -> Mapping[str, Any]:
            with wire.encoded(endpoint.price_encoding, body, always=_always(endpoint)) as sent:
                return await self._send(
                    endpoint.method, endpoint.price_path, pool, Priority.QUOTE, sent
                )

        return wire.price_of(await self._repeated(attempt))

    async def turn(self, endpoint: Endpoint, who: str = "", tag: str = "") -> None:
        """Wait until a submit to `endpoint` may leave; `submit` or `give_back` must follow.

        Persons (`who`) take turns; `tag` names it for `Governor.delay`.

        Apart from `submit`, so that the intent to pay is committed when the bytes leave and not
        while they wait. Raises `DailyLimit` when the requests of this day are used up.
        """
        await self._governor.turn(endpoint.id, Priority.SUBMIT, who, tag)

    def lasts(self, endpoint: Endpoint, count: int) -> float | None:
        """Seconds until `count` more submits to `endpoint` may have left; None while deAPI has not
        said how many it takes."""
        return self._governor.lasts(endpoint.id, count)

    def give_back(self, endpoint: Endpoint) -> None:
        """Let somebody else have a turn that isn't taken after all."""
        self._governor.untaken(endpoint.id)

    async def submit(self, endpoint: Endpoint, params: Mapping[str, Any]) -> wire.Answer:
        """Make a paid call, after `turn`: it starts a job or answers at once. Never repeated.

        When the error is `uncertain`, the job may run and may be charged. Raises `OSError` when an
        upload can't be opened; nothing was sent then.
        """
        with ExitStack() as open_files:
            try:
                sent = open_files.enter_context(
                    wire.encoded(endpoint.encoding, params, always=_always(endpoint))
                )
            except OSError:
                self.give_back(endpoint)
                raise
            body = await self._exchanged(
                endpoint.method, endpoint.path, endpoint.id, sent, paid=True
            )
        return wire.answer_of(endpoint, body)

    async def job(self, request_id: str, who: str = "") -> wire.Job:
        """How a job stands. Not repeated here: who polls decides when to ask again."""
        path = JOB.path.format(request_id=percent(request_id, safe=""))
        body = await self._send("GET", path, "jobs", Priority.POLL, {}, who)
        return wire.Job.parse(body, request_id)

    async def authorise(self, socket_id: str, channel: str) -> str:
        """deAPI's word that this key may hear `channel` (gotchas §7). Not repeated here."""
        sent = {"json": {"socket_id": socket_id, "channel_name": channel}}
        body = await self._send("POST", BROADCASTING, "broadcasting", Priority.POLL, sent)
        signed = body.get("auth")
        if not isinstance(signed, str):
            raise NotUnderstood("The answer has no signature.")
        return signed

    async def _free(
        self, method: str, path: str, pool: str, priority: Priority, sent: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        return await self._repeated(lambda: self._send(method, path, pool, priority, sent))

    async def _repeated(
        self, attempt: Callable[[], Awaitable[Mapping[str, Any]]]
    ) -> Mapping[str, Any]:
        """Try up to five times, as long as trying again can help."""
        for tried in range(TRIES):
            try:
                return await attempt()
            except DeapiError as error:
                hopeless = isinstance(error, DailyLimit) or not isinstance(error, _WORTH_REPEATING)
                if hopeless or tried == TRIES - 1:
                    raise
                asked = error.retry_after if isinstance(error, RateLimited) else 0.0
                backoff = 2**tried + random.random()
                await self._sleep(max(asked, backoff))
        raise AssertionError("the last try returns or raises")

    async def _send(
        self,
        method: str,
        path: str,
        pool: str,
        priority: Priority,
        sent: Mapping[str, Any],
        who: str = "",
    ) -> Mapping[str, Any]:
        """One free request, when its turn has come, and the JSON object it is answered with."""
        await self._governor.turn(pool, priority, who)
        return await self._exchanged(method, path, pool, sent)

    async def _exchanged(
        self, method: str, path: str, pool: str, sent: Mapping[str, Any], *, paid: bool = False
    ) -> Mapping[str, Any]:
        try:
            return await self._answered(method, path, pool, sent, paid=paid)
        except DeapiError as error:
            self.errors[pool, type(error).__name__] += 1
            raise

    async def _answered(
        self, method: str, path: str, pool: str, sent: Mapping[str, Any], *, paid: bool
    ) -> Mapping[str, Any]:
        seconds = _PAID_SECONDS if paid else _FREE_SECONDS
        most = MAX_RESULT_BYTES if paid else MAX_ANSWER_BYTES
        async with self._exchange(pool, seconds) as learn:
            request = self._http.build_request(
                method, f"{self._base}{path}", extensions={"paid": paid}, **sent
            )
            response = await self._http.send(request, stream=True)
            learn(response)
            content = self._without_key(await _bounded(response, most))
        if not response.is_success:
            headers = _without_encoding(response.headers)
            raise from_response(
                httpx.Response(response.status_code, headers=headers, content=content)
            )
        return wire.read(content)

    def _without_key(self, body: bytes) -> bytes:
        """A service may repeat what it was sent; the key is shown nowhere.

        A word so short that it may be in any answer by chance is nobody's secret.
        """
        if len(self._secret) < _SECRET:
            return body
        # PHP writes a slash within JSON in its own way.
        escaped = self._secret.replace(b"/", b"\\/")
        return body.replace(self._secret, b"[key]").replace(escaped, b"[key]")

    @asynccontextmanager
    async def _exchange(
        self, pool: str, seconds: float
    ) -> AsyncGenerator[Callable[[httpx.Response], None]]:
        """Bounds one exchange in time, tells the governor how it went, and names its failure."""
        answers: list[httpx.Response] = []

        def learn(response: httpx.Response) -> None:
            answers.append(response)
            self._governor.learn(pool, _limits(response), response.status_code)

        reached = True
        try:
            async with asyncio.timeout(seconds):
                yield learn
        except _NEVER_CONNECTED as error:
            reached = False
            raise NotDelivered(_named(error)) from error
        except httpx.DecodingError as error:
            raise NotUnderstood("The answer's compression is broken.") from error
        except TimeoutError as error:
            raise NoAnswer(f"No whole answer within {seconds:.0f} seconds.") from error
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            # An OSError is an upload that could no longer be read, half sent.
            raise NoAnswer(_named(error)) from error
        finally:
            for response in answers:
                await response.aclose()
            if not answers and reached:
                self._governor.learn(pool, {}, None)
            elif not answers:
                self._governor.untaken(pool)


class _Network(httpx.AsyncBaseTransport):
    """Kept connections for what is free, a fresh one for each paid call."""

    def __init__(self) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        self._kept = httpx.AsyncHTTPTransport(verify=context, limits=_LIMITS, trust_env=False)
        self._fresh = httpx.AsyncHTTPTransport(verify=context, limits=_FRESH, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        through = self._fresh if request.extensions.get("paid") else self._kept
        return await through.handle_async_request(request)

    async def aclose(self) -> None:
        await self._kept.aclose()
        await self._fresh.aclose()


class _Bearer(httpx.Auth):
    """Puts the key on requests to its own origin, and on no other."""

    def __init__(self, base: httpx.URL, key: str) -> None:
        self._origin = _origin(base)
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        if _origin(request.url) == self._origin:
            request.headers["Authorization"] = f"Bearer {self._key}"
        yield request


def _always(endpoint: Endpoint) -> list[str]:
    """What must be in the request even when it is empty (deapi.md, Prompt Enhancement)."""
    return [param.name for param in endpoint.params if param.must_be_present]


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _checked(base_url: str) -> httpx.URL:
    """The address without a final slash; https, or http on this machine."""
    try:
        url = httpx.URL(base_url.rstrip("/"))
    except httpx.InvalidURL as error:
        raise ValueError("deAPI's address is not an address") from error
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise ValueError("deAPI's address must begin with https:// (http:// on this machine only)")
    if not url.host or url.userinfo or url.query or url.fragment:
        raise ValueError("deAPI's address must be a plain one: https://host")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _usable(key: str) -> str:
    if not key or not all("!" <= each <= "~" for each in key):
        raise ValueError("the deAPI key must be one word of plain characters")
    return key


async def _bounded(response: httpx.Response, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > most:
            raise NotUnderstood("The answer is too large.", status=response.status_code)
        parts.append(part)
    return b"".join(parts)


def _without_encoding(headers: httpx.Headers) -> list[tuple[str, str]]:
    """The headers of a body that is unpacked already."""
    packing = {"content-encoding", "content-length", "transfer-encoding"}
    return [(name, value) for name, value in headers.multi_items() if name.lower() not in packing]


def _limits(response: httpx.Response) -> dict[str, str]:
    """The headers that say how many calls are left. httpx would decode each of the others too."""
    return {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in response.headers.raw
        if name[:1] in b"xXrR"
    }


def _named(error: Exception) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _price_pool(endpoint: Endpoint) -> str:
    return f"{endpoint.id}/price"
