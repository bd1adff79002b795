"""Push over HTTP: the socket, and where its channel is asked for (gotchas §7)."""

from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from lib.sandbox import body
from lib.sandbox.errors import Refused, invalid
from lib.sandbox.guard import authenticate, state_of
from lib.sandbox.state import State

AUTH_PATHS = ("/broadcasting/auth", "/api/broadcasting/auth")


def routes() -> list[BaseRoute]:
    """The socket, and both paths at which its channel is asked for."""
    return [
        WebSocketRoute("/app/{key}", _socket),
        *(Route(path, _authorise, methods=["POST"]) for path in AUTH_PATHS),
    ]


async def _socket(socket: WebSocket) -> None:
    state = cast(State, socket.state.sandbox)
    await state.hub.serve(socket)


async def _authorise(request: Request) -> Response:
    """Takes `{socket_id, channel_name}` as JSON or as a form."""
    state = state_of(request)
    authenticate(request, state.config.key)
    if request.headers.get("content-type", "").startswith("application/json"):
        given = await body.json_value(request)
    else:
        given = dict(await request.form())
    values = cast(dict[str, object], given) if isinstance(given, dict) else {}
    wrong = {
        name: [f"The {name.replace('_', ' ')} field is required."]
        for name in ("socket_id", "channel_name")
        if not isinstance(values.get(name), str)
    }
    if wrong:
        raise invalid(wrong)
    channel = str(values["channel_name"])
    if channel != state.hub.channel:
        raise Refused(403, "This channel is not yours.")
    return JSONResponse({"auth": state.hub.signed(str(values["socket_id"]), channel)})
