"""What is to be compared: prompts, what they are for, and the variants that each is made in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lib.deapi import fields
from lib.deapi.contract import ENHANCER, Endpoint, endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.field import Field
from lib.deapi.models import Model
from lib.runs.experiments import study
from lib.runs.experiments.plan import Draft, Input
from lib.runs.experiments.study import AVOID, HAND, WRITTEN, Names, Study
from lib.ui import catalogue, errors, notes, words
from lib.ui.experiment import settings, sweep, targets
from lib.ui.experiment.place import key
from lib.ui.lab import files, rows
from lib.ui.plain import label
from lib.ui.session import Client


@dataclass(frozen=True, slots=True)
class Asked:
    """The experiment that the form asks for, if it does, and what is still wrong with it."""

    draft: Draft | None
    problems: Sequence[str] = ()


def draw(client: Client) -> Asked:
    """The form; what it asks for now."""
    listing = catalogue.listing(client)
    if isinstance(listing, DeapiError):
        notes.problem(errors.advice(listing))
        if st.button("Try again", key=key("again")):
            catalogue.ask_again(client)
            st.rerun()
        return Asked(None)
    at = _target()
    models = listing.for_endpoint(at)
    if not models:
        notes.empty("No model for this just now", "deAPI offers none at the moment. Look in later.")
        return Asked(None)
    written = rows.draw(client, at, settings.first(models))
    given = written.tried(at)
    st.subheader("Compare")
    chosen = settings.models(models, "Each prompt is made by each of them.")
    improvers = listing.for_endpoint(endpoint(ENHANCER), _kind(at))
    wordings, by_hand = _wordings(improvers, at, written.prompts)
    plain = _plain(at, given)
    swept, values = sweep.draw(at, chosen[0])
    shared, wrong = settings.draw(client, at, chosen[0], _elsewhere(at, chosen[0], swept))
    problems = [*wrong, *_by_hand_problem(wordings, by_hand, written.prompts)]
    if not given:
        return Asked(None, problems)
    asked = Study(
        endpoint=at.id,
        text=targets.text_of(at) or "",
        inputs=given,
        wordings=wordings,
        models=[each.slug for each in chosen],
        seed=settings.seed(at, chosen[:1], swept),
        swept=swept.name if swept else "",
        values=values,
        plain=plain,
        by_hand=written.each(by_hand),
        rewriter=_rewriter(improvers, chosen),
        shared=shared,
    )
    return Asked(study.draft(asked, _names(at, chosen, swept)), problems)


def _target() -> Endpoint:
    offered = targets.offered()
    st.session_state.setdefault(targets.KEY, offered[0].id)
    chosen = st.selectbox(
        "What are the prompts for?",
        [each.id for each in offered],
        format_func=lambda each: words.endpoint(each).title,
        key=targets.KEY,
        persist_state="session",
    )
    return endpoint(chosen)


def _wordings(
    improvers: Sequence[Model], at: Endpoint, prompts: Sequence[Input]
) -> tuple[list[str], list[str]]:
    """How each prompt is worded, and the texts of those that are written by hand."""
    offered = [
        each
        for each in targets.wordings(at)
        if each in (WRITTEN, HAND) or endpoint(each).model_param is None or improvers
    ]
    name = key("wordings", at.id)
    st.session_state.setdefault(name, offered[:2])
    chosen = st.pills(
        "Words",
        offered,
        selection_mode="multi",
        format_func=lambda each: label(targets.named(each)),
        key=name,
        persist_state="session",
        help="Improved words are written first, for a small price. You see and edit them before "
        "anything is made of them.",
    )
    wordings = [each for each in offered if each in chosen] or [WRITTEN]
    if HAND not in wordings:
        return wordings, []
    written = st.text_area(
        "Your own other words, a line for each prompt, in the same order",
        key=key("hand"),
        height=28 + 26 * min(max(len(prompts), 3), 12),
        persist_state="session",
    )
    return wordings, [line.strip() for line in written.splitlines() if line.strip()]


def _by_hand_problem(
    wordings: Sequence[str], by_hand: Sequence[str], prompts: Sequence[Input]
) -> list[str]:
    if HAND not in wordings or len(by_hand) == len(prompts):
        return []
    lines = "is 1 line" if len(by_hand) == 1 else f"are {len(by_hand)} lines"
    asked = "1 prompt" if len(prompts) == 1 else f"{len(prompts)} prompts"
    return [f"By hand: there {lines} for {asked}."]


def _plain(at: Endpoint, given: Sequence[Input]) -> bool:
    """Whether each variant is also made without what to avoid, where something is to be avoided."""
    if not at.has(AVOID) or not any(each.values.get(AVOID) for each in given):
        return False
    return st.toggle("Each also without what to avoid", key=key("plain"), persist_state="session")


# --- what is the same for all ---------------------------------------------------------------------


def _elsewhere(at: Endpoint, model: Model, swept: Field | None) -> set[str]:
    """What is not asked for among the settings."""
    of = files.field(fields.fields(at, model))
    twin = at.twin(of.name) if of else None
    names = {targets.text_of(at) or "", AVOID, settings.SEED, swept.name if swept else ""}
    return names | {each.name for each in (of, twin) if each is not None}


# --- words ----------------------------------------------------------------------------------------


def _names(at: Endpoint, models: Sequence[Model], swept: Field | None) -> Names:
    known = {each.slug: each.name for each in models}

    def value(given: Any) -> str:
        return sweep.named(at, swept, given) if swept else ""

    return Names(
        wording=targets.named,
        model=lambda slug: known.get(slug, slug),
        value=value,
        plain="without what to avoid",
    )


def _kind(at: Endpoint) -> Mapping[str, Any]:
    decided_by = endpoint(ENHANCER).decided_by
    return {decided_by: at.enhanced_as} if decided_by else {}


def _rewriter(improvers: Sequence[Model], chosen: Sequence[Model]) -> str:
    """The model that words are improved for: the first of those chosen that they can be."""
    known = {each.slug for each in improvers}
    mine = [each.slug for each in chosen if each.slug in known]
    return next(iter([*mine, *(each.slug for each in improvers)]), "")
