"""A plan that stands in the place of the form's, for it came from elsewhere as a whole."""

import streamlit as st

from lib.runs.experiments.plan import Draft
from lib.ui import words
from lib.ui.experiment import place
from lib.ui.experiment.place import key
from lib.ui.plain import clip, safe


def draw(draft: Draft) -> None:
    """What it is, and the way back to the form."""
    some = "".join(f"<li>{safe(clip(each.name, 100))}</li>" for each in draft.inputs[:12])
    more = f"<li>and {len(draft.inputs) - 12:,} more</li>" if len(draft.inputs) > 12 else ""
    title = words.endpoint((draft.then or draft).endpoint).title
    st.html(
        f'<p class="pg-prompt"><b>{safe(title)}</b>: '
        f"{len(draft.inputs):,} × {len(draft.variants):,}, with the seed {draft.seed}</p>"
        f'<ul class="pg-small">{some}{more}</ul>'
    )
    st.button("Back to the form", key=key("to_form"), on_click=place.put_plan, args=(None,))
