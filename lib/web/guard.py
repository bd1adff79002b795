"""Who may talk to this playground.

Without accounts: this machine, directly, by its own name. A request that came through a proxy, or
that asks for a foreign host, may be anybody's (rules.md, People). With accounts everybody, who then
has to sign in, but only by a name that is ours: a page of somebody else's whose name was made to
lead here would speak with the cookies of that name, and read the answers. Others are refused
before Streamlit sees them, WebSockets included.
"""

import ipaddress
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.store import StoreError
from lib.web import health
from lib.web.questions import Question

REFUSAL = (
    "This playground has no accounts yet, so it answers only on the machine it runs on. "
    "Open http://127.0.0.1 with its port there, without a proxy in between.\n"
)
NOT_OURS = (
    "This is not an address of this playground. Whoever runs it can name it in "
    "PLAYGROUND_PUBLIC_URL.\n"
)
FOREIGN = "This was asked for by a page that is not this playground's.\n"
NOT_NOW = (
    "This playground can't reach its database just now, so it can't tell who may come in. Try "
    "again in a moment.\n"
)
_SECONDS = 3.0
"""How long the database may take to say whether there are accounts."""
_RETRY_SECONDS = 5
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


class Guard:
    """ASGI middleware that answers 403 to who may not talk to us, and 503 while nobody knows."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        has_accounts: Callable[[], bool],
        names: Callable[[], Collection[str]],
    ) -> None:
        """`has_accounts` may ask a database, and raise `StoreError`; `names` are hosts, in small
        letters, under which it may be reached besides addresses."""
        self.app = app
        self._has_accounts = Question(has_accounts, _SECONDS)
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = await self._refused(scope) if scope["type"] in ("http", "websocket") else None
        await (refusal or self.app)(scope, receive, send)

    async def _refused(self, scope: Scope) -> PlainTextResponse | None:
        try:
            why = await self._refusal(scope)
        except (StoreError, TimeoutError):
            # Nobody comes in who would need an account. But that the database is down is told to
            # whoever watches us from elsewhere: there is no secret in it.
            wait = {"Retry-After": str(_RETRY_SECONDS)}
            return None if _is_health(scope) else PlainTextResponse(NOT_NOW, 503, wait)
        return PlainTextResponse(why, 403) if why else None

    async def _refusal(self, scope: Scope) -> str:
        if _is_changing(scope) and _is_foreign(scope):
            return FOREIGN
        if _ours(scope):
            return ""
        if not await self._has_accounts.answer():
            return REFUSAL
        return "" if _is_named(scope, self._names()) else NOT_OURS


def _is_health(scope: Scope) -> bool:
    """Whether it asks if all is well."""
    return scope["type"] == "http" and scope["path"] == health.PATH and not _is_changing(scope)


def _ours(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    if any(name in headers for name in _FORWARDED) or not _loopback(_host(headers)):
        return False
    # Whoever makes it listen elsewhere by hand still gets this machine only.
    client = scope.get("client")
    return client is None or _is_loopback(client[0])


def _is_named(scope: Scope, names: Collection[str]) -> bool:
    """By an address, which no other site's name can be, or by a name of ours."""
    host = _host(Headers(scope=scope))
    return _loopback(host) or _is_address(host) or host in names


def _is_changing(scope: Scope) -> bool:
    return scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD", "OPTIONS")


def _is_foreign(scope: Scope) -> bool:
    """Whether a browser says that another site's page asks. Cookies go along with that from other
    ports of the same machine, however closed they are."""
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc != headers.get("host")
    except ValueError:  # "http://["
        return True


def _host(headers: Headers) -> str:
    """The name or address in a Host header."""
    told = headers.get("host", "")
    name = told.rsplit(":", 1)[0] if not told.endswith("]") else told
    return name.strip("[]").lower()


def _loopback(name: str) -> bool:
    """Whether it names this machine: `localhost`, 127.0.0.0/8 or `::1`."""
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
