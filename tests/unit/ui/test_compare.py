"""Compare: what the forms of several models share, what only some have, and the plan of it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deapi import fields
from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.field import Field
from lib.deapi.models import Model
from lib.runs.experiments import manifest, plan
from lib.runs.experiments.plan import Cell
from lib.ui import words
from lib.ui.compare import common
from lib.ui.compare.common import FEWEST, MOST, Asked
from lib.ui.compare.opened import beside
from lib.ui.experiment.place import COMPARE
from tests.support.values import OF_MEDIA
from tests.unit.ui.catalogue import LISTING, MODELS

TEXT = "A lighthouse on a rocky coast at dusk, with calm music and a warm light."
SEVERAL = [at for at in common.offered() if len(LISTING.for_endpoint(at)) >= FEWEST]


@st.composite
def chosen(draw: st.DrawFn) -> tuple[Endpoint, list[Model]]:
    """Something to make, and two to six of the models that can, in any order."""
    at = draw(st.sampled_from(SEVERAL))
    models = st.lists(st.sampled_from(LISTING.for_endpoint(at)), min_size=FEWEST, max_size=MOST)
    found = draw(models.filter(lambda some: len({each.slug for each in some}) == len(some)))
    return at, found


def filled(at: Endpoint, models: list[Model]) -> dict[str, Any]:
    """The form as the first has it, with the input that each of them needs."""
    values = fields.adapt(fields.fields(at, models[0]), {})
    for model in models:
        for each in fields.fields(at, model, values):
            if each.kind in ("file", "files") and (each.required or not values.get(each.name)):
                file = OF_MEDIA[each.media or "image"]
                values[each.name] = [file] if each.kind == "files" else file
            elif each.kind == "text" and each.required:
                values[each.name] = TEXT
    return values


def asked(at: Endpoint, models: list[Model], values: dict[str, Any]) -> Asked:
    return Asked(
        at=at,
        values=values,
        models=models,
        own=[{} for _ in models],
        names=[each.name for each in models],
        seed=42,
    )


def planned(what: Asked) -> list[Cell]:
    return plan.plan(common.draft(what, COMPARE), MODELS)


def test_whatever_can_be_seen_heard_or_read_of_a_chosen_model_can_be_compared() -> None:
    ids = {each.id for each in common.offered()}
    assert {"images.generations", "videos.generations", "audio.speech", "images.ocr"} <= ids
    assert "audio.transcriptions" in ids
    assert not {"embeddings", "prompts.enhancements"} & ids


@given(chosen())
def test_every_field_is_asked_once_and_of_those_who_have_it(what: tuple[Endpoint, Any]) -> None:
    at, models = what
    found = common.split(at, models, {})
    having = {model.slug: {each.name for each in fields.fields(at, model)} for model in models}
    everything = set.union(*having.values())
    some = [name for each in found.some for name in each.names]
    once = [name for each in found.some if not each.apart for name in each.names]
    assert len(once) == len(set(once))
    assert found.shared | set(some) == everything
    assert not found.shared & set(some)
    for name in found.shared:
        twin = at.twin(name)
        both = {name, twin.name} if twin else {name}
        assert all(both & names for names in having.values())
    for each in found.some:
        owners = {model.slug for model in each.models}
        if each.apart:
            assert owners <= {slug for slug, names in having.items() if set(each.names) <= names}
            continue
        assert 0 < len(owners) < len(models)
        for name in each.names:
            assert name in having[each.models[0].slug]
            if at.twin(name) is None:
                assert owners == {slug for slug, names in having.items() if name in names}


@given(chosen())
def test_a_form_that_was_filled_in_once_suits_every_model_and_sends_them_the_same(
    what: tuple[Endpoint, Any],
) -> None:
    at, models = what
    values = filled(at, models)
    assert not common.missing(asked(at, models, values))
    cells = planned(asked(at, models, values))
    assert [each.model for each in cells] == [each.slug for each in models]
    assert all(not each.left_out for each in cells), [each.left_out for each in cells]
    assert all(not each.problems for each in cells), [each.problems for each in cells]
    for name in common.split(at, models, values).shared:
        if at.twin(name) or words.field(at.id, name).advanced:
            continue
        form: list[list[Field]] = [
            [each for each in fields.fields(at, model, values) if each.name == name]
            for model in models
        ]
        if all(not fields.check(some, {name: values[name]}) for some in form):
            assert len({repr(each.params.get(name)) for each in cells}) == 1


def test_all_share_one_seed() -> None:
    at = endpoint("images.generations")
    models = list(LISTING.for_endpoint(at))
    cells = planned(asked(at, models, filled(at, models)))
    assert {each.params["seed"] for each in cells} == {42}


def test_a_value_that_one_model_refuses_is_told_of_that_one_alone() -> None:
    at = endpoint("images.generations")
    models = sorted(LISTING.for_endpoint(at), key=lambda each: each.limit("max_width") or 0)
    [small, *_, large] = models
    width = int(large.limit("max_width") or 0)
    assert width > (small.limit("max_width") or 0)
    values = {**filled(at, [large, small]), "width": width}
    cells = planned(asked(at, [large, small], values))
    assert [set(each.problems) for each in cells] == [set(), {"width"}]


def test_what_only_some_have_goes_to_those_alone_and_what_is_left_follows_each() -> None:
    at = endpoint("images.generations")
    models = list(LISTING.for_endpoint(at))
    found = common.split(at, models, {})
    some = next(each for each in found.some if "steps" in each.names)
    values = filled(at, models)
    values["steps"] = fields.adapt(fields.fields(at, some.models[0]), {})["steps"]
    usual = planned(asked(at, models, values))
    for each in usual:
        model = next(model for model in models if model.slug == each.model)
        own = fields.adapt(fields.fields(at, model), {}).get("steps")
        assert own is None or each.params["steps"] == own
    changed = planned(asked(at, models, {**values, "steps": 3}))
    owners = {model.slug for model in some.models}
    assert {each.model for each in changed if each.params.get("steps") == 3} >= owners
    assert all(not each.left_out for each in changed)


@pytest.mark.parametrize("taken", ["prompt", "image"])
def test_without_its_input_nothing_has_a_price_yet(taken: str) -> None:
    at = endpoint("images.edits")
    models = list(LISTING.for_endpoint(at))
    values = filled(at, models)
    values[taken] = None
    assert common.missing(asked(at, models, values))


def test_one_model_in_several_settings_is_a_column_each() -> None:
    at = endpoint("images.generations")
    model = LISTING.for_endpoint(at)[0]
    own = [{"steps": each} for each in (2, 3, 4)]
    what = Asked(
        at=at,
        values=filled(at, [model]),
        models=[model] * 3,
        own=own,
        names=["Steps 2", "Steps 3", "Steps 4"],
        seed=7,
    )
    assert [each.params["steps"] for each in planned(what)] == [2, 3, 4]


def test_its_plan_says_what_it_is_and_is_named_after_its_input() -> None:
    at = endpoint("images.generations")
    models = list(LISTING.for_endpoint(at))[:2]
    draft = common.draft(asked(at, models, filled(at, models)), COMPARE)
    assert draft.inputs[0].name == TEXT
    assert manifest.written(draft)["view"] == COMPARE
    enlarge = endpoint("images.upscales")
    models = list(LISTING.for_endpoint(enlarge))[:2]
    draft = common.draft(asked(enlarge, models, filled(enlarge, models)), COMPARE)
    assert draft.inputs[0].name == OF_MEDIA["image"].name


@pytest.mark.parametrize(("count", "wide"), [(2, 2), (3, 3), (4, 2), (5, 3), (6, 3)])
def test_cards_stand_in_rows_that_are_full_where_they_can_be(count: int, wide: int) -> None:
    assert beside(count) == wide


def test_voices_that_two_models_do_not_share_are_asked_of_each() -> None:
    at = endpoint("audio.speech")
    models = [
        each
        for each in LISTING.for_endpoint(at)
        if "voice" in {field.name for field in fields.fields(at, each)}
    ][:2]
    found = common.split(at, models, {})
    assert "voice" not in found.shared
    apart = [each for each in found.some if each.apart and "voice" in each.names]
    assert [each.models for each in apart] == [(each,) for each in models]
    voices = [
        next(field for field in fields.fields(at, each) if field.name == "voice").choices[-1]
        for each in models
    ]
    what = Asked(
        at=at,
        values=filled(at, models),
        models=models,
        own=[{"voice": each} for each in voices],
        names=[each.name for each in models],
        seed=42,
    )
    cells = planned(what)
    assert not any(each.problems for each in cells)
    assert [each.params["voice"] for each in cells] == voices


def test_models_that_share_some_entries_of_a_list_are_asked_together() -> None:
    at = endpoint("audio.speech")
    models = list(LISTING.for_endpoint(at))
    found = common.split(at, models, {})
    languages = [each for each in found.some if "lang" in each.names]
    assert len(languages) > 1, "the catalogue has models that write languages in other ways"
    asked_of = [model.slug for each in languages for model in each.models]
    assert sorted(asked_of) == sorted(each.slug for each in models)

    def entries(model: Model) -> set[str | int]:
        form = fields.fields(at, model)
        return set(next(each for each in form if each.name == "lang").choices)

    for one in languages:
        for other in languages:
            mine = set.union(*(entries(each) for each in one.models))
            theirs = set.union(*(entries(each) for each in other.models))
            assert (one is other) or not mine & theirs


def test_what_somebody_chose_goes_to_all_and_a_default_only_to_who_can_take_it() -> None:
    at = endpoint("images.generations")
    models = sorted(LISTING.for_endpoint(at), key=lambda each: each.limit("max_width") or 0)
    small, large = models[0], models[-1]
    wide = int(large.limit("max_width") or 0)
    some = common.Some(("width",), (large, small), apart=True)
    chosen = common.handed_out(at, some, {}, {"width": wide})
    assert chosen == {large.slug: {"width": wide}, small.slug: {"width": wide}}
    dear = replace(large, defaults={**large.defaults, "width": wide})
    some = common.Some(("width",), (dear, small), apart=True)
    left = common.handed_out(at, some, {}, {"width": wide})
    assert left == {large.slug: {"width": wide}, small.slug: {}}


def test_what_one_model_alone_still_needs_is_told_with_its_name() -> None:
    at = endpoint("audio.speech")
    models = list(LISTING.for_endpoint(at))
    values = filled(at, models)
    assert not common.lacking(asked(at, models, values))
    told = common.lacking(asked(at, models, {**values, "ref_audio": None}))
    assert set(told) == {"ref_audio"}
    assert 0 < len(told["ref_audio"]) < len(models)
    everybody = common.lacking(asked(at, models, {**values, "text": ""}))
    assert not everybody, "what all need stands empty in front of one"
