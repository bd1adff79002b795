"""Which values a parameter may have, where somebody lists them: the contract, the model, or both.

Voices are those of the chosen language, modes those that the model supports.
"""

from collections.abc import Mapping
from typing import Any

from lib.deapi.contract import LISTS, OFFERED, Endpoint, Param
from lib.deapi.models import Language, Model, Scalar

Legal = Mapping[str | int, str]
"""Value → what it is called."""


def of(endpoint: Endpoint, param: Param, model: Model, known: Mapping[str, Any]) -> Legal:
    """The legal values of `param`, in order; empty where nobody lists any.

    `known` are the values of the parameters before it.
    """
    if param.choices:
        features = param.choice_features or {}
        return {
            each: str(each)
            for each in param.choices
            if each not in features or model.features.get(features[str(each)]) is not False
        }
    if param.listed == "languages[].slug":
        return {language.slug: language.title for language in model.languages}
    if param.listed == "languages[].voices[].slug":
        return _voices(model, known.get("lang"))
    if param.name in LISTS:
        own = (_fitting(param, each) for each in model.listed(LISTS[param.name]))
        return {each: str(each) for each in own if each is not None}
    return {each: each for each in OFFERED.get(f"{endpoint.id}.{param.name}", ())}


def is_open(endpoint: Endpoint, param: Param) -> bool:
    """Whether other values than those of the list may work too: it only gives examples."""
    return f"{endpoint.id}.{param.name}" in OFFERED


def default(
    endpoint: Endpoint, param: Param, model: Model, known: Mapping[str, Any]
) -> str | int | None:
    """The model's own value, by its slug or by the name it shows (gotchas §6); else the first
    where one has to be there."""
    legal = of(endpoint, param, model, known)
    own = model.defaults.get(param.name)
    for value, title in legal.items():
        if own is not None and str(own).casefold() in (str(value).casefold(), _bare(title)):
            return value
    return next(iter(legal), None) if param.required or param.listed else None


def effective(
    endpoint: Endpoint,
    param: Param,
    model: Model,
    values: Mapping[str, Any],
    known: Mapping[str, Any],
) -> Any:
    """The value that `param` would have: what is given if it is legal, else the default, else the
    only one there is."""
    legal = of(endpoint, param, model, known)
    given = values.get(param.name)
    if not legal:
        return given
    if isinstance(given, str | int) and given in legal:
        return given
    if is_open(endpoint, param) and isinstance(given, str) and given:
        return given
    if len(legal) == 1:
        return next(iter(legal))
    return default(endpoint, param, model, known) or (
        next(iter(legal)) if param.choice_features else None
    )


def _voices(model: Model, slug: Any) -> Legal:
    language: Language | None = next((each for each in model.languages if each.slug == slug), None)
    return {voice.slug: voice.title for voice in language.voices} if language else {}


def _bare(title: str) -> str:
    """A voice's title without its gender."""
    return title.partition(" (")[0].casefold()


def _fitting(param: Param, value: Scalar) -> str | int | None:
    """`value` if it is of the parameter's type; a catalogue may list anything."""
    if isinstance(value, bool | float):
        return None
    return value if isinstance(value, int) == (param.type == "integer") else None
