"""What is sent to ask a price: measures in place of files and long texts where deAPI takes them.

A quote never uploads a file only to ask the price, unless the endpoint knows no other way.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lib.deapi.media import Upload
from lib.deapi.terms import Endpoint, PriceBy, Source
from lib.deapi.text import clean


def ways(endpoint: Endpoint, params: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Source]]:
    """The bodies that ask what `params` would cost, the smallest first, and who vouches for each.

    The last one is always the documented body: the parameters themselves. One that only the live
    service was seen to take may be refused; then the next is for it.
    """
    for way in endpoint.price_by:
        body = _measured(endpoint, way, params)
        if body is not None:
            yield body, way.source
    yield _priced(endpoint, params), "spec"


def _measured(endpoint: Endpoint, way: PriceBy, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """`params` with what `way` names in place of files and texts, or None if it needs more."""
    known = {**_measures(endpoint, params), **_priced(endpoint, params)}
    if not any(measure.name in way.params for measure in endpoint.measures):
        return None  # nothing but the parameters themselves
    if any(name not in known for name in way.params):
        return None
    replaced = {measure.measures[0] for measure in endpoint.measures if measure.measures}
    files = {param.name for param in endpoint.files}
    own = {name: value for name, value in known.items() if name not in replaced | files}
    wanted = {*way.params, *way.optional}
    measured = {measure.name for measure in endpoint.measures}
    return {name: value for name, value in own.items() if name in wanted or name not in measured}


def _measures(endpoint: Endpoint, params: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for measure in endpoint.measures:
        if measure.measures is None:
            continue
        source, what = measure.measures
        value = params.get(source)
        size = len(clean(value)) if isinstance(value, str) else _of(value, what)
        if size is not None:
            found[measure.name] = size
    return found


def _of(value: Any, what: str) -> Any:
    return getattr(value, what) if isinstance(value, Upload) else None


def _priced(endpoint: Endpoint, params: Mapping[str, Any]) -> dict[str, Any]:
    """`params` without what is not part of a price: delivery, and the wish for an inline answer.

    Prices in JSON take no files.
    """
    roles = {param.name: param.role for param in endpoint.params}
    plain = endpoint.price_encoding == "json"
    files = {param.name for param in endpoint.files} if plain else set[str]()
    return {
        name: value
        for name, value in params.items()
        if roles.get(name) in ("value", "model") and name not in files
    }
