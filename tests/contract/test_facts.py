"""The contract as code says what the specification says: every fact of what we have, none more.

`facts/contract.json` is the specification's own list, `facts/live.json` ours of what only the live
service does (`source="live"`). Both sides are put into the words of those files and compared, so
a key that this test doesn't know is a difference too. An endpoint that is added to the contract is
covered from then on.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest

from lib.deapi import contract, wire
from lib.deapi.catalogue import TTL
from lib.deapi.contract import CALLS, ENDPOINTS, MODELS, Call, Endpoint, Param
from lib.deapi.inference import canonical
from lib.deapi.models import Model
from lib.settings import Settings

Facts = dict[str, Any]

FOLDER = Path(__file__).parent / "facts"
SPEC: Facts = json.loads((FOLDER / "contract.json").read_bytes())
LIVE: Facts = json.loads((FOLDER / "live.json").read_bytes())

# For people who read the facts; nothing follows from it.
PROSE = {
    "note",
    "example",
    "examples",
    "section",
    "spec_line",
    "max_bytes_source",
    "price_note",
    "price_content_note",
    "v1_note",
}
# A fact about another endpoint: the `type` of prompts.enhancements, compared with that one.
OF_ANOTHER = {"prompt_enhancement_type"}
# What deAPI does when a parameter of a call is left out (the client always sends all of them), and
# the format of one, which `Param` has no word for.
OF_CALLS = {"default", "format"}
# How the free calls answer, and advice on caching and polling: see "What they answer" below.
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
# What the docstring of `Endpoint` says about each of them. One that is different fails here until
# the contract has a word for the difference.
EVERY_ENDPOINT: Facts = {
    "api_version": "v2",
    "method": "POST",
    "price_method": "POST",
    "price_response": "data.price",
    "price_alternatives": [],
    "response": {"data": {"request_id": "UUID"}},
    "inline_result": False,
}


def test_the_contract_is_what_the_specification_says() -> None:
    assert differences() == []


# --- the comparison ------------------------------------------------------------------------------


def differences(
    spec: Facts = SPEC,
    live: Facts = LIVE,
    endpoints: Sequence[Endpoint] = ENDPOINTS,
    calls: Sequence[Call] = CALLS,
) -> list[str]:
    """What is not the same, one line a fact."""
    found: list[str] = []
    for group, owners in (("endpoints", endpoints), ("utility", calls)):
        seen_live = {entry.get("id"): entry for entry in live[group]}
        for owner in owners:
            documented = _entry(spec[group], owner.id)
            seen = seen_live.pop(owner.id, {"id": owner.id, "params": []})
            if documented is None or "params" not in documented or seen.keys() != {"id", "params"}:
                found.append(f"{owner.id}: not in the facts as a whole")
                continue
            found += _owner(owner, documented)
            common, rules = _common(spec["common_params"], owner.id)
            rules = [each for each in rules if each not in documented.get("constraints", ())]
            found += [f"{owner.id}: {each!r} is not among its constraints" for each in rules]
            found += _params(owner, [*documented["params"], *common], seen["params"])
        found += [f"{name}: seen live, and not in the contract" for name in seen_live]
    return found


def _entry(entries: Iterable[Facts], name: str) -> Facts | None:
    return next((each for each in entries if each.get("id") == name), None)


def _owner(owner: Endpoint | Call, documented: Facts) -> list[str]:
    if isinstance(owner, Endpoint):
        return _unequal(owner.id, _said(owner), _documented(documented))
    return _unequal(owner.id, _said_of_call(owner), _without(documented, ANSWERS))


def _common(common: Mapping[str, Facts], name: str) -> tuple[list[Facts], list[str]]:
    """What is documented once for several endpoints: the parameters and rules for this one."""
    params: list[Facts] = []
    rules: list[str] = []
    for param, fact in common.items():
        if name in fact.get("accepted_by", ()):
            params.append({"name": param, **_without(fact, {"accepted_by", "requires"})})
            rules.append(f"{param} requires {fact.get('requires')}")
    return params, rules


def _unequal(of: str, said: Facts, documented: Facts) -> list[str]:
    return [
        f"{of}: {key} is {said.get(key)!r}, documented as {documented.get(key)!r}"
        for key in sorted(said.keys() | documented.keys())
        if said.get(key) != documented.get(key) or (key in said) != (key in documented)
    ]


def _without(facts: Facts, keys: Iterable[str]) -> Facts:
    left_out = {*keys, *PROSE, "params"}
    return {key: value for key, value in facts.items() if key not in left_out}


def _params(owner: Endpoint | Call, spec: list[Facts], live: list[Facts]) -> list[str]:
    found: list[str] = []
    for source, documented in (("spec", spec), ("live", live)):
        ours = [param for param in owner.params if param.source == source]
        names = [param.name for param in ours], [each.get("name") for each in documented]
        found += [
            f"{owner.id}: {name} is there {names[0].count(name)} times as a fact of {source}, "
            f"documented {names[1].count(name)} times"
            for name in {*names[0], *names[1]}
            if names[0].count(name) != names[1].count(name)
        ]
        facts = {each.get("name"): each for each in documented}
        for param in ours:
            if param.name in facts:
                of = f"{owner.id}.{param.name}"
                found += _unequal(
                    of, _said_of_param(owner, param), _param(owner, facts[param.name])
                )
    return found


def _said(endpoint: Endpoint) -> Facts:
    """An endpoint of ours in the words of the facts."""
    return EVERY_ENDPOINT | {
        "id": endpoint.id,
        "family": endpoint.family,
        "title": endpoint.title,
        "path": endpoint.path,
        "content_type": endpoint.encoding,
        "price_path": endpoint.price_path,
        "price_content_type": endpoint.price_encoding,
        "v1_paths": sorted(endpoint.v1_paths),
        "v1_price_paths": sorted(endpoint.v1_price_paths),
        "inference_types": sorted(endpoint.inference_types),
        "inference_types_in_spec_enum": _filterable(endpoint),
        "accepts_webhook_url": endpoint.has("webhook_url"),
        "accepts_webhook_secret": endpoint.has("webhook_secret"),
        "accepts_return_result": endpoint.has("return_result_in_response"),
        "constraints": sorted(map(str, endpoint.rules)),
    }


def _filterable(endpoint: Endpoint) -> bool:
    """Whether the catalogue's filter knows the endpoint's types by their names."""
    (types,) = (param for param in MODELS.params if param.name == "filter[inference_types]")
    return set(endpoint.inference_types) <= set(types.choices)


def _documented(fact: Facts) -> Facts:
    """An endpoint's facts where their writing leaves a choice: names, order, what goes unsaid."""
    plain = _without(fact, OF_ANOTHER)
    if "inference_types" in plain:
        plain["inference_types"] = list(map(canonical, plain["inference_types"]))
    for key in ("v1_paths", "v1_price_paths", "inference_types", "constraints"):
        if key in plain:
            plain[key] = sorted(plain[key])
    return {"inference_types_in_spec_enum": True} | plain


