"""The contract as code says what the specification says: every fact of it, none more.

Both sides are put into the words of the facts and compared (`facts_owners.py`, `facts_blocks.py`),
so a key that nobody knows is a difference too. That the comparison can fail is shown by telling it
every fact in turn differently.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, NamedTuple, get_args

import pytest

from lib.deapi import contract, wire
from lib.deapi.catalogue import TTL
from lib.deapi.contract import CALLS, ENDPOINTS, Call, Endpoint, Param, PriceBy, Requires
from lib.deapi.inference import canonical
from lib.deapi.models import Model
from lib.settings import Settings
from tests.contract.facts_blocks import (
    NOT_THE_CONTRACT,
    OF_PRICES_IN_WORDS,
    OTHER_LIMITS,
    documented_blocks,
    documented_constants,
    said_of_blocks,
    said_of_constants,
    used_model_keys,
)
from tests.contract.facts_lists import LIVE, PROSE, SPEC, Facts, entry, unequal
from tests.contract.facts_owners import ANSWERS, OF_CALLS, WORDS, of_owners

each_owner = pytest.mark.parametrize("owner", [*ENDPOINTS, *CALLS], ids=lambda each: each.id)


def test_endpoints_and_calls_are_what_the_facts_say() -> None:
    assert of_owners(SPEC, LIVE, ENDPOINTS, CALLS) == []


def test_limits_types_prices_and_old_paths_are_those_of_the_specification() -> None:
    assert of_blocks(SPEC) == []


def test_what_holds_for_every_endpoint_of_the_live_service_is_what_was_noted() -> None:
    assert of_constants(LIVE) == []


def of_blocks(spec: Facts) -> list[str]:
    return unequal("the specification", said_of_blocks(), documented_blocks(spec))


def of_constants(live: Facts) -> list[str]:
    return unequal("seen live", said_of_constants(), documented_constants(live))


def test_every_block_is_compared_or_about_something_else() -> None:
    assert SPEC.keys() >= NOT_THE_CONTRACT
    assert SPEC.keys() - NOT_THE_CONTRACT == {"endpoints", "utility", *said_of_blocks()}


def test_every_attribute_is_compared_or_ours() -> None:
    assert {field.name for field in fields(Param)} == WORDS.keys()


# --- it can fail: the facts tell it differently --------------------------------------------------

Steps = tuple[str | int, ...]


class Lie(NamedTuple):
    """One fact told differently, by a change to the object at `path`."""

    path: Steps
    what: str
    change: Callable[[Any], object]

    def __str__(self) -> str:
        return ".".join(map(str, (*self.path, self.what)))

    def told(self, facts: Facts) -> Facts:
        facts = deepcopy(facts)
        at: Any = facts
        for step in self.path:
            at = at[step]
        self.change(at)
        return facts


def lies(value: Any, path: Steps = ()) -> Iterator[Lie]:
    """Every fact in `value`, in turn: left out, told differently, or with one more beside it."""
    if isinstance(value, dict):
        keys: list[Any] = [key for key in value if not _is_left_out((*path, key))]
        more = Lie(path, "one more", lambda at: at.update(unheard_of="x"))
    else:
        keys = list(range(len(value)))
        more = Lie(path, "one more", lambda at: at.append(_one_more(value, path)))
    if path and path != ("common_params",):
        yield more
    for key in keys:
        if path:
            yield Lie(path, f"no {key}", lambda at, key=key: at.pop(key))
        if isinstance(value[key], dict | list):
            yield from lies(value[key], (*path, key))
        elif not _is_example((*path, key)):
            lie = _other(value[key])
            yield Lie(path, f"other {key}", lambda at, key=key, lie=lie: _put(at, key, lie))


def _is_left_out(path: Steps) -> bool:
    left_out: Mapping[Any, set[str]] = {
        "utility": ANSWERS if len(path) == 3 else OF_CALLS,
        "limits": OTHER_LIMITS,
        "price": OF_PRICES_IN_WORDS,
        "common_params": {"accepted_by"},  # its own test, below
    }
    return path[-1] in PROSE | left_out.get(path[0], set())


def _is_example(path: Steps) -> bool:
    """Whether the facts show a shape here, by values that are only examples."""
    shapes = {"response", "price_response", "response_default", "response_prompts"}
    return path[0] == "submit_response" or not shapes.isdisjoint(path[:-1])


def _one_more(value: list[Any], path: Steps) -> Any:
    """Another item of a list: an object where objects stand, else a word."""
    if path[-1] == "price_alternatives":
        return {"params": ["unheard_of"]}
    objects = any(isinstance(each, dict) for each in value)
    if objects or (not value and path[-1] in ("params", "endpoints", "utility")):
        return {"id": "unheard_of", "name": "unheard_of"}
    return "unheard of"


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"x{value}"


def _put(at: Any, key: Any, value: Any) -> None:
    at[key] = value


def unnoticed(facts: Facts, differences: Callable[[Facts], list[str]]) -> list[str]:
    """The lies about `facts` that the comparison doesn't find; all of them must be none."""
    assert differences(facts) == []
    told = list(lies(facts))
    assert told
    return [str(lie) for lie in told if not differences(lie.told(facts))]


