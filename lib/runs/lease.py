"""A server's word that it lives, and its look around for what others have left.

Where several servers share a database, each renews its lease every few seconds, on a thread of its
own: a loop that is busy for a moment must not cost it its runs. In the same rhythm it takes over
what a server that has ended had in hand; signals of the others come in between. A server that has
a database for itself has no lease to renew, and nothing ticks.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable

from lib.store import Store, StoreError, servers, signals
from lib.store.signals import Signal

log = logging.getLogger(__name__)

BEAT = 5.0
"""Seconds between two renewals: a lease lasts for three of them."""
AGAIN = 1.0
"""Seconds until a database that does not answer is asked again."""


class Lease:
    """Keeps the lease of one engine, from `start` to `stop`."""

    def __init__(
        self,
        store: Store,
        server: str,
        look: Callable[[], None],
        told: Callable[[Signal], None],
    ) -> None:
        """`look` is called after each renewal and may raise `StoreError`, `told` with each signal;
        both on the thread of the lease."""
        self._store = store
        self._server = server
        self._look = look
        self._told = told
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def start(self) -> None:
        """Begin to renew it; with a database of one's own there is nothing to do."""
        if self._store.is_shared:
            self._thread.start()

    def stop(self) -> None:
        """Renew it no more: it lasts for what is still under way."""
        self._ended.set()
        if not self._thread.is_alive():
            return
        with contextlib.suppress(StoreError):
            signals.send(self._store, "left", self._server)  # wakes our own thread, too
        self._thread.join(timeout=2 * BEAT)

    def _keep(self) -> None:
        while not self._ended.is_set():
            try:
                with signals.listening(self._store) as heard:
                    while not self._ended.is_set():
                        self._beat()
                        self._listen(heard)
            except StoreError as error:
                log.warning("the lease of this server is not renewed: %s", error)
                self._ended.wait(AGAIN)
            except Exception:
                # A mistake of ours must not cost it every run that it has in hand.
                log.exception("the lease of this server is not renewed")
                self._ended.wait(AGAIN)

    def _beat(self) -> None:
        self._store.set_clock()
        in_time = servers.renew(self._store, self._server)
        if in_time:
            self._look()
        else:
            # Perhaps the database was away and no lease could be renewed: give the others the time
            # to say that they live before anything of theirs is taken over.
            log.warning("the lease of this server had ended: others may have taken over its runs")
            self._ended.wait(BEAT)
            servers.renew(self._store, self._server)

    def _listen(self, heard: Callable[[float], list[Signal]]) -> None:
        """Until the next beat, or a server has left."""
        until = time.monotonic() + BEAT
        while not self._ended.is_set() and (rest := until - time.monotonic()) > 0:
            came = heard(rest)
            for signal in came:
                if signal.kind != "left":
                    self._told(signal)
            if any(each.kind == "left" for each in came):
                return