def _said_of_call(call: Call) -> Facts:
    return {"id": call.id, "method": "GET", "path": call.path, "v1_paths": list(call.v1_paths)}


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
    "scheme": "scheme",
    "max_bytes": "max_bytes",
    "random": "random_value",
    "limits": "model_limits",
    "feature": "model_feature",
    "listed": "model_field",
    "item": "item_schema",
    "role": None,
    "media": None,
    "source": None,
}


def test_every_attribute_of_a_parameter_is_compared_or_ours() -> None:
    assert {field.name for field in fields(Param)} == WORDS.keys()


def test_every_attribute_of_an_endpoint_and_of_a_call_is_compared() -> None:
    compared = {"id", "family", "title", "path", "encoding", "price_path", "price_encoding"}
    compared |= {"v1_paths", "v1_price_paths", "inference_types", "params", "rules"}
    assert {field.name for field in fields(Endpoint)} == compared
    assert {field.name for field in fields(Call)} == {"id", "path", "v1_paths", "params"}


def _said_of_param(owner: Endpoint | Call, param: Param) -> Facts:
    said: Facts = {}
    for attribute, word in WORDS.items():
        value = getattr(param, attribute)
        if word and value not in (None, ()):
            said[word] = list(value) if isinstance(value, tuple) else value
    if isinstance(owner, Call):
        said["in"] = "path" if f"{{{param.name}}}" in owner.path else "query"
    return said


def _param(owner: Endpoint | Call, fact: Facts) -> Facts:
    plain = _without(fact, OF_CALLS if isinstance(owner, Call) else ())
    # Required when a rule says so: the rule is compared, and the parameter alone is optional.
    if plain.get("required") == "conditional" and isinstance(owner, Endpoint):
        ruled = any(fact["name"] in str(rule) for rule in owner.rules)
        plain["required"] = False if ruled else "conditional"
    return plain


# --- it can fail ---------------------------------------------------------------------------------

Steps = tuple[str | int, ...]


class Lie(NamedTuple):
    """One fact told differently, by a change to the object at `path` of a file."""

    file: str
    path: Steps
    what: str
    change: Callable[[Any], object]

    def __str__(self) -> str:
        return ".".join(map(str, (self.file, *self.path, self.what)))

    def told(self, facts: Facts) -> Facts:
        facts = deepcopy(facts)
        at: Any = facts
        for step in self.path:
            at = at[step]
        self.change(at)
        return facts


