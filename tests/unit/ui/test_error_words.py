"""Every error becomes one sentence that says what to do."""

import json

import pytest

from lib.deapi import errors as deapi
from lib.runs import keep
from lib.store import Denied, StoreError
from lib.ui import errors


def family(root: type[Exception]) -> set[type[Exception]]:
    """`root` and everything that is one."""
    return {root}.union(*(family(each) for each in root.__subclasses__()))


KINDS = sorted(
    {
        each.__name__
        # What a person may not do says itself why, and no run keeps it.
        for each in family(deapi.DeapiError) | (family(StoreError) - family(Denied)) | {keep.NoFile}
    }
    | {"JobFailed", "Interrupted", "PriceRose"}
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_sentence_of_its_own(kind: str) -> None:
    assert kind in errors.kinds()
    sentence = errors.advice({"kind": kind}).sentence
    assert sentence.endswith(".")
    assert "HTTP" not in sentence
    assert kind not in sentence


def test_what_nobody_foresaw_gets_a_sentence_too() -> None:
    assert errors.advice({"kind": "KeyError", "message": "x"}) == errors.UNFORESEEN
    assert errors.advice({}) == errors.UNFORESEEN


@pytest.mark.parametrize(
    ("error", "url"),
    [
        (deapi.Unauthorized("no"), "https://app.deapi.ai/dashboard/api-keys"),
        (deapi.NotEnoughBalance("no"), "https://app.deapi.ai/billing"),
        (deapi.ServerError("no"), "https://status.deapi.ai"),
    ],
)
def test_an_error_links_to_where_it_is_mended(error: deapi.DeapiError, url: str) -> None:
    link = errors.advice(error).link
    assert link is not None
    assert link.url == url


def test_a_remembered_error_reads_like_the_error_itself() -> None:
    error = deapi.Invalid("The width is odd.", fields={"width": ["The width is odd."]})
    remembered = json.loads(json.dumps(error.facts()))
    assert errors.advice(remembered) == errors.advice(error)
    assert errors.fields(remembered) == {"width": "The width is odd."}


def test_what_only_deapi_knows_is_said_in_its_own_words() -> None:
    said = errors.advice(deapi.Forbidden("Account suspended", code="account_suspended")).sentence
    assert "“Account suspended (account_suspended)”" in said


def test_a_limit_says_how_long_it_lasts() -> None:
    assert "40 s" in errors.advice(deapi.MinuteLimit("slow down", retry_after=40)).sentence
    assert "3 h" in errors.advice(deapi.DailyLimit("enough", retry_after=3 * 3600)).sentence


def test_an_item_of_an_array_belongs_to_its_field() -> None:
    error = deapi.Invalid("no", fields={"loras.0.name": ["Unknown style."]})
    assert errors.fields(error) == {"loras": "Unknown style."}
