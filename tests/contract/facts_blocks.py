"""What the facts say beside the endpoints, in our words for it.

The specification's list has blocks of limits, types, prices and old paths that tell once more what
the endpoints say; ours notes of the live service what holds for all of them.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from lib.deapi import contract
from lib.deapi.contract import CALLS, ENDPOINTS, Param
from lib.deapi.rules import RequiredIf
from tests.contract.facts_lists import SPEC, Facts, entry, less, places, without
from tests.contract.facts_owners import filter_types

# Blocks of the specification's list that are not about what an endpoint takes and gives.
NOT_THE_CONTRACT = {
    *("source", "spec_lines", "spec_ambiguities", "inference_type_notes", "links"),
    *("hosts", "auth", "api_versions", "path_prefixes", "path_patterns", "slugs_in_spec"),
    *("errors", "rate_limit", "job_status_schema_name", "pricing_table", "pricing_notes"),
    *("websocket", "webhooks", "mcp", "python_sdk", "openai"),
}
# Of the block of limits: the OpenAI gateway's, and what is told and not held.
OTHER_LIMITS = {
    *("openai_transcription_bytes", "openai_max_n"),
    *("music_steps_hint", "progress", "native_bulk_endpoint"),
}
OF_PRICES_IN_WORDS = {"pattern_v2", "pattern_v1", "v1_pattern_scope_note", "accepts", "spec_line"}


# --- the blocks beside the endpoints --------------------------------------------------------------


def said_of_blocks() -> Facts:
    """What the specification's list tells once more, in blocks of its own."""
    enhance = contract.endpoint("prompts.enhancements")
    samples = contract.endpoint("v1.prompts.samples")
    (image_rule,) = enhance.rules
    assert isinstance(image_rule, RequiredIf)
    return {
        "limits": _said_limits(),
        "common_params": sorted(
            f"{each.id} accepts webhook_secret" for each in ENDPOINTS if each.has("webhook_secret")
        ),
        "submit_response": sorted(contract.endpoint("images.generations").answer_at),
        "inference_types": filter_types(),
        "job_types": filter_types(),
        "prompt_enhancement_types": list(contract.ENHANCEMENT_TYPES),
        "prompt_enhancement": {
            "types": list(contract.ENHANCEMENT_TYPES),
            "requires_image": list(image_rule.values),
            "min_prompt": enhance.param("prompt").min_length,
            "response": sorted(enhance.answer_at),
            "price_path": enhance.price_path,
            "price_response": [enhance.price_at],
        },
        "prompt_samples": {
            "method": samples.method,
            "path": samples.path,
            "price_path": samples.price_path,
            "types": list(samples.param("type").choices),
            "v2_equivalent": samples.replaced_by,
            "response": sorted(samples.answer_at),
        },
        "price": _said_prices(),
        "v1_to_v2": sorted(_said_rows()),
    }


def documented_blocks(spec: Facts) -> Facts:
    blocks = {
        key: value
        for key, value in spec.items()
        if key not in NOT_THE_CONTRACT | {"endpoints", "utility"}
    }
    blocks["limits"] = less(blocks.get("limits", {}), OTHER_LIMITS)
    blocks["common_params"] = sorted(
        f"{name} accepts {param}"
        for param, fact in blocks.get("common_params", {}).items()
        for name in fact.get("accepted_by", ())
    )
    blocks["submit_response"] = sorted(places(blocks.get("submit_response")))
    for key in ("prompt_enhancement", "prompt_samples"):
        blocks[key] = _with_places(blocks.get(key, {}), ("response", "price_response"))
    price = less(blocks.get("price", {}), OF_PRICES_IN_WORDS)
    for key in ("json", "multipart", "v2_paths"):
        price[key] = sorted(price.get(key, ()))
    blocks["price"] = _with_places(price, ("response_default", "response_prompts"))
    blocks["v1_to_v2"] = sorted(_documented_rows(blocks.get("v1_to_v2", ())))
    return blocks


def _with_places(facts: Facts, keys: Iterable[str]) -> Facts:
    return {k: sorted(places(v)) if k in keys else v for k, v in facts.items()}


def _said_limits() -> Facts:
    def param(at: str, name: str) -> Param:
        return contract.endpoint(at).param(name)

    def length(of: Param) -> list[Any]:
        return [of.min_length, of.max_length]

    def bounds(of: Param) -> list[Any]:
        return [of.minimum, of.maximum]

    recording = param("audio.transcriptions", "source_file")
    reference = param("audio.speech", "ref_audio")
    webhook = param("images.generations", "webhook_url")
    texts = param("embeddings", "input")
    return {
        "image_bytes": contract.IMAGE_BYTES,
        "video_bytes_default": param("videos.upscales", "video").max_bytes,
        "audio_sync_audio_bytes": contract.SYNC_AUDIO_BYTES,
        "transcription_source_bytes": contract.RECORDING_BYTES,
        "transcription_max_minutes": recording.max_minutes,
        "tts_ref_audio_bytes": reference.max_bytes,
        "tts_ref_audio_seconds": [reference.min_seconds, reference.max_seconds],
        "music_reference_audio_bytes": param("audio.music", "reference_audio").max_bytes,
        "webhook_url_max_length": webhook.max_length,
        "webhook_url_scheme": webhook.scheme,
        "webhook_secret_length": length(param("images.generations", "webhook_secret")),
        "prompt_enhancement_min_length": param("prompts.enhancements", "prompt").min_length,
        "samples_topic_max": param("v1.prompts.samples", "topic").max_length,
        "samples_lang_code_max": param("v1.prompts.samples", "lang_code").max_length,
        "embedding_max_items": texts.max_items,
        "embedding_max_tokens_per_input": texts.max_tokens,
        "embedding_max_total_tokens": texts.max_total_tokens,
        "scale": bounds(param("videos.upscales", "scale")),
        "music_duration_s": bounds(param("audio.music", "duration")),
        "music_bpm": bounds(param("audio.music", "bpm")),
        "music_steps": bounds(param("audio.music", "inference_steps")),
        "music_guidance": bounds(param("audio.music", "guidance_scale")),
        "music_timesignature": list(param("audio.music", "timesignature").choices),
    }