def _covered(facts: Facts) -> Facts:
    """The part of the facts that is compared so far."""
    endpoints, calls = {each.id for each in ENDPOINTS}, {each.id for each in CALLS}
    common: dict[str, Facts] = facts.get("common_params", {})
    return {
        "endpoints": [each for each in facts["endpoints"] if each["id"] in endpoints],
        "utility": [each for each in facts["utility"] if each["id"] in calls],
        "common_params": {
            name: {**fact, "accepted_by": [e for e in fact["accepted_by"] if e in endpoints]}
            for name, fact in common.items()
        },
    }


def _lies(file: str, value: Any, path: Steps = ()) -> Iterator[Lie]:
    """Every fact in `value`, in turn: left out, told differently, or with one more beside it."""
    if isinstance(value, dict):
        keys: list[Any] = [key for key in value if not _is_skipped(key, path)]
        if len(path) > 1:
            yield Lie(file, path, "one more", lambda at: at.update(unheard_of=1))
    else:
        keys = list(range(len(value)))
        if len(path) > 1 and path[-1] != "accepted_by":
            more: Any = {"name": "unheard_of"} if path[-1] == "params" else "unheard of"
            yield Lie(file, path, "one more", lambda at: at.append(more))
    for key in keys:
        if path:
            yield Lie(file, path, f"no {key}", lambda at, key=key: at.pop(key))
        if isinstance(value[key], dict | list):
            yield from _lies(file, value[key], (*path, key))
        else:
            lie = _other(value[key])
            yield Lie(file, path, f"other {key}", lambda at, key=key, lie=lie: _put(at, key, lie))


def _is_skipped(key: str, path: Steps) -> bool:
    skipped = PROSE | OF_ANOTHER
    if path[:1] == ("utility",):
        skipped |= ANSWERS if len(path) == 2 else OF_CALLS
    return key in skipped


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}x"


def _put(at: Any, key: Any, value: Any) -> None:
    at[key] = value


SPEC_LIES = list(_lies("contract.json", _covered(SPEC)))
LIVE_LIES = list(_lies("live.json", _covered(LIVE)))


def test_there_is_something_to_lie_about() -> None:
    assert len(SPEC_LIES) > 300
    assert len(LIVE_LIES) > 5


@pytest.mark.parametrize("lie", SPEC_LIES, ids=str)
def test_a_fact_of_the_specification_that_differs_is_found(lie: Lie) -> None:
    assert differences(spec=lie.told(_covered(SPEC)))


@pytest.mark.parametrize("lie", LIVE_LIES, ids=str)
def test_a_fact_of_the_live_service_that_differs_is_found(lie: Lie) -> None:
    assert differences(live=lie.told(_covered(LIVE)))


def test_a_common_parameter_that_one_more_endpoint_accepts_is_found() -> None:
    others = [each.id for each in ENDPOINTS if not each.has("webhook_secret")]
    for other in others:
        facts = deepcopy(SPEC)
        facts["common_params"]["webhook_secret"]["accepted_by"].append(other)
        assert differences(spec=facts)


_ELSE: Mapping[str, Any] = {
    "name": "unheard_of",
    "type": "boolean",
    "minimum": -7,
    "maximum": 7,
    "min_length": 7,
    "max_length": 7,
    "choices": ("unheard of",),
    "scheme": "gopher",
    "max_bytes": 7,
    "random": 7,
    "limits": ("min_unheard_of",),
    "feature": "supports_nothing",
    "listed": "nothing",
    "item": {"unheard_of": "string"},
    "source": "elsewhere",
}


def _owners() -> Iterator[tuple[Endpoint | Call, Param]]:
    for owner in (*ENDPOINTS, *CALLS):
        for param in owner.params:
            yield owner, param


@pytest.mark.parametrize(
    ("owner", "param"), list(_owners()), ids=lambda it: getattr(it, "id", None) or it.name
)
def test_a_parameter_that_says_something_else_is_found(
    owner: Endpoint | Call, param: Param
) -> None:
    lies = {**_ELSE, "required": not param.required}
    params = [replace(param, **{attribute: value}) for attribute, value in lies.items()]
    for told in ((), (param, param), *((each,) for each in params)):
        others = [each for each in owner.params if each is not param]
        assert _differences_with(replace(owner, params=(*others, *told)))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.id)