def _facts_of(owner: Endpoint | Call, facts: Facts) -> Facts:
    """The part of the facts that is about one endpoint or call."""
    group = "endpoints" if isinstance(owner, Endpoint) else "utility"
    common = {
        name: {**fact, "accepted_by": [owner.id]}
        for name, fact in facts.get("common_params", {}).items()
        if owner.id in fact["accepted_by"]
    }
    entries = [each for each in facts[group] if each["id"] == owner.id]
    return {"endpoints": [], "utility": [], "common_params": common, group: entries}


def _differences_of(owner: Endpoint | Call, spec: Facts, live: Facts) -> list[str]:
    if isinstance(owner, Endpoint):
        return of_owners(spec, live, [owner], [])
    return of_owners(spec, live, [], [owner])


@each_owner
def test_a_fact_of_an_endpoint_that_differs_is_found(owner: Endpoint | Call) -> None:
    spec, live = _facts_of(owner, SPEC), _facts_of(owner, LIVE)
    assert unnoticed(spec, lambda told: _differences_of(owner, told, live)) == []
    assert unnoticed(live, lambda told: _differences_of(owner, spec, told)) == []


@pytest.mark.parametrize("block", sorted(said_of_blocks().keys() - {"common_params"}))
def test_a_fact_of_a_block_that_differs_is_found(block: str) -> None:
    assert unnoticed({block: SPEC[block]}, lambda told: of_blocks(SPEC | told)) == []


def test_a_constant_of_the_live_service_that_differs_is_found() -> None:
    constants = {key: LIVE[key] for key in said_of_constants()}
    assert unnoticed(constants, lambda told: of_constants(LIVE | told)) == []


def test_a_common_parameter_that_one_more_or_one_less_accepts_is_found() -> None:
    accepting = SPEC["common_params"]["webhook_secret"]["accepted_by"]
    others = [[each for each in accepting if each != name] for name in accepting]
    others += [[*accepting, each.id] for each in ENDPOINTS if each.id not in accepting]
    for other in (*others, [*accepting, "unheard_of"]):
        facts = deepcopy(SPEC)
        facts["common_params"]["webhook_secret"]["accepted_by"] = other
        assert of_blocks(facts)
        assert "unheard_of" in other or of_owners(facts, LIVE, ENDPOINTS, CALLS)


# --- it can fail: the contract says something else -----------------------------------------------

OURS = {"result", "decided_by", "inference_types_of"}
"""Attributes of an endpoint that nobody documents, or that another fact holds already."""
ONE_MORE: Mapping[str, Any] = {
    "params": Param(name="unheard_of", type="boolean"),
    "measures": Param(name="unheard_of", type="boolean"),
    "rules": Requires("model", "prompt"),
    "price_rules": Requires("model", "prompt"),
    "price_by": PriceBy(params=("unheard_of",)),
}


def _others(name: str, value: Any) -> Iterator[Any]:
    """Other values than `value` for the attribute `name`, of every kind there is."""
    if name == "answers":
        yield {"job": "inline", "inline": "job"}[value]
    elif isinstance(value, tuple):
        yield (*value, ONE_MORE.get(name, "unheard of"))
        yield from (value[:at] + value[at + 1 :] for at in range(len(value)))
    else:
        yield "unheard of" if isinstance(value, str | Mapping | None) else _other(value)


def _changed(value: Any, names: Iterable[str]) -> Iterator[Any]:
    for name in names:
        for other in _others(name, getattr(value, name)):
            yield replace(value, **{name: other})


def _told_otherwise(owner: Endpoint | Call) -> Iterator[Endpoint | Call]:
    """`owner` with one thing changed, for everything that it says."""
    yield from _changed(owner, [each.name for each in fields(owner) if each.name not in OURS])
    documented = [name for name, word in WORDS.items() if word]
    parts: dict[str, list[str]] = {"params": [*documented, "source"]}
    if isinstance(owner, Endpoint):
        parts["measures"] = parts["params"]
        parts["price_by"] = [field.name for field in fields(PriceBy)]
    for name, attributes in parts.items():
        items = getattr(owner, name)
        for at, item in enumerate(items):
            for other in _changed(item, attributes):
                yield replace(owner, **{name: (*items[:at], other, *items[at + 1 :])})


