"""The prompts that are compared: written, pasted, or found elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lib.deapi import fields
from lib.deapi.contract import SAMPLER, WRITTEN_FOR, Endpoint, endpoint
from lib.deapi.field import Field
from lib.deapi.media import Upload
from lib.deapi.models import NO_MODEL, Model
from lib.runs.experiments.plan import Input
from lib.runs.experiments.study import AVOID
from lib.ui import errand, inputs, words
from lib.ui.errand import Errand
from lib.ui.experiment import targets
from lib.ui.experiment.place import key
from lib.ui.lab import files, table
from lib.ui.plain import clip
from lib.ui.results import prompt as results
from lib.ui.session import Client

NAME = 80
"""Characters of a prompt that name its row."""
_EXAMPLES = 6
_RECENT = 30
_ADDED = key("added")
_TEXT = key("text")


@dataclass(frozen=True, slots=True)
class Rows:
    """A row for each prompt, and the `files` for the field `of` that each of them is tried with."""

    prompts: Sequence[Input]
    of: Field | None
    files: Sequence[Upload]

    def tried(self, at: Endpoint) -> list[Input]:
        """Each prompt with each file."""
        return files.with_each(at, self.prompts, self.of, self.files)

    def each(self, lines: Sequence[str]) -> list[str]:
        """A line for each of `tried`, of those that are one for each prompt."""
        return [line for line in lines for _ in range(max(len(self.files), 1))]


def draw(client: Client, at: Endpoint, model: Model) -> Rows:
    """The places to write and to find them, and to give files."""
    form = fields.fields(at, model)
    of = files.field(form)
    given = table.PLACE.table
    rows = table.draw(at, form, given) if given else _written(client, at)
    uploads = files.draw(client, at, of) if of is not None else []
    return Rows(rows, of, uploads)


def _written(client: Client, at: Endpoint) -> list[Input]:
    if added := st.session_state.pop(_ADDED, None):
        _append(added)
    text = st.text_area(
        "Your prompts, one a line",
        key=_TEXT,
        height=190,
        placeholder="a harbour in the morning\na cat sitting by a window",
        persist_state="session",
    )
    lines = inputs.lines(text)
    with st.container(horizontal=True, gap="xsmall", key="chips:lab"):
        _examples(at)
        _ideas(client, at)
        _from_history(client, at)
        table.ask()
    avoid = _avoid(at)
    return [_row(at, line, avoid) for line in lines]


def _row(at: Endpoint, line: str, avoid: str) -> Input:
    values: dict[str, Any] = {targets.text_of(at) or "": line}
    return Input(name=clip(line, NAME), values=values | ({AVOID: avoid} if avoid else {}))


def _avoid(at: Endpoint) -> str:
    if not at.has(AVOID):
        return ""
    told = words.field(at.id, AVOID)
    return st.text_input(
        f"{told.label.removesuffix(' (optional)')}, in all of them (optional)",
        key=key("avoid"),
        placeholder=told.placeholder,
        persist_state="session",
    ).strip()


# --- prompts from elsewhere -----------------------------------------------------------------------


def add(lines: Sequence[str]) -> None:
    """Have the next drawing of the page add these below those that are there."""
    st.session_state[_ADDED] = [*st.session_state.get(_ADDED, []), *lines]


def put(lines: Sequence[str]) -> None:
    """The same at once, for buttons."""
    table.PLACE.away()
    _append(lines)


def _append(lines: Sequence[str]) -> None:
    there = inputs.lines(st.session_state.get(_TEXT, ""))
    new = [" ".join(line.split()) for line in lines]
    st.session_state[_TEXT] = "\n".join([*there, *(each for each in new if each not in there)])


def _examples(at: Endpoint) -> None:
    examples = [each.text for each in words.endpoint(at.id).examples[:_EXAMPLES]]
    if examples:
        st.button(
            f"{len(examples)} examples",
            icon="🎲",
            key=key("examples"),
            help="Add some of our own prompts, to see how it goes",
            on_click=_append,
            args=(examples,),
        )


def _ideas(client: Client, at: Endpoint) -> None:
    """One that deAPI thinks of, about what somebody says."""
    sampler = endpoint(SAMPLER)
    kinds = sampler.param("type").choices
    kind = next((each for each in kinds if at.id in WRITTEN_FOR.get(str(each), ())), None)
    if kind is None:
        return
    with st.popover("Get an idea", icon="💡", key=key("ideas"), on_change="rerun") as box:
        if not (box.open or errand.busy(client, key("idea"))):
            return
        names = {each.name for each in fields.fields(sampler, NO_MODEL, {"type": kind})}
        topic = (
            st.text_input("About what? (optional)", key=key("topic")) if "topic" in names else ""
        )
        idea = Errand(
            name=key("idea"),
            label="Get an idea",
            icon="💡",
            at=sampler,
            model=NO_MODEL,
            values={"type": kind, **({"topic": topic.strip()} if topic.strip() else {})},
            help="Let deAPI think of a prompt. It is added below yours.",
        )
        if ended := errand.draw(client, idea):
            kept = client.results([ended.run.id]).get(ended.run.id, [])
            found = results.read(client, ended.run, kept)
            if found is None:
                st.toast("No words came back. History has what came.")
                return
            add([found.prompt])
            st.rerun()


def _from_history(client: Client, at: Endpoint) -> None:
    with st.popover("From my runs", icon="🕘", key=key("history"), on_change="rerun") as box:
        if not box.open:
            return
        found = dict.fromkeys(run.text for run in client.recent(_RECENT, at) if run.text)
        if not found:
            st.caption(f"You have no runs of {words.endpoint(at.id).title} yet.")
            return
        chosen = st.multiselect(
            "Prompts of my last runs",
            list(found),
            format_func=lambda each: clip(each, NAME),
            key=key("recent"),
        )
        st.button(
            "Add them", key=key("recent_add"), on_click=_append, args=(chosen,), disabled=not chosen
        )
