"""Each endpoint and call of ours in the words of the facts, against what the facts say of it.

A key that stands nowhere here is a difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lib.deapi import contract
from lib.deapi.contract import MODELS, Call, Endpoint, Param, PriceBy
from lib.deapi.inference import canonical
from lib.deapi.rules import ExactlyOne, RequiredIf
from tests.contract.facts_lists import Facts, entry, places, unequal, uneven, without

# What deAPI does when a parameter of a call is left out (the client always sends all of them), and
# the format of one, which `Param` has no word for.
OF_CALLS = {"default", "format"}
# How the free calls answer, and advice on caching and polling: `test_facts.py`, "What they answer".
ANSWERS = {
    "response",
    "response_fields",
    "fields",
    "paginated",
    "polling",
    "model_schema",
    "model_example",
    "language_example",
    "feature_keys",
    "limit_keys",
    "loras_usage",
    "never_hardcode_slugs",
    "cache",
    "fallback",
}
# --- what the facts say in sentences, or leave unsaid --------------------------------------------

RULES_IN_WORDS: Mapping[str, list[str]] = {
    "audio.speech": [
        "asynchronous: result_url carries the audio file",
        "parameter is text, not prompt and not input",
    ],
    "audio.transcriptions": ["job type auto-detected"],
}
# A rule can require it, and the facts still call it optional.
CALLED_OPTIONAL = {"audio.speech.ref_audio"}
# Measures that stand for a file when only the price is asked: their types as far as the facts name
# none, and a lowest value because a size is not negative.
MEASURES: Mapping[str, Facts] = {
    "width": {"type": "integer", "min": 1},
    "height": {"type": "integer", "min": 1},
    "duration": {"type": "number", "min": 0},
    "duration_seconds": {"min": 0},
    "count_text": {"min": 0},
}

# How the facts call what an attribute of `Param` says; the attributes with None are ours alone.
WORDS: Mapping[str, str | None] = {
    "name": "name",
    "type": "type",
    "required": "required",
    "minimum": "min",
    "maximum": "max",
    "min_length": "min_length",
    "max_length": "max_length",
    "choices": "enum",
    "choice_features": "model_features",
    "scheme": "scheme",
    "sources": "sources",
    "formats": "formats",
    "max_bytes": "max_bytes",
    "min_seconds": "min_duration_s",
    "max_seconds": "max_duration_s",
    "max_minutes": "max_duration_minutes",
    "max_items": "max_items",
    "max_items_limit": "max_items_model_limit",
    "max_items_default": "max_items_default",
    "max_tokens": "max_tokens_per_input",
    "max_total_tokens": "max_total_tokens",
    "default": "default",
    "random": "random_value",
    "nothing": "instrumental_value",
    "limits": "model_limits",
    "feature": "model_feature",
    "listed": "model_field",
    "item": "item_schema",
    "must_be_present": "must_be_present",
    "role": None,
    "media": None,
    "address": None,
    "measures": None,
    "rate": None,
    "source": None,
}
LISTS_IN_ANY_ORDER = ("v1_paths", "v1_price_paths", "inference_types", "constraints")


# --- endpoints and calls -------------------------------------------------------------------------


def of_owners(
    spec: Facts, live: Facts, endpoints: Sequence[Endpoint], calls: Sequence[Call]
) -> list[str]:
    found: list[str] = []
    for group, owners in (("endpoints", endpoints), ("utility", calls)):
        names = [owner.id for owner in owners]
        found += uneven(group, names, [each.get("id") for each in spec[group]])
        found += [
            f"{each.get('id')}: seen live, and not in the contract"
            for each in live[group]
            if each.get("id") not in names
        ]
        for owner in owners:
            if "params" not in entry(spec[group], owner.id):
                found.append(f"{owner.id}: the facts don't say what it takes")
            found += _owner(owner, entry(spec[group], owner.id), spec["common_params"])
            found += _owner_live(owner, entry(live[group], owner.id))
    return found


def _owner(owner: Endpoint | Call, documented: Facts, common: Mapping[str, Facts]) -> list[str]:
    params, rules = _common(common, owner.id)
    params = [*documented.get("params", ()), *params]
    if isinstance(owner, Call):
        facts = without(documented, {*ANSWERS, "params"})
        return [
            *unequal(owner.id, _said_of_call(owner), facts),
            *_params(owner, owner.params, "spec", params),
        ]
    missing = [each for each in rules if each not in documented.get("constraints", ())]
    return [
        *(f"{owner.id}: {each!r} is not among its constraints" for each in missing),
        *unequal(owner.id, _said(owner), _documented(documented)),
        *_params(owner, owner.params, "spec", params),
        *_params(owner, owner.measures, "spec", _documented_measures(documented)),
    ]


def _owner_live(owner: Endpoint | Call, seen: Facts) -> list[str]:
    facts = _documented(without(seen, {"params", "price_measures"}))
    return [
        *unequal(f"{owner.id}, live", _said_live(owner), facts),
        *_params(owner, owner.params, "live", seen.get("params", ())),
        *(
            _params(owner, owner.measures, "live", seen.get("price_measures", ()))
            if isinstance(owner, Endpoint)
            else ()
        ),
    ]


def _common(common: Mapping[str, Facts], name: str) -> tuple[list[Facts], list[str]]:
    """What is documented once for several endpoints: the parameters and rules for this one."""
    params: list[Facts] = []
    rules: list[str] = []
    for param, fact in common.items():
        if name in fact.get("accepted_by", ()):
            params.append({"name": param, **without(fact, {"accepted_by", "requires"})})
            rules.append(f"{param} requires {fact.get('requires')}")
    return params, rules


def _said(endpoint: Endpoint) -> Facts:
    """An endpoint of ours in the words of the facts."""
    said: Facts = {
        "id": endpoint.id,
        "family": endpoint.family,
        "title": endpoint.title,
        "api_version": endpoint.version,
        "method": endpoint.method,
        "path": endpoint.path,
        "content_type": endpoint.encoding,
        "response": sorted(endpoint.answer_at),
        "inline_result": endpoint.answers == "inline",
        "price_method": endpoint.method,
        "price_path": endpoint.price_path,
        "price_content_type": endpoint.price_encoding,
        "price_response": endpoint.price_at,
        "price_alternatives": _said_ways(endpoint.price_by, "spec"),
        "v1_paths": sorted(endpoint.v1_paths),
        "v1_price_paths": sorted(endpoint.v1_price_paths),
        "inference_types": sorted(endpoint.inference_types),
        "inference_types_in_spec_enum": _filterable(endpoint),
        "accepts_webhook_url": endpoint.has("webhook_url"),
        "accepts_webhook_secret": endpoint.has("webhook_secret"),
        "accepts_return_result": endpoint.has("return_result_in_response"),
        "constraints": sorted([*map(str, endpoint.rules), *RULES_IN_WORDS.get(endpoint.id, ())]),
        "price_constraints": list(map(str, endpoint.price_rules)),
        "prompt_enhancement_type": endpoint.enhanced_as,
        "replaces_v1": list(endpoint.replaces),
    }
    # What the facts say only where there is something to say.
    for key in ("price_constraints", "prompt_enhancement_type", "replaces_v1"):
        if not said[key]:
            del said[key]
    if endpoint.version == "v1" or endpoint.replaced_by is not None:
        said["v2_replacement"] = endpoint.replaced_by
    return said


def _said_live(owner: Endpoint | Call) -> Facts:
    said: Facts = {"id": owner.id}
    if isinstance(owner, Endpoint):
        said["constraints"] = sorted(map(str, contract.LIVE_RULES.get(owner.id, ())))
        said["price_alternatives"] = _said_ways(owner.price_by, "live")
        said["v1_price_paths"] = sorted(contract.LIVE_V1_PRICE_PATHS.get(owner.id, ()))
    return {key: value for key, value in said.items() if value}


def _said_ways(ways: Iterable[PriceBy], source: str) -> list[Facts]:
    return [
        {"params": list(way.params), **({"optional": list(way.optional)} if way.optional else {})}
        for way in ways
        if way.source == source
    ]


def _filterable(endpoint: Endpoint) -> bool:
    """Whether the catalogue's filter knows the endpoint's types by their names."""
    return set(endpoint.inference_types) <= set(filter_types())


def filter_types() -> list[Any]:
    (types,) = (param for param in MODELS.params if param.name == "filter[inference_types]")
    return list(types.choices)


def _documented(fact: Facts) -> Facts:
    """An endpoint's facts where their writing leaves a choice: names, order, what goes unsaid."""
    plain: Facts = without(fact, {"params"})
    if "inference_types" in plain:
        plain["inference_types"] = list(map(canonical, plain["inference_types"]))
        plain.setdefault("inference_types_in_spec_enum", True)
    for key in LISTS_IN_ANY_ORDER:
        if key in plain:
            plain[key] = sorted(plain[key])
    if "response" in plain:
        plain["response"] = sorted(places(plain["response"]))
    if "price_alternatives" in plain:
        plain["price_alternatives"] = [
            without(way, {"types"}) for way in plain["price_alternatives"]
        ]
    return plain


