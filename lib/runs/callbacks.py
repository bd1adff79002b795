"""Where deAPI may call back about a run: addresses and secrets that follow from the run alone.

Nothing is stored for them, and a token is checked without the database (rules.md, Wire).
"""

import hashlib
import hmac
from collections.abc import Mapping

from lib.deapi.contract import Endpoint

PATH = "/webhooks/"
_TOKEN_CHARACTERS = 43
"""Hexadecimal digits of a token's proof: 172 bits."""


class Callbacks:
    """The addresses and secrets of one server.

    `public_url` is where deAPI reaches it, `server_secret` what its own secrets derive from, and
    `account_secret` signs deliveries of endpoints that take no secret of their own.
    """

    def __init__(self, public_url: str, server_secret: bytes, account_secret: str | None) -> None:
        self._public_url = public_url.rstrip("/")
        self._server_secret = server_secret
        self._account_secret = account_secret

    def params(self, run_id: str, at: Endpoint) -> Mapping[str, str]:
        """What the submit of this run says about webhooks; nothing where no delivery could be
        checked: the endpoint takes no secret, and the account's is not known."""
        own = at.has("webhook_secret")
        if not at.has("webhook_url") or not (own or self._account_secret):
            return {}
        url = f"{self._public_url}{PATH}{self.token(run_id)}"
        return {"webhook_url": url} | ({"webhook_secret": self._own(run_id)} if own else {})

    def token(self, run_id: str) -> str:
        """The last part of the run's address: its id, and a proof that we made it."""
        return f"{run_id}.{self._derived('token', run_id)[:_TOKEN_CHARACTERS]}"

    def run_id(self, token: str) -> str | None:
        """The run that a token names; None when it is not one of ours."""
        run_id, _, _ = token.partition(".")
        right = self.token(run_id)
        return run_id if hmac.compare_digest(right.encode(), token.encode()) else None

    def secrets(self, run_id: str) -> tuple[str, ...]:
        """What a delivery about this run may be signed with."""
        account = (self._account_secret,) if self._account_secret else ()
        return (self._own(run_id), *account)

    def _own(self, run_id: str) -> str:
        return self._derived("webhook", run_id)

    def _derived(self, what: str, run_id: str) -> str:
        message = f"{what}:{run_id}".encode()
        return hmac.new(self._server_secret, message, hashlib.sha256).hexdigest()
