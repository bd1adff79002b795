"""A form as it would be filled to see what it costs: a model's defaults and files of ours."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from lib.deapi import fields
from lib.deapi.contract import Endpoint
from lib.deapi.fields import Field
from lib.deapi.media import Upload, inspect
from lib.deapi.models import Model
from lib.deapi.rules import ExactlyOne
from lib.deapi.terms import Media
from lib.deapi.values import files_in
from lib.ui import words
from lib.ui.plain import seconds


def values(at: Endpoint, model: Model, given: Mapping[str, Any]) -> dict[str, Any]:
    """`given`, and beside it the model's defaults and a sample where a file is needed. Texts stay
    empty: a price takes an example for them."""
    form = fields.fields(at, model, given)
    found = fields.adapt(form, given)
    alternatives = {
        name for rule in at.rules if isinstance(rule, ExactlyOne) for name in rule.params
    }
    for field in form:
        needed = field.required or (field.name in alternatives and not alternatives & given.keys())
        if field.media and needed and not found.get(field.name):
            found[field.name] = _sample(at, field, field.media)
    return found


def amount(at: Endpoint, values: Mapping[str, Any]) -> str:
    """How much `values` are: of the first file its length or size, else of the example text that
    stands in while there is none. "12 s", "640 × 480", "96 characters"."""
    if files := files_in(values.values()):
        first = files[0]
        return seconds(first.seconds) if first.seconds else f"{first.width} × {first.height}"
    examples = words.endpoint(at.id).examples
    return f"{len(examples[0].text)} characters" if examples else ""


def _sample(at: Endpoint, field: Field, media: Media) -> Upload | list[Upload]:
    upload = _inspected(words.sample(at.id, field.name, media).path, media)
    return [upload] if field.kind == "files" else upload


@lru_cache
def _inspected(path: Path, media: Media) -> Upload:
    return inspect(path, path.name, media=media)
