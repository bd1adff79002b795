"""Who may change anything from a browser: our own pages, and no other site.

A browser names the page that a request comes from (Origin) whenever it changes something or opens
a WebSocket. Streamlit compares the names only, so that any other server on this machine, on
another port of it, would pass; and cookies know no ports either.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

REFUSAL = "This did not come from our own page.\n"
_ONLY_READ = frozenset({"GET", "HEAD", "OPTIONS"})


class OurPagesOnly:
    """ASGI middleware that answers 403 to what another site's page would change or listen to.

    What names no page at all is no browser's: deAPI's webhooks, which are signed, and programs,
    which have no cookie that they were not given.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        listens = scope["type"] == "websocket"
        changes = scope["type"] == "http" and scope["method"] not in _ONLY_READ
        if (listens or changes) and _foreign(Headers(scope=scope)):
            await PlainTextResponse(REFUSAL, status_code=403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _foreign(headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        parts = urlsplit(origin)
    except ValueError:
        return True
    ours = headers.get("host", "").lower()
    return parts.scheme not in ("http", "https") or parts.netloc.lower() != ours