def _said_prices() -> Facts:
    v2 = [each for each in ENDPOINTS if each.version == "v2"]
    encodings = {
        encoding: sorted(
            each.price_path.removeprefix("/api/v2/")
            for each in v2
            if each.price_encoding == encoding
        )
        for encoding in ("json", "multipart")
    }
    return {
        **encodings,
        "v2_paths": sorted(each.price_path for each in v2),
        "v1_paths": [
            {"method": each.method, "path": each.price_path}
            for each in ENDPOINTS
            if each.version == "v1"
        ],
        "response_default": sorted({each.price_at for each in v2 if each.answers == "job"}),
        "response_prompts": sorted({each.price_at for each in ENDPOINTS if each.answers != "job"}),
    }


def _said_rows() -> Iterator[tuple[str, str]]:
    """Every row of the table of v1 and v2: the old call, and the new one or nothing."""
    for each in ENDPOINTS:
        new = f"{each.method} {each.path}"
        yield from ((f"{each.method} {old}", new) for old in (*each.v1_paths, *each.replaces))
        if each.version == "v1" and each.replaced_by is None:
            yield new, ""
    for call in CALLS:
        # The table writes {id} where the path's own page says {request_id}.
        path = call.path.replace("{request_id}", "{id}")
        yield from ((f"GET {old}", f"GET {path}") for old in call.v1_paths)
    # Prices have one row for all of them.
    old = {path.removesuffix("/price-calculation") for e in ENDPOINTS for path in e.v1_price_paths}
    v2 = [each for each in ENDPOINTS if each.version == "v2"]
    if old == {path for each in ENDPOINTS for path in each.v1_paths} and all(
        each.price_path == f"{each.path}/price" for each in v2
    ):
        yield "POST /api/v1/client/{x}/price-calculation", "POST /api/v2/{x}/price"


def _documented_rows(rows: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if row.keys() != {"v1", "v2"}:
            yield str(row), ""
            continue
        # "(unified)" and the like follow the path.
        none = row["v2"].startswith("(no v2 equivalent")
        new = "" if none else " ".join(row["v2"].split()[:2])
        start, _, names = row["v1"].partition("{")
        several = names.rstrip("}").split(",") if "," in names else ()
        yield from ((f"{start}{name}", new) for name in several)
        if not several:
            yield row["v1"], new


# --- what is noted of the live service in general ------------------------------------------------


def said_of_constants() -> Facts:
    return {
        "media_formats": contract.MEDIA_FORMATS,
        "minimum_balance": {"usd": contract.MINIMUM_BALANCE_USD},
        "gates": contract.GATES,
        "size_gate": {"feature": contract.SIZE_GATE},
        "grids": contract.GRIDS,
        "lists": contract.LISTS,
        "random": contract.RANDOM,
        "offered": contract.OFFERED,
        "model_keys": _said_model_keys(),
    }


def documented_constants(live: Facts) -> Facts:
    return {
        key: {
            name: tuple(value) if isinstance(value, list) and key != "model_keys" else value
            for name, value in without(block, ()).items()
        }
        for key, block in live.items()
        if key not in ("source", "endpoints", "utility")
    }


def _said_model_keys() -> Facts:
    """The keys of a model's `info` that the contract reads and the specification doesn't list."""
    limits, features = used_model_keys()
    models = entry(SPEC["utility"], "models")
    listed = {
        kind: {key for keys in models[f"{kind}_keys"].values() for key in keys}
        for kind in ("limit", "feature")
    }
    return {
        "limits": [each for each in limits if each not in listed["limit"]],
        "features": [each for each in features if each not in listed["feature"]],
    }


def used_model_keys() -> tuple[list[str], list[str]]:
    """The limits and the features of a model that bound a parameter of ours."""
    params = [param for endpoint in ENDPOINTS for param in endpoint.params]
    limits = [*contract.GRIDS.values(), *contract.LISTS.values()]
    limits += [key for param in params for key in (*param.limits, param.max_items_limit) if key]
    features = [*contract.GATES.values(), contract.SIZE_GATE]
    features += [param.feature for param in params if param.feature]
    features += [key for param in params for key in (param.choice_features or {}).values()]
    return list(dict.fromkeys(limits)), list(dict.fromkeys(features))
