"""Notices what a page does wrong behind what it shows."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}

# Streamlit looks for these below a deep link first, and then where they are.
STREAMLIT_PROBES = r"404 .*\(/[^/]+/_stcore/(health|host-config)\)"


class Watch:
    """Collects console errors, uncaught exceptions and requests that leave this machine."""

    def __init__(self) -> None:
        self._allowed = [re.compile(STREAMLIT_PROBES)]
        self._seen: list[str] = []

    def over(self, context: BrowserContext) -> None:
        """Watch every page of a browser context, those it has and those to come."""
        context.on("console", self._console)
        context.on("weberror", self._exception)
        context.on("request", self._request)

    def allow(self, pattern: str) -> None:
        """Expect messages in which this regular expression is found (e.g. of a killed server)."""
        self._allowed.append(re.compile(pattern))

    def allow_a_dead_server(self) -> None:
        """Expect whatever Streamlit's page and the browser say while a server is gone: that it
        can't be reached, and that a click or a clock of the page can't be sent."""
        self.allow("console error")

    @property
    def offences(self) -> list[str]:
        """Everything seen that nobody allowed, in order."""
        return [line for line in self._seen if not any(p.search(line) for p in self._allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            path = urlsplit(message.location.get("url", "")).path
            self._seen.append(f"console error: {message.text} ({path})")

    def _exception(self, error: WebError) -> None:
        self._seen.append(f"uncaught exception: {error.error}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in LOOPBACK:
            self._seen.append(f"request to another host: {request.url}")
