"""A session of a Streamlit app without a browser: what a browser says over its WebSocket, and no
more. So many can watch from one process that what is measured is the server."""

import time
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

PATIENCE = 60.0
"""Seconds that a page may take."""


class Watcher:
    """One session on the server at `url` (http://…), on the page with this path ("" is the first).

    Raises `TimeoutError` when a page doesn't come, and `RuntimeError` when it has an exception.
    """

    def __init__(self, url: str, page: str = "", *, cookies: str = "", query: str = "") -> None:
        self._page, self._query = page, query
        headers = {"Cookie": cookies} if cookies else {}
        self._open = ExitStack()
        self._socket: ClientConnection = self._open.enter_context(
            connect(
                f"{url.replace('http', 'ws', 1)}/_stcore/stream",
                origin=Origin(url),
                subprotocols=[Subprotocol("streamlit")],
                additional_headers=headers,
                max_size=None,
                compression=None,
                proxy=None,
            )
        )
        self._shown = ""
        """Which page came, as the server calls it: what follows is about that one."""
        self._states = WidgetStates()
        """What the widgets stand at that are not at their beginning, as a browser remembers it."""
        self.clocks: dict[str, float] = {}
        """The parts of the page that run by the clock: fragment id → every so many seconds."""
        self.widgets: dict[tuple[str, str], Element] = {}
        """What can be pressed, chosen from or written into, by kind and label."""
        self.texts: list[str] = []
        """What the last page showed as HTML."""

    def load(self) -> float:
        """Ask for the page; milliseconds until all of it was there."""
        return self._ask(BackMsg())

    def press(self, label: str) -> float:
        """Press the button whose label begins so; as `load`."""
        return self.send(self._widget("button", label).button.id)

    def send(self, widget: str, fragment: str = "", query: str = "") -> float:
        """Say that the button of this id was pressed, in this fragment, at an address with this
        query, whether or not any was drawn here; as `load`."""
        ask = BackMsg()
        ask.rerun_script.widget_states.widgets.add(id=widget, trigger_value=True)
        ask.rerun_script.fragment_id = fragment
        self._query = query or self._query
        return self._ask(ask)

    def has_button(self, label: str) -> bool:
        """Whether one begins so."""
        return any(kind == "button" and name.startswith(label) for kind, name in self.widgets)

    def write(self, label: str, text: str) -> float:
        """Write into a line; as `load`."""
        self._put(self._widget("text_input", label).text_input.id, text)
        return self._ask(BackMsg())

    def choose(self, label: str, option: str) -> float:
        """Choose from a list; as `load`."""
        self._put(self._widget("selectbox", label).selectbox.id, option)
        return self._ask(BackMsg())

    def forget(self) -> None:
        """Have all widgets be as they were at the beginning, from the next asking on."""
        self._states.Clear()

    def watch(self, seconds: float) -> int:
        """Stay on the page so long and have its clocks run, as an open browser does; how often
        one of them did."""
        end, ran = time.monotonic() + seconds, 0
        due = {each: time.monotonic() + every for each, every in self.clocks.items()}
        while (now := time.monotonic()) < end:
            for fragment in [each for each, at in due.items() if at <= now]:
                ask = BackMsg()
                ask.rerun_script.fragment_id = fragment
                ask.rerun_script.is_auto_rerun = True
                self._send(ask)
                due[fragment] = now + self.clocks[fragment]
                ran += 1
            until = min([end, *due.values()])
            with suppress(TimeoutError):
                self._take(self._socket.recv(timeout=max(0.0, until - time.monotonic())))
        return ran

    def _widget(self, kind: str, label: str) -> Element:
        found = [each for (is_, name), each in self.widgets.items() if is_ == kind]
        [one] = [each for each in found if getattr(each, kind).label.startswith(label)]
        return one

    def _put(self, widget: str, value: str) -> None:
        self.forget()
        self._states.widgets.add(id=widget, string_value=value)

    def _ask(self, ask: BackMsg) -> float:
        self.widgets.clear()
        self.texts.clear()
        self.clocks.clear()
        start = time.perf_counter()
        self._send(ask)
        while self._take(self._socket.recv(timeout=PATIENCE)) != "script_finished":
            pass
        return (time.perf_counter() - start) * 1000

    def _send(self, ask: BackMsg) -> None:
        ask.rerun_script.page_name = self._page
        ask.rerun_script.page_script_hash = self._shown
        ask.rerun_script.query_string = self._query
        ask.rerun_script.widget_states.MergeFrom(self._states)
        self._socket.send(ask.SerializeToString())

    def _take(self, raw: str | bytes) -> str | None:
        """What kind of message this was."""
        assert isinstance(raw, bytes)
        self.hear(raw)
        message = ForwardMsg.FromString(raw)
        if message.HasField("navigation"):
            self._shown = message.navigation.page_script_hash
        if message.HasField("auto_rerun"):
            self.clocks[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise RuntimeError(element.exception.message)
        if kind in ("button", "text_input", "selectbox"):
            self.widgets[kind, getattr(element, kind).label] = element
        if kind == "html":
            self.texts.append(element.html.body)
        if message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            return "fragment_finished"
        if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return "script_goes_on"
        return message.WhichOneof("type")

    def hear(self, raw: bytes) -> None:
        """Every message that comes, as it comes: for who wants to look at all of them."""

    def close(self) -> None:
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
