"""Plans that are whole: those of an export, and of experiments that were begun before."""

import streamlit as st

from lib.runs.experiments.manifest import BadManifest
from lib.runs.experiments.plan import Draft
from lib.store import StoreError
from lib.ui import errors, notes, words
from lib.ui.experiment import place
from lib.ui.experiment.place import key
from lib.ui.plain import clip, safe
from lib.ui.session import Client

_REFUSED = key("refused")


def draw(draft: Draft) -> None:
    """A plan that is whole: what it is, and the way back to the form."""
    some = "".join(f"<li>{safe(clip(each.name, 100))}</li>" for each in draft.inputs[:12])
    more = f"<li>and {len(draft.inputs) - 12:,} more</li>" if len(draft.inputs) > 12 else ""
    title = words.endpoint((draft.then or draft).endpoint).title
    st.html(
        f'<p class="pg-prompt"><b>{safe(title)}</b>: '
        f"{len(draft.inputs):,} × {len(draft.variants):,}, with the seed {draft.seed}</p>"
        f'<ul class="pg-small">{some}{more}</ul>'
    )
    st.button("Back to the form", key=key("to_form"), on_click=place.put_plan, args=(None,))


def ask(client: Client) -> None:
    """A place to give an export, whose plan is then planned on its own page."""
    with st.expander("Take a plan from an export", key=key("import")):
        count = st.session_state.setdefault(key("imports"), 0)
        file = st.file_uploader(
            "The ZIP of an export, or the manifest.json inside", key=key("import", str(count))
        )
        if file is not None:
            st.session_state[key("imports")] += 1
            st.session_state.pop(_REFUSED, None)
            try:
                place.take_plan(client.experiments.read(file))
            except (BadManifest, StoreError) as error:
                st.session_state[_REFUSED] = str(error)
            st.rerun()
        if why := st.session_state.get(_REFUSED):
            notes.problem(errors.Advice(why))
