"""Every endpoint on its family's page: drawn, filled, priced, run, and its result shown."""

from collections.abc import Callable, Mapping

import pytest

from lib.deapi import fields
from lib.deapi.contract import ENDPOINTS, Endpoint
from lib.deapi.models import Model
from lib.deapi.terms import Result
from lib.store import State
from lib.ui import money, state, words
from tests.support.pages import Page, Playing
from tests.unit.ui.catalogue import PAIRS, name


@pytest.mark.parametrize("pair", PAIRS, ids=name)
def test_the_form_has_exactly_what_its_model_supports(
    place: Playing, pair: tuple[Endpoint, Model]
) -> None:
    at, model = pair
    page = Page().choose(at, model)
    mine = f"{at.id}:{model.slug}:"
    shape = state.widget(at, model.slug, state.SHAPE)
    if shape in page.keys:
        page.put("button_group", shape, "Custom")
    drawn = {key.removeprefix(mine).split(":")[0] for key in page.keys if key.startswith(mine)}
    files = {key.split(":")[1] for key in page.keys if key.startswith(at.id) and "upload" in key}
    supported = {field.name for field in fields.fields(at, model, page.values(at))}
    assert (drawn - {state.SHAPE}) | files == supported - {at.decided_by}
    elsewhere = {each.slug for each in place.models(at)} - {model.slug}
    assert not [key for key in page.keys if key.split(":")[1:2] in [[each] for each in elsewhere]]


SHOWN: Mapping[Result, Callable[[Page], bool]] = {
    "image": lambda page: 'class="pg-picture"' in page.html or "before_alt" in page.components,
    "video": lambda page: 'class="pg-video"' in page.html,
    "audio": lambda page: 'class="pg-audio"' in page.html,
    "text": lambda page: bool(page.codes),
    "transcript": lambda page: "segments" in page.components,
    "vectors": lambda page: "numbers each" in " ".join(page.captions),
    "prompt": lambda page: "pg-words" in page.html or bool(page.codes),
}
"""By what one knows that a result of this kind stands on the page."""


@pytest.mark.parametrize("at", ENDPOINTS, ids=lambda at: at.id)
def test_an_endpoint_is_drawn_filled_priced_and_run_and_its_result_is_shown(
    place: Playing, at: Endpoint
) -> None:
    page = Page().choose(at)
    assert not page.problems
    _fill(page, at)
    price = page.until(lambda: page.price)
    assert not page.problems
    page.press("Run · ")
    [run] = place.runs()
    assert (run.endpoint, money.price(run.quote)) == (at.id, money.price(price))
    place.reaches(run.id, State.DONE)
    page.until(lambda: f"/files/{run.id}/download" in page.html)
    assert SHOWN[at.result](page)
    assert not page.problems


def _fill(page: Page, at: Endpoint) -> None:
    """What a newcomer does: take the first example, and our sample for each file."""
    if words.endpoint(at.id).examples:
        page.press_key(f"{at.id}:example:0")
    for param in at.files:
        key = f"{at.id}:{param.name}:sample"
        if key in page.button_keys:
            page.press_key(key)