@each_owner
def test_a_contract_that_says_something_else_is_found(owner: Endpoint | Call) -> None:
    spec, live = _facts_of(owner, SPEC), _facts_of(owner, LIVE)
    told = list(_told_otherwise(owner))
    assert told
    assert [each for each in told if not _differences_of(each, spec, live)] == []


def test_an_endpoint_or_a_call_that_is_missing_or_there_twice_is_found() -> None:
    for at in range(len(ENDPOINTS)):
        less = ENDPOINTS[:at] + ENDPOINTS[at + 1 :]
        assert of_owners(SPEC, LIVE, less, CALLS)
        assert of_owners(SPEC, LIVE, (*ENDPOINTS, ENDPOINTS[at]), CALLS)
    for at in range(len(CALLS)):
        assert of_owners(SPEC, LIVE, ENDPOINTS, CALLS[:at] + CALLS[at + 1 :])


# --- facts that stand on their own ----------------------------------------------------------------


def test_an_inference_type_without_a_name_in_the_specification_is_one_of_three() -> None:
    ours = {name for endpoint in ENDPOINTS for name in endpoint.inference_types}
    documented = set(SPEC["inference_types"])
    # The specification's notes on its enum: it has none for these, and no endpoint for that one.
    assert ours - documented == {"txt2music", "aud2video", "videos_replace"}
    assert documented - ours == {"vid_rmbg"}
    assert ours | documented == {canonical(name) for name in ours | documented}


def test_prompts_are_enhanced_for_models_of_the_endpoint_they_are_for() -> None:
    for endpoint in ENDPOINTS:
        if endpoint.enhanced_as is not None:
            types = contract.ENHANCEMENT_TYPES[endpoint.enhanced_as]
            assert set(types) <= set(endpoint.inference_types)
    every = {name for types in contract.ENHANCEMENT_TYPES.values() for name in types}
    assert every == {*SPEC["inference_types"], "txt2music"}


def test_a_path_says_which_version_it_belongs_to() -> None:
    prefix = {version: SPEC["api_versions"][version]["prefix"] for version in ("v1", "v2")}
    for each in ENDPOINTS:
        assert each.path.startswith(prefix[each.version])
        assert each.price_path.startswith(prefix[each.version])
    for each in (*ENDPOINTS, *CALLS):
        assert all(path.startswith(prefix["v1"]) for path in each.v1_paths)


def test_the_service_lives_where_it_is_documented() -> None:
    default = Settings.model_fields["deapi_base_url"].default
    assert str(default).rstrip("/") == SPEC["hosts"]["api"]


def test_every_documented_key_of_a_model_that_bounds_something_is_used() -> None:
    told = entry(SPEC["utility"], "models")
    limits, features = used_model_keys()
    assert {key for keys in told["limit_keys"].values() for key in keys} <= set(limits)
    assert {key for keys in told["feature_keys"].values() for key in keys} <= set(features)


def test_every_fact_of_the_live_service_names_its_section() -> None:
    owners = [*LIVE["endpoints"], *LIVE["utility"]]
    noted = [LIVE[name] for name in said_of_constants()]
    noted += [each for each in owners if each.keys() - {"id", "params"}]
    noted += [param for each in owners for param in each.get("params", ())]
    for each in noted:
        assert re.match(r"§([1-9]|1[01])\b", each["note"])


# --- what the free calls answer: the documented answers are read for what they say ---------------


def test_the_documented_prices_and_balance_are_read() -> None:
    assert wire.price_of(SPEC["price"]["response_default"]) == Decimal("0.00187")
    assert wire.price_of(SPEC["price"]["response_prompts"]) == Decimal("0.0008728")
    enhancement = entry(SPEC["endpoints"], "prompts.enhancements")["price_example"]
    assert enhancement == SPEC["prompt_enhancement"]["price_response"]
    assert wire.price_of(enhancement) == Decimal("0.00012345")
    assert wire.balance_of(entry(SPEC["utility"], "balance")["response"]) == Decimal("4.52")


def test_the_documented_job_is_read() -> None:
    told = entry(SPEC["utility"], "jobs")
    job = wire.Job.parse(told["response"], "request")
    data = told["response"]["data"]
    assert (job.state, job.progress, job.result) == ("done", 100.0, data["result"])
    assert (job.preview, job.result_url) == (data["preview"], data["result_url"])
    assert not job.alternatives
    assert set(told["fields"]["status"]["enum"]) == set(get_args(wire.State))


def test_the_documented_model_is_read() -> None:
    told = entry(SPEC["utility"], "models")
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
    assert TTL.total_seconds() == entry(SPEC["utility"], "models")["cache"]["ttl_s"]