def test_an_endpoint_that_says_something_else_is_found(endpoint: Endpoint) -> None:
    other = {"encoding": {"json": "multipart", "multipart": "json"}[endpoint.encoding]}
    other["price_encoding"] = {"json": "multipart", "multipart": "json"}[endpoint.price_encoding]
    for name in ("id", "family", "title", "path", "price_path"):
        other[name] = "else"
    lists = dict.fromkeys(("v1_paths", "v1_price_paths", "inference_types"), ("else",))
    rules = (*endpoint.rules, contract.Requires("model", "prompt"))
    for attribute, value in {**other, **lists, "rules": rules}.items():
        assert _differences_with(replace(endpoint, **{attribute: value}), endpoint.id)


def _differences_with(told: Endpoint | Call, instead_of: str | None = None) -> list[str]:
    name = instead_of or told.id

    def changed(all_of_them: Sequence[Any]) -> list[Any]:
        return [told if each.id == name else each for each in all_of_them]

    return differences(endpoints=changed(ENDPOINTS), calls=changed(CALLS))


# --- facts that stand on their own ----------------------------------------------------------------


def test_the_free_calls_are_all_there() -> None:
    assert {each["id"] for each in SPEC["utility"]} == {each.id for each in CALLS}


def test_prices_are_asked_as_the_price_section_says() -> None:
    for endpoint in ENDPOINTS:
        assert endpoint.price_path in SPEC["price"]["v2_paths"]
        name = endpoint.price_path.removeprefix("/api/v2/")
        encodings = {each for each in ("json", "multipart") if name in SPEC["price"][each]}
        assert encodings == {endpoint.price_encoding}


def test_v1_paths_are_those_of_the_mapping_table() -> None:
    # The table writes {id} where the path's own page says {request_id}.
    paths = {each.path.replace("{request_id}", "{id}"): each for each in (*ENDPOINTS, *CALLS)}
    table: dict[str, set[str]] = {}
    for row in SPEC["v1_to_v2"]:
        old, new = row["v1"].split()[1], row["v2"].split()
        table.setdefault(new[1], set()).add(old)
    for path, each in paths.items():
        assert set(each.v1_paths) == table[path]


def test_constants_are_the_documented_ones() -> None:
    assert SPEC["limits"]["image_bytes"] == contract.IMAGE_BYTES
    default = Settings.model_fields["deapi_base_url"].default
    assert str(default).rstrip("/") == SPEC["hosts"]["api"]


def test_constants_of_the_live_service_are_the_noted_ones() -> None:
    formats = {kind: tuple(names) for kind, names in LIVE["media_formats"].items()}
    assert formats.pop("note")
    assert formats == contract.MEDIA_FORMATS
    assert LIVE["minimum_balance"]["usd"] == contract.MINIMUM_BALANCE_USD


def test_model_keys_that_bound_a_parameter_are_documented() -> None:
    models = next(each for each in SPEC["utility"] if each["id"] == "models")
    limits = {key for keys in models["limit_keys"].values() for key in keys}
    features = {key for keys in models["feature_keys"].values() for key in keys}
    for endpoint in ENDPOINTS:
        for param in endpoint.params:
            assert set(param.limits) <= limits
            assert param.feature is None or param.feature in features


# --- what the free calls answer: the documented answers are read for what they say ---------------


def _answers(name: str) -> Facts:
    return next(each for each in SPEC["utility"] if each["id"] == name)


def test_the_documented_prices_and_balance_are_read() -> None:
    assert wire.price_of(SPEC["price"]["response_default"]) == Decimal("0.00187")
    assert wire.price_of(SPEC["price"]["response_prompts"]) == Decimal("0.0008728")
    assert wire.balance_of(_answers("balance")["response"]) == Decimal("4.52")


def test_the_documented_job_is_read() -> None:
    told = _answers("jobs")
    job = wire.Job.parse(told["response"], "request")
    data = told["response"]["data"]
    assert (job.state, job.progress, job.result) == ("done", 100.0, data["result"])
    assert (job.preview, job.result_url) == (data["preview"], data["result_url"])
    assert not job.alternatives
    assert set(told["fields"]["status"]["enum"]) == set(get_args(wire.State))


def test_the_documented_model_is_read() -> None:
    told = _answers("models")
    model = Model.parse(told["model_example"])
    info = told["model_example"]["info"]
    assert model.name == told["model_example"]["name"]
    assert model.inference_types == set(told["model_example"]["inference_types"])
    assert (model.limits, model.features) == (info["limits"], info["features"])
    assert model.defaults == info["defaults"]
    (lora,) = told["model_example"]["loras"]
    assert [(each.name, each.title) for each in model.loras] == [
        (lora["name"], lora["display_name"])
    ]


def test_the_catalogue_is_kept_as_long_as_the_documented_cache() -> None:
    assert TTL.total_seconds() == _answers("models")["cache"]["ttl_s"]