def _documented_measures(fact: Facts) -> list[Facts]:
    """What may be sent for a price and not for the operation, as parameters.

    Required where a way of asking can't do without and no rule leaves a choice, as for parameters.
    """
    ways = fact.get("price_alternatives", ())
    needed = [name for way in ways for name in way.get("params", ())]
    optional = [name for way in ways for name in way.get("optional", ())]
    types = {name: kind for way in ways for name, kind in way.get("types", {}).items()}
    rules = " ".join(fact.get("price_constraints", ()))
    chosen = rules.removeprefix("exactly_one_of: ").split(",")
    operation = {each.get("name"): each.get("required") for each in fact.get("params", ())}
    return [
        {
            "name": name,
            "required": name not in optional and name not in chosen,
            **MEASURES.get(name, {}),
            **({"type": types[name]} if name in types else {}),
        }
        for name in dict.fromkeys([*needed, *optional, *types])
        if name not in operation
        or name in types
        or (name in needed and operation[name] is False)  # a size that the operation can do without
    ]


def _said_of_call(call: Call) -> Facts:
    return {"id": call.id, "method": "GET", "path": call.path, "v1_paths": list(call.v1_paths)}


# --- parameters ----------------------------------------------------------------------------------


def _params(
    owner: Endpoint | Call, ours: Iterable[Param], source: str, documented: Sequence[Facts]
) -> list[str]:
    facts = {each.get("name"): each for each in documented}
    ours = [param for param in ours if param.source == source]
    names = [param.name for param in ours]
    found = uneven(f"{owner.id}, {source}", names, [each.get("name") for each in documented])
    for param in ours:
        if param.name in facts:
            fact = without(facts[param.name], OF_CALLS if isinstance(owner, Call) else ())
            found += unequal(f"{owner.id}.{param.name}", _said_of_param(owner, param), fact)
    return found


def _said_of_param(owner: Endpoint | Call, param: Param) -> Facts:
    said: Facts = {}
    for attribute, word in WORDS.items():
        value = getattr(param, attribute)
        if word and value not in (None, ()):
            said[word] = list(value) if isinstance(value, tuple) else value
    if not param.must_be_present:
        del said["must_be_present"]
    if isinstance(owner, Call):
        said["in"] = "path" if f"{{{param.name}}}" in owner.path else "query"
    elif not param.required and _is_ruled(owner, param):
        said["required"] = "conditional"
    if param.media == "recording":
        said["formats_audio"] = list(contract.SOUND_FORMATS)
        said["formats_video"] = list(contract.VIDEO_FORMATS)
    return said


def _is_ruled(endpoint: Endpoint, param: Param) -> bool:
    """Whether a rule says when the parameter must be sent."""
    if f"{endpoint.id}.{param.name}" in CALLED_OPTIONAL:
        return False
    return any(
        (isinstance(rule, ExactlyOne) and param.name in rule.params)
        or (isinstance(rule, RequiredIf) and param.name == rule.param)
        for rule in endpoint.rules
    )
