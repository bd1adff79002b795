"""Who may talk to a playground that has no accounts: this machine, directly, by its own name.

A request that came through a proxy, or that asks for a foreign host, may be anybody's (rules.md,
People). It is refused before Streamlit sees it, WebSockets included.
"""

import ipaddress

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

REFUSAL = (
    "This playground has no accounts yet, so it answers only on the machine it runs on. "
    "Open http://127.0.0.1 with its port there, without a proxy in between.\n"
)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


class LoopbackOnly:
    """ASGI middleware that answers 403 to whatever does not come from this machine itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not _ours(scope):
            await PlainTextResponse(REFUSAL, status_code=403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _ours(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    if any(name in headers for name in _FORWARDED) or not _loopback(headers.get("host", "")):
        return False
    # Whoever makes it listen elsewhere by hand still gets this machine only.
    client = scope.get("client")
    return client is None or _is_loopback(client[0])


def _loopback(host: str) -> bool:
    """Whether a Host header names this machine: `localhost`, 127.0.0.0/8 or `[::1]`."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    name = name.strip("[]").lower()
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
