"""What is to be compared: one input, and the models or the values of a setting that differ."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.field import Field
from lib.deapi.models import Model
from lib.runs.experiments.plan import Draft
from lib.ui import catalogue, errors, form, notes, state, words
from lib.ui.compare import common
from lib.ui.compare.common import FEWEST, MOST, Asked, Some, Split
from lib.ui.experiment import settings, sweep
from lib.ui.experiment.place import COMPARE, key
from lib.ui.plain import label
from lib.ui.session import Client

_MODELS, _SETTING = "The model", "One setting"
"""What may differ."""
_FIRST = 3
"""So many models are chosen to begin with."""


def draw(client: Client) -> Draft | None:
    """The form; the comparison that it asks for now, if it does."""
    listing = catalogue.listing(client)
    if isinstance(listing, DeapiError):
        notes.problem(errors.advice(listing))
        if st.button("Try again", key=key("again", COMPARE)):
            catalogue.ask_again(client)
            st.rerun()
        return None
    at = _what()
    models = listing.for_endpoint(at)
    if not models:
        notes.empty("No model for this just now", "deAPI offers none at the moment. Look in later.")
        return None
    state.restore_draft(client, at)
    if _differs(at, models) == _MODELS:
        return _of_models(client, at, _several(at, models))
    return _of_a_setting(client, at, _one(at, models))


def _what() -> Endpoint:
    ids = [each.id for each in common.offered()]
    name = key("what", COMPARE)
    if st.session_state.get(name) not in ids:
        st.session_state[name] = ids[0]
    chosen = st.selectbox(
        "What do you want to make?",
        ids,
        format_func=lambda each: words.endpoint(each).title,
        key=name,
        persist_state="session",
    )
    return endpoint(chosen or ids[0])


def _differs(at: Endpoint, models: Sequence[Model]) -> str:
    if len(models) < FEWEST:
        st.caption("deAPI has one model for this: compare it in several settings.")
        return _SETTING
    name = key("differs", COMPARE)
    st.session_state.setdefault(name, _MODELS)
    chosen = st.segmented_control(
        "What differs?", [_MODELS, _SETTING], key=name, required=True, persist_state="session"
    )
    return chosen or _MODELS


def _several(at: Endpoint, models: Sequence[Model]) -> list[Model]:
    by_slug = {each.slug: each for each in models}
    name = key("models", COMPARE, at.id)
    kept = st.session_state.get(name)
    if kept is None:
        st.session_state[name] = list(by_slug)[:_FIRST]
    else:
        st.session_state[name] = [each for each in kept if each in by_slug]
    chosen = st.multiselect(
        "Models, two to six",
        list(by_slug),
        format_func=lambda each: by_slug[each].name,
        key=name,
        max_selections=MOST,
        wrap=True,
        persist_state="session",
    )
    return [by_slug[each] for each in chosen][:MOST]


def _one(at: Endpoint, models: Sequence[Model]) -> Model:
    by_slug = {each.slug: each for each in models}
    name = key("model", COMPARE, at.id)
    if st.session_state.get(name) not in by_slug:
        st.session_state[name] = models[0].slug
    chosen = st.selectbox(
        "Model",
        list(by_slug),
        format_func=lambda each: by_slug[each].name,
        key=name,
        persist_state="session",
    )
    return by_slug[chosen or models[0].slug]


# --- the fields -----------------------------------------------------------------------------------


def _of_models(client: Client, at: Endpoint, models: Sequence[Model]) -> Draft | None:
    if len(models) < FEWEST:
        notes.problem(errors.Advice("Choose two models or more."))
        return None
    lead = models[0]
    found = common.split(at, models, state.values(at))
    hidden = {settings.SEED, *(name for each in found.some for name in each.names)}
    form.draw(client, at, lead, without=hidden)
    found = common.split(at, models, state.values(at))  # as it was just filled in
    own = _only_for_some(client, at, found)
    asked = Asked(
        at=at,
        values=state.values(at),
        models=models,
        own=[own.get(each.slug, {}) for each in models],
        names=[each.name for each in models],
        seed=settings.seed(at, models, None),
    )
    return _draft(asked)


def _only_for_some(client: Client, at: Endpoint, found: Split) -> dict[str, dict[str, Any]]:
    """Below what all have, by who has it; what was said for a model alone, by its slug."""
    own: dict[str, dict[str, Any]] = {}
    some = [
        (names, each)
        for each in found.some
        if (names := [name for name in each.names if name != settings.SEED])
    ]
    if not some:
        return own
    with st.container(key="compare_some"):
        st.subheader("Only for some")
        st.caption("What you leave as it is follows each model's own.")
        boxes = _boxes([each for _, each in some])
        for names, each in some:
            first = each.models[0]
            with boxes[each.slugs]:
                if each.apart:
                    said = form.draw_own(client, at, first, names)
                    for slug, mine in common.handed_out(at, each, state.values(at), said).items():
                        own.setdefault(slug, {}).update(mine)
                else:
                    form.draw_some(client, at, first, names)
    return own


def _boxes(some: Sequence[Some]) -> dict[tuple[str, ...], DeltaGenerator]:
    """A frame for each group of models, that says who they are."""
    boxes: dict[tuple[str, ...], DeltaGenerator] = {}
    for each in some:
        if each.slugs not in boxes:
            boxes[each.slugs] = st.container(border=True, gap="small")
            told = ", ".join(model.name for model in each.models)
            boxes[each.slugs].caption(label(f"Only {told}"))
    return boxes


def _of_a_setting(client: Client, at: Endpoint, model: Model) -> Draft | None:
    swept, values = sweep.draw(at, model, view=COMPARE, most=MOST)
    without = {settings.SEED, swept.name if swept else ""}
    form.draw(client, at, model, without=without)
    seed = settings.seed(at, [model], swept)
    if swept is None or len(values) < FEWEST:
        st.caption("Choose a setting, and two to six of its values.")
        return None
    return _draft(
        Asked(
            at=at,
            values=state.values(at),
            models=[model for _ in values],
            own=[{swept.name: each} for each in values],
            names=_names(at, swept, values),
            seed=seed,
        )
    )


def _names(at: Endpoint, swept: Field, values: Sequence[Any]) -> list[str]:
    return [sweep.named(at, swept, each) for each in values]


def _draft(asked: Asked) -> Draft | None:
    if not common.missing(asked):
        return common.draft(asked, COMPARE)
    for name, models in common.lacking(asked).items():
        told = ", ".join(each.name for each in models)
        st.caption(label(f"Still needed for {told}: {words.field(asked.at.id, name).label}"))
    return None
