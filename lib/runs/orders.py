"""From a click on Run to an admitted run: checked, priced, reserved, and not yet sent.

Everything that can be refused for free is refused here, before anything is committed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.media import Upload
from lib.deapi.models import Model
from lib.deapi.values import several
from lib.runs.params import stored
from lib.runs.quotes import Quote
from lib.store import NewRun, Run, Store, files, final, ledger

EXPECTED_RESULT_BYTES = 64 * 1024 * 1024
"""Room to ask for before a run is admitted: more than what deAPI's models usually make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one click asks for. `shown` is the price in USD that stood on the button, and `nonce`
    belongs to that button: however often it is pressed, it makes one run.
    """

    profile: str
    person: str
    endpoint: Endpoint
    model: Model
    values: Mapping[str, Any]
    nonce: str
    shown: Decimal
    fallback: bool = False
    """Whether another model may do it when this one can't."""
    instead_of: str | None = None
    """The run whose model couldn't."""

    @property
    def params(self) -> dict[str, Any]:
        return fields.request(self.endpoint, self.model, self.values)


class OrderRefused(Exception):
    """The order was not taken: nothing was committed, nothing is paid.

    FieldProblems  the values would be refused
    NoQuote        deAPI gave no price
    PriceRose      it costs more than what was shown
    """


class FieldProblems(OrderRefused):
    """The values would be refused: `problems` has one sentence a field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


class NoQuote(OrderRefused):
    """Without a price nothing is sent; `error` says why there is none."""

    def __init__(self, error: DeapiError) -> None:
        super().__init__(str(error))
        self.error = error


class PriceRose(OrderRefused):
    """The fresh `quote` is higher than the price that was shown: the person decides anew."""

    def __init__(self, quote: Quote) -> None:
        super().__init__(f"the price is now {quote.price}")
        self.quote = quote


def check(order: Order) -> None:
    """Raises `FieldProblems` when deAPI would refuse these values."""
    form = fields.fields(order.endpoint, order.model, order.values)
    problems = fields.check(form, order.values, order.endpoint.rules)
    if problems:
        raise FieldProblems(problems)


def admit(store: Store, order: Order, quote: Quote) -> Run:
    """Commit the run and its hold at `quote`. Raises as `new_run`, and `StoreError`."""
    return ledger.admit(store, new_run(store, order, quote))


def new_run(store: Store, order: Order, quote: Quote) -> NewRun:
    """The run to be admitted at `quote`.

    Raises `PriceRose` when that is more than was shown, and `StoreError` (`DiskFull` when its
    result would not fit).
    """
    # To the nano-dollar, which is what a run keeps: what only rounding took off is no rise.
    if final(quote.price) > final(order.shown):
        raise PriceRose(quote)
    files.free_space_ok(store.data_dir, EXPECTED_RESULT_BYTES)
    factor = ledger.overrun(store, order.profile, order.endpoint.id, order.model.slug)
    return NewRun(
        profile=order.profile,
        person=order.person,
        endpoint=order.endpoint.id,
        model=order.model.slug,
        params=stored(order.params),
        nonce=order.nonce,
        quote=quote.price,
        reserved=quote.price * factor,
        text=text_of(order.endpoint, order.values),
        fallback=order.fallback,
        instead_of=order.instead_of,
    )


def text_of(at: Endpoint, values: Mapping[str, Any]) -> str:
    """What a person would recognise a run by: the first text of their own, else the name of the
    first file."""
    own = [each for each in at.params if each.role == "value" and not each.choices]
    given = [values.get(each.name) for each in own]
    flat = [each for value in given for each in several(value)]
    texts = (each for each in flat if isinstance(each, str) and each.strip())
    names = (each.name for each in flat if isinstance(each, Upload))
    return next(texts, None) or next(names, "")
