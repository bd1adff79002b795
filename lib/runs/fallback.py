"""To another model of the same kind, when a run's own can't do it (deapi.md, Model Fallback).

Only where its person allowed it, only after a refusal that is certain, and never for more than
what was agreed to. The refused run stays as it is; another one stands in for it and says so.
"""

import hashlib
import logging

from lib.deapi import fields
from lib.deapi.contract import endpoint
from lib.deapi.errors import DeapiError, Invalid, NotFound
from lib.deapi.models import Model
from lib.runs import orders
from lib.runs.loop import Loop
from lib.runs.orders import Order, OrderRefused
from lib.runs.params import restored
from lib.runs.profiles import Profile
from lib.store import Run, Store, StoreError, runs

log = logging.getLogger(__name__)


def is_about_model(error: DeapiError) -> bool:
    """Whether deAPI refused a submit because of its model, so that another one may do it."""
    names = error.fields if isinstance(error, Invalid) else {}
    return isinstance(error, NotFound) or bool({"model", "model_slug"} & names.keys())


async def order_instead(loop: Loop, store: Store, profile: Profile, run: Run) -> Run | None:
    """An admitted run that stands in for the refused `run`, or None when no model may."""
    tried = await loop.thread(_tried, store, run)
    listing = profile.catalogue.peek()
    models = listing.for_endpoint(endpoint(run.endpoint), run.params) if listing else ()
    for model in models:
        if model.slug not in tried:
            try:
                return await _admitted(loop, store, profile, run, model)
            except (DeapiError, OrderRefused, StoreError) as error:
                log.info("%s does not stand in: %s", model.slug, type(error).__name__)
    return None


async def _admitted(loop: Loop, store: Store, profile: Profile, run: Run, model: Model) -> Run:
    at = endpoint(run.endpoint)
    given = restored(run.params, store)
    order = Order(
        profile=run.profile,
        person=run.person,
        endpoint=at,
        model=model,
        values=fields.adapt(fields.fields(at, model, given), given),
        nonce=hashlib.sha256(f"{run.id} {model.slug}".encode()).hexdigest(),
        shown=run.quote,
        fallback=True,
        instead_of=run.id,
    )
    orders.check(order)
    quote = await profile.quotes.ask(at, order.params)
    return await loop.thread(orders.admit, store, order, quote)


def _tried(store: Store, run: Run) -> set[str]:
    """The models of this run and of those that it stands in for."""
    tried = {run.model}
    before = run
    while before.instead_of is not None:
        earlier = runs.get(store, before.instead_of)
        if earlier is None:
            break
        tried.add(earlier.model)
        before = earlier
    return tried
