"""What a batch makes, with which settings, and what the columns of its table mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from lib.deapi import fields
from lib.deapi.catalogue import Listing
from lib.deapi.contract import SAMPLER, Endpoint, endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.field import Field
from lib.deapi.media import Upload
from lib.deapi.models import Model
from lib.runs.experiments.plan import Draft, Variant
from lib.runs.experiments.reading import Table
from lib.ui import catalogue, errors, form, further, notes, state, words
from lib.ui.batch import source
from lib.ui.batch.values import Values
from lib.ui.experiment import place, settings
from lib.ui.lab import files, table
from lib.ui.session import Client

KEY = "batch:target"


@dataclass(frozen=True, slots=True)
class Asked:
    """The plan without its rows, where these come from, and what is wrong with the form."""

    at: Endpoint
    base: Draft
    table: Table
    values: Values
    problems: Sequence[str]


def offered() -> list[Endpoint]:
    """What can be made of a row: whatever works on a text or a file, in the order of the pages."""
    every = [at for family in words.FAMILIES for at in words.family(family)]
    return [at for at in every if at.id != SAMPLER and (further.text_param(at) or at.files)]


def draw(client: Client) -> Asked | None:
    """The form; what it asks for, once there is a table."""
    listing = catalogue.listing(client)
    if isinstance(listing, DeapiError):
        notes.problem(errors.advice(listing))
        if st.button("Try again", key="batch:again"):
            catalogue.ask_again(client)
            st.rerun()
        return None
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.caption(words.BATCH.hint)
        at = _target()
        models = _models(client, listing, at)
    if not models:
        notes.empty("No model for this just now", "deAPI offers none at the moment. Look in later.")
        return None
    shown = {each.name: each for each in fields.fields(at, models[0], state.values(at))}
    with right:
        found, values = _table(client, at, shown)
    with left:
        base, problems = _base(client, at, models, shown, values)
    return Asked(at, base, found, values, problems) if found else None


def _target() -> Endpoint:
    known = [each.id for each in offered()]
    if st.session_state.get(KEY) not in known:
        st.session_state[KEY] = known[0]
    chosen = st.selectbox(
        "What is made of each row?",
        known,
        format_func=_title,
        key=KEY,
        persist_state="session",
    )
    return endpoint(chosen)


def _title(endpoint_id: str) -> str:
    told = words.endpoint(endpoint_id)
    return f"{words.GROUPS[told.group].one}: {told.title}" if told.group else told.title


def _models(client: Client, listing: Listing, at: Endpoint) -> list[Model]:
    state.restore_draft(client, at)
    form.decide(at)
    models = listing.for_endpoint(at, state.values(at))
    if not models or not at.model_param:
        return list(models[:1])
    return settings.models(models, "Each row is made by each of them.")


# --- rows -----------------------------------------------------------------------------------------


def _table(client: Client, at: Endpoint, shown: Mapping[str, Field]) -> tuple[Table | None, Values]:
    """The places for files and for a table, and what its columns mean."""
    of, text = _file(at, shown), _text(at, shown)
    uploads: list[Upload] = []
    if of is not None:
        uploads = files.draw(client, at, of, "A row each, or those that the rows of a table name.")
    known = {name: each for name, each in shown.items() if each.kind in (*table.KINDS, "texts")}
    known |= {of.name: of} if of else {}
    found = source.draw(at, uploads, text)
    if found is None:
        return None, Values(known, {}, uploads, text)
    if found.columns == (source.FILE,) and of is not None:
        return found, Values(known, {source.FILE: of.name}, uploads, text)
    main = text or (of.name if of else None)
    mark = f"batch:{source.PLACE.count}"
    meaning = table.columns(at, known, found, main, mark, out="keep it beside the result")
    return found, Values(known, meaning, uploads, text)


def _text(at: Endpoint, shown: Mapping[str, Field]) -> str | None:
    param = further.text_param(at)
    return param.name if param is not None and param.name in shown else None


def _file(at: Endpoint, shown: Mapping[str, Field]) -> Field | None:
    """The field of files that rows are about. One that can be left out is a setting for all."""
    of = files.field([*shown.values()])
    return of if of is not None and (of.required or further.text_param(at) is None) else None


# --- what is the same for all ---------------------------------------------------------------------


def _base(
    client: Client,
    at: Endpoint,
    models: Sequence[Model],
    shown: Mapping[str, Field],
    values: Values,
) -> tuple[Draft, list[str]]:
    """The plan without rows, and what is wrong with the settings."""
    of, mapped = _file(at, shown), {*values.meaning.values()}
    text = _text(at, shown)
    # A text that no column gives can be the same for all files; without files it has to be given.
    waits = {text} if text is not None and (of is None or not values.meaning) else set[str]()
    without = {*mapped, *waits, settings.SEED, *([of.name] if of else [])}
    shared, problems = settings.draw(client, at, models[0], without)
    if at.decided_by is not None:
        shared[at.decided_by] = state.values(at).get(at.decided_by)
    shared |= _one_file(of, mapped, values)
    if of is not None and len([*values.uploads]) > 1 and values.meaning and of.name not in mapped:
        problems = [*problems, "Say which column has the names of the files."]
    seeded = [] if settings.SEED in mapped else models[:1]
    why = "What nobody gives a seed for is made with this one."
    seed = settings.seed(at, seeded, why=why)
    return (
        Draft(
            endpoint=at.id,
            inputs=(),
            variants=[Variant(name=each.name, model=each.slug) for each in models],
            seed=seed,
            shared=shared,
            view=place.BATCH,
        ),
        problems,
    )


def _one_file(of: Field | None, mapped: set[str], values: Values) -> dict[str, object]:
    """A single file goes with every row of a table that names none."""
    uploads = [*values.uploads]
    if of is None or of.name in mapped or len(uploads) != 1:
        return {}
    return {of.name: uploads if of.kind == "files" else uploads[0]}
