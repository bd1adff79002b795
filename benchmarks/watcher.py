"""A session of a Streamlit app without a browser: what a browser says over its WebSocket, and no
more. So many can watch from one process that what is measured is the server."""

import time
from contextlib import suppress
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
        self._script = ""
        """The page as the server calls it, once it has said so."""
        headers = {"Cookie": cookies} if cookies else {}
        self._socket: ClientConnection = connect(
            f"{url.replace('http', 'ws', 1)}/_stcore/stream",
            origin=Origin(url),
            subprotocols=[Subprotocol("streamlit")],
            additional_headers=headers,
            max_size=None,
            ping_interval=None,  # a server that is too busy to answer one is still measured
            compression=None,
            proxy=None,
        )
        self._states = WidgetStates()
        """What the widgets stand at that are not at their beginning, as a browser remembers it."""
        self._clocks: dict[str, float] = {}
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
        ask = BackMsg()
        ask.rerun_script.widget_states.widgets.add(
            id=self._widget("button", label).button.id, trigger_value=True
        )
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
        due = {each: time.monotonic() + every for each, every in self._clocks.items()}
        while (now := time.monotonic()) < end:
            for fragment in [each for each, at in due.items() if at <= now]:
                ask = BackMsg()
                ask.rerun_script.fragment_id = fragment
                ask.rerun_script.is_auto_rerun = True
                self._send(ask)
                due[fragment] = now + self._clocks[fragment]
                ran += 1
            until = min([end, *due.values()])
            with suppress(TimeoutError):
                # Not even read: fifty who do that in one process would be slower than the server.
                self._socket.recv(timeout=max(0.0, until - time.monotonic()))
        return ran

    def _widget(self, kind: str, label: str) -> Element:
        found = [each for (is_, name), each in self.widgets.items() if is_ == kind]
        [one] = [each for each in found if getattr(each, kind).label.startswith(label)]
        return one

    def _put(self, widget: str, value: str) -> None:
        self.forget()
        self._states.widgets.add(id=widget, string_value=value)

    def _ask(self, ask: BackMsg) -> float:
        start = time.perf_counter()
        self._send(ask)
        while not self._take(self._socket.recv(timeout=PATIENCE)):
            pass
        return (time.perf_counter() - start) * 1000

    def _send(self, ask: BackMsg) -> None:
        ask.rerun_script.page_name = "" if self._script else self._page
        ask.rerun_script.page_script_hash = self._script
        ask.rerun_script.query_string = self._query
        ask.rerun_script.widget_states.MergeFrom(self._states)
        self._socket.send(ask.SerializeToString())

    def _take(self, raw: str | bytes) -> bool:
        """Take in a message; whether with it a whole page is there. One that begins anew before
        its end (st.rerun) is not, and neither is a part of one."""
        assert isinstance(raw, bytes)
        message = ForwardMsg.FromString(raw)
        if message.HasField("new_session") and not message.metadata.run.fragment_ids:
            self.widgets.clear()
            self.texts.clear()
            self._clocks.clear()
        if message.HasField("auto_rerun"):
            self._clocks[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        if message.HasField("navigation"):
            self._script = message.navigation.page_script_hash
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise RuntimeError(element.exception.message)
        if kind in ("button", "text_input", "selectbox"):
            self.widgets[kind, getattr(element, kind).label] = element
        if kind == "html":
            self.texts.append(element.html.body)
        finished = message.HasField("script_finished")
        return finished and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
