"""A table that somebody gives: where it is asked for, which one it is, and why one was refused."""

from dataclasses import dataclass

import streamlit as st

from lib.runs.experiments import reading
from lib.runs.experiments.reading import Table, Unreadable
from lib.ui import notes
from lib.ui.errors import Advice
from lib.ui.plain import clip


@dataclass(frozen=True, slots=True)
class GivenTable:
    """One place for a table; `prefix` tells it from those of other pages."""

    prefix: str

    @property
    def table(self) -> Table | None:
        """What was given."""
        return st.session_state.get(self._key("given"))

    @property
    def name(self) -> str:
        """What its file is called."""
        return clip(st.session_state.get(self._key("name"), ""), 60)

    @property
    def count(self) -> int:
        """How many were given so far: it tells this one from those before it."""
        return st.session_state.setdefault(self._key("count"), 0)

    def ask(self, label: str, key: str, why: str) -> None:
        """The uploader, and beneath it why the last file was not taken. `why` says what it is good
        for."""
        file = st.file_uploader(label, key=f"{key}:{self.count}", help=why)
        if file is not None:
            self.take(file.getvalue(), file.name)
            st.rerun()
        if refused := st.session_state.get(self._key("no")):
            notes.problem(Advice(refused))

    def take(self, content: bytes, name: str) -> None:
        """Read a file, or remember why that can't be done."""
        st.session_state[self._key("count")] = self.count + 1
        st.session_state.pop(self._key("no"), None)
        try:
            self.put(reading.read(content, name), name)
        except Unreadable as error:
            st.session_state[self._key("no")] = f"{clip(name, 60)}: {error}"

    def put(self, table: Table, name: str) -> None:
        """Have this be it."""
        st.session_state[self._key("given")] = table
        st.session_state[self._key("name")] = name

    def away(self) -> None:
        """Have there be none."""
        st.session_state.pop(self._key("given"), None)

    def _key(self, what: str) -> str:
        return f"{self.prefix}:table:{what}"
