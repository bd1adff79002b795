"""A usual case of everything has a price before anybody fills in a form."""

import re
from typing import Any

import pytest

from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.models import Model
from lib.ui import price, typical
from tests.unit.ui.catalogue import PAIRS, name
from tests.unit.ui.fakes import Client


@pytest.mark.parametrize("pair", PAIRS, ids=name)
def test_the_defaults_of_every_model_can_be_priced(pair: tuple[Endpoint, Model]) -> None:
    at, model = pair
    client: Any = Client()
    now = price.of(client, at, model, typical.values(at, model, {}))
    assert now.amount == client.price


def test_what_was_given_stays() -> None:
    at, model = next(pair for pair in PAIRS if pair[0] == endpoint("images.generations"))
    wanted = {"prompt": "a red fox", "width": 512, "height": 512}
    assert typical.values(at, model, wanted).items() >= wanted.items()


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ("audio.transcriptions", r"\d+ s"),
        ("images.ocr", r"\d+ × \d+"),
        ("audio.speech", r"\d+ characters"),
    ],
)
def test_how_much_a_usual_case_is(of: str, said: str) -> None:
    at, model = next(pair for pair in PAIRS if pair[0].id == of)
    values = typical.values(at, model, {})
    assert re.fullmatch(said, typical.amount(at, values))
