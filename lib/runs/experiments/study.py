"""A study of prompts as experiments: its variants, who rewrites its words, and the words put in.

A study has two stages where words are rewritten: an experiment that writes them, whose plan says
what they are for (`Draft.then`), and the experiment that uses them, as somebody has edited them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from lib.deapi import contract
from lib.deapi.contract import Endpoint
from lib.deapi.values import files_in
from lib.runs.experiments.plan import Draft, Input, Variant

AVOID = "negative_prompt"
WRITTEN, HAND = "written", "hand"
"""Ways to word a prompt beside those of `contract.rewriters`: as it is, and as somebody wrote it
anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is to be compared about the prompts of `inputs`, whose words are in the field `text`.

    `wordings` are `WRITTEN`, `HAND` and ids of endpoints that rewrite; each meets each of `models`
    (slugs), and each of the values of the one field that is swept, if one is. With `plain`, each
    is also made without what to avoid. `by_hand` is the text of each row for `HAND`. `rewriter`
    is the model that the words are improved for: one for all, so that a comparison of models is
    one of models.
    """

    endpoint: str
    text: str
    inputs: Sequence[Input]
    wordings: Sequence[str]
    models: Sequence[str]
    seed: int
    swept: str = ""
    values: Sequence[Any] = ()
    plain: bool = False
    by_hand: Sequence[str] = ()
    rewriter: str = ""
    shared: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the parts of a variant are called."""

    wording: Callable[[str], str]
    model: Callable[[str], str]
    value: Callable[[Any], str]
    plain: str


def rewritten(wordings: Sequence[str]) -> list[str]:
    """Those that an endpoint writes, for a price."""
    return [each for each in wordings if each not in (WRITTEN, HAND)]


def draft(study: Study, names: Names) -> Draft:
    """The experiment that a study begins with: of its words where some are rewritten, else of its
    results."""
    results = _results(study, names)
    rewriting = rewritten(study.wordings)
    if not rewriting:
        return results
    at = contract.endpoint(study.endpoint)
    return Draft(
        endpoint=contract.ENHANCER,
        inputs=[_of_words(each, study) for each in study.inputs],
        variants=[
            Variant(
                name=names.wording(each),
                endpoint=each,
                model=study.rewriter if contract.endpoint(each).model_param else "",
                values=_kind(contract.endpoint(each), at),
            )
            for each in rewriting
        ],
        seed=study.seed,
        then=results,
    )


def with_words(
    results: Draft, text: str, texts: Mapping[tuple[int, int], Mapping[str, str]], before: str = ""
) -> Draft:
    """`results` with the words that were written for it: (row, column of the words) → the text and
    what to avoid, as `prompt` and `AVOID`. Where none were written there is nothing to be made: a
    row as it was must not stand for an improved one. `before` is the experiment that wrote them.
    """
    own = dict(results.own)
    for column, variant in enumerate(results.variants):
        if variant.words is None:
            continue
        for row in range(len(results.inputs)):
            found = texts.get((row, variant.words))
            if found is None:
                own[row, column] = {text: ""}
                continue
            # Where a variant says what to avoid, or that it avoids nothing, that stays.
            avoid = {} if AVOID in variant.values else {AVOID: found.get(AVOID, "")}
            own[row, column] = {text: found["prompt"], **avoid}
    return replace(results, own=own, before=before)


def _results(study: Study, names: Names) -> Draft:
    own: dict[tuple[int, int], Mapping[str, Any]] = {}
    variants: list[Variant] = []
    for wording, name, model, values in _variants(study, names):
        if wording == HAND:
            column = len(variants)
            own |= {(row, column): {study.text: said} for row, said in enumerate(study.by_hand)}
        words = rewritten(study.wordings)
        at = words.index(wording) if wording in words else None
        variants.append(Variant(name=name, model=model, values=values, words=at))
    return Draft(
        endpoint=study.endpoint,
        inputs=study.inputs,
        variants=variants,
        seed=study.seed,
        shared=study.shared,
        own=own,
    )


def _variants(study: Study, names: Names) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Wording, name, model and values of each; a name says what differs, and nothing else."""
    nothing: dict[str, Any] = {}
    swept = [{study.swept: each} for each in study.values] if study.swept else [nothing]
    avoids = [nothing, {AVOID: ""}] if study.plain else [nothing]
    for wording, model, value, avoid in product(study.wordings, study.models, swept, avoids):
        parts = [names.wording(wording)] if len(study.wordings) > 1 else []
        parts += [names.model(model)] if len(study.models) > 1 else []
        parts += [names.value(each) for each in value.values()] if len(swept) > 1 else []
        parts += [names.plain] if avoid else []
        yield wording, " · ".join(parts) or names.model(model), model, value | avoid


def _of_words(row: Input, study: Study) -> Input:
    """What a row gives to those who rewrite it: its words, what to avoid, and its picture."""
    given = {**study.shared, **row.values}
    files = files_in(given.values())
    pictures = [each for each in files if each.media_type.startswith("image/")]
    values: dict[str, Any] = {"prompt": given.get(study.text, "")}
    values |= {AVOID: given[AVOID]} if given.get(AVOID) else {}
    return Input(name=row.name, values=values | ({"image": pictures[0]} if pictures else {}))


def _kind(rewriter: Endpoint, at: Endpoint) -> dict[str, Any]:
    """What tells a rewriter of several kinds what it is for."""
    return {rewriter.decided_by: at.enhanced_as} if rewriter.decided_by else {}
