"""The calls that cost money, and those that ask how much: one handler for every endpoint."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lib.deapi.contract import Endpoint
from lib.sandbox import answer, body, prices, validate
from lib.sandbox.account import NotEnough
from lib.sandbox.errors import Refused, invalid
from lib.sandbox.guard import Handler
from lib.sandbox.money import number
from lib.sandbox.order import Order
from lib.sandbox.state import State
from lib.sandbox.validate.wrong import words

INLINE_SECONDS = 15.0
"""How long an answer waits for the result it was asked to carry. What takes longer is answered
with its `request_id`, as the live service was seen to do (gotchas §1); clients wait 30 seconds."""

Names = Mapping[str, str]
"""How an older path calls a parameter, and the parameter."""


def submit(endpoint: Endpoint, names: Names | None = None) -> Handler:
    """Check, charge and begin; or do it at once where the answer is the result itself."""

    async def call(request: Request, state: State) -> Response:
        async with body.values(request, endpoint) as given:
            order, uploads = await _checked(endpoint, given, names or {}, state, price=False)
            try:
                request_id = await state.jobs.accept(order, uploads)
            except NotEnough as missing:
                # Not a 402: deAPI reports it like any other error of a field (gotchas §3).
                raise invalid({"balance": [str(missing)]}) from missing
        if endpoint.answers == "inline":
            return await _result(state, request_id)
        if any(
            param.role == "inline" and order.params.get(param.name) for param in endpoint.params
        ):
            return await _early(state, request_id)
        return JSONResponse({"data": {"request_id": request_id}})

    return call


def price(endpoint: Endpoint, names: Names | None = None) -> Handler:
    async def call(request: Request, state: State) -> Response:
        async with body.values(request, endpoint) as given:
            order, _ = await _checked(endpoint, given, names or {}, state, price=True)
        amount = {"price": number(await asyncio.to_thread(prices.price, order))}
        return JSONResponse({"data": amount} if endpoint.price_at == "data.price" else amount)

    return call


async def _checked(
    endpoint: Endpoint,
    given: Mapping[str, object],
    names: Names,
    state: State,
    *,
    price: bool,
) -> tuple[Order, validate.Uploads]:
    values = {names.get(name, name): value for name, value in given.items()}
    try:
        return await asyncio.to_thread(
            validate.check, endpoint, values, state.catalogue, price=price
        )
    except Refused as refused:
        raise _renamed(refused, {new: old for old, new in names.items()}) from refused


def _renamed(refused: Refused, names: Names) -> Refused:
    """The errors under the names that the caller knows."""
    errors = cast(Mapping[str, list[str]], refused.body.get("errors", {}))
    if not names or not errors:
        return refused
    return invalid(
        {
            names.get(name, name): [
                sentence.replace(words(name), words(names.get(name, name)))
                for sentence in sentences
            ]
            for name, sentences in errors.items()
        }
    )


async def _result(state: State, request_id: str) -> Response:
    ended = await state.jobs.ended(request_id, None)
    if ended is None or ended.answer is None:
        message = (ended and ended.error_message) or "The sandbox failed to make this."
        raise Refused(422, message)  # nothing was charged, so it must not read like a 500
    return await _said(b"%b", ended.answer)


async def _early(state: State, request_id: str) -> Response:
    ended = await state.jobs.ended(request_id, INLINE_SECONDS)
    if ended is None or ended.answer is None:
        return JSONResponse({"data": {"request_id": request_id}})
    return await _said(b'{"data": {"result": %b}}', ended.answer)


async def _said(form: bytes, folder: Path) -> Response:
    said = await asyncio.to_thread(answer.in_answer, folder)
    return Response(form % said, media_type="application/json")
