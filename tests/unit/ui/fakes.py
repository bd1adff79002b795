"""A session's client without an engine: it prices all alike and remembers what it is told."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lib.deapi.catalogue import Listing
from lib.deapi.contract import Endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.media import Upload
from lib.deapi.models import Model
from lib.runs.orders import PriceRose
from lib.runs.quotes import Quote
from lib.store import Run
from tests.unit.ui.making import run


class Client:
    """Stands in for `lib.ui.session.Client` where a form is drawn."""

    def __init__(self) -> None:
        self.profile = "sandbox"
        self.price: Decimal | DeapiError | None = Decimal("0.0019")
        self.now_costs: Decimal | None = None
        """What a submit finds it to cost, when that is more than was shown."""
        self.orders: list[tuple[str, dict[str, Any], Decimal]] = []
        """Nonce, values and shown price of each submit that was taken."""
        self.fallbacks: list[bool] = []
        """Of each of them, whether another model may do it."""
        self.drafts: dict[str, tuple[str, dict[str, Any]]] = {}

    def quote(
        self, at: Endpoint, params: Mapping[str, Any], *, wait: float
    ) -> Quote | DeapiError | None:
        known = self.price
        return Quote(known, datetime.now(UTC)) if isinstance(known, Decimal) else known

    def balance(self) -> None:
        return None

    def over_cap(self, at: Endpoint, model: Model, price: Decimal) -> None:
        """Nothing is limited."""

    def listing(self) -> Listing:
        """No models beside the form's own, so that nothing stands beside it but the form."""
        return Listing((), datetime.now(UTC))

    def upload_url(self, upload: Upload) -> str:
        return f"http://127.0.0.1/files/uploads/{upload.sha256}"

    def submit(
        self,
        at: Endpoint,
        model: Model,
        values: Mapping[str, Any],
        *,
        nonce: str,
        shown: Decimal,
        fallback: bool = False,
    ) -> Run:
        if self.now_costs is not None and self.now_costs > shown:
            raise PriceRose(Quote(self.now_costs, datetime.now(UTC)))
        self.orders.append((nonce, dict(values), shown))
        self.fallbacks.append(fallback)
        return run(nonce=nonce)

    def draft(self, at: Endpoint) -> tuple[str, dict[str, Any]] | None:
        return self.drafts.get(at.id)

    def save_draft(self, at: Endpoint, model: str, values: Mapping[str, Any]) -> None:
        self.drafts[at.id] = (model, dict(values))
