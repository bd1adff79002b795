"""What the fields allow, deAPI takes, and what deAPI refuses, they refuse before anything is paid.

The sandbox checks a call on its own, by the contract and the model; nothing of the fields is in
it. So each side is the proof of the other, for every model and endpoint, over real HTTP.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lib.deapi import fields, pricing, wire
from lib.deapi.catalogue import Listing
from lib.deapi.contract import ENDPOINTS, Encoding, Endpoint, Media, Param, endpoint
from lib.deapi.fields import Field
from lib.deapi.media import BadMedia, Upload, inspect
from lib.deapi.models import Model
from lib.deapi.rules import AppliesTo, ExactlyOne, RequiredIf, Rule, Together
from lib.ui.words.terms import SAMPLES
from tests.support.sandbox import Sandbox, sandboxes
from tests.support.values import legal

CATALOGUE = Path(__file__).parents[2] / "lib" / "sandbox" / "models.json"

# What the seed catalogue has no model for, put beside it: bounds on text, seeds and one side of a
# picture, bounds off their grid, and the live service's way of writing (gotchas §1).
OURS: list[dict[str, Any]] = [
    {
        "slug": "brief",
        "inference_types": ["txt2img"],
        "info": {
            "limits": {
                "min_prompt": 3,
                "max_prompt": 40,
                "max_negative_prompt": 20,
                "min_width": 8,
                "max_width": 4096,
                "min_height": 8,
                "max_height": 4096,
                "min_steps": 1,
                "max_steps": 1000,
            },
            "features": [],
            "defaults": None,
        },
        "loras": [{"name": "grain", "display_name": "Grain"}],
    },
    {
        "slug": "written-live",
        "inference_types": {"TXT2IMG": {}},
        "info": {
            "limits": {
                "min_width": "100",
                "max_width": "1000",
                "min_height": "100",
                "max_height": "1000",
                "resolution_step": "64",
                "min_steps": "1.5",
                "max_steps": "8.5",
                "min_seed": "0",
                "max_seed": 99,
                "min_guidance": "0.5",
                "max_guidance": 7.5,
            },
            "features": {"supports_negative_prompt": "0", "supports_guidance": "1"},
            "defaults": {"width": "500", "guidance": "3.5"},
        },
        "loras": [],
    },
    {
        "slug": "says-no",
        "inference_types": ["txt2img"],
        "info": {
            "limits": {"min_width": 64, "max_width": 512, "min_height": 1, "max_height": 99},
            "features": {"supports_steps": "false", "supports_guidance": 0},
            "defaults": {"guidance": 0},
        },
    },
    {
        "slug": "flat-pictures",
        "inference_types": ["img-upscale"],
        "info": {"limits": {"max_height": 100}},
    },
]
ENTRIES: list[dict[str, Any]] = [*json.loads(CATALOGUE.read_bytes()), *OURS]
LISTING = Listing(tuple(map(Model.parse, ENTRIES)), datetime.now(UTC))
PAIRS = [(at, model) for at in ENDPOINTS for model in LISTING.for_endpoint(at)]
each_pair = pytest.mark.parametrize(
    ("at", "model"), PAIRS, ids=lambda it: it.id if isinstance(it, Endpoint) else it.slug
)


RICH: Mapping[str, Any] = {"engines": "none", "speed": 1000, "balance": 1_000_000}


class Deapi:
    """A premium sandbox whose minutes begin anew before the rates get in the way."""

    ENOUGH = 290  # of 300 a minute, in every pool together

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._http = httpx.Client(timeout=30, trust_env=False)
        self._calls = 0
        sandbox.control("PUT", "models", ENTRIES)

    def prices(self, at: Endpoint, params: Mapping[str, Any]) -> list[httpx.Response]:
        """The answers to each way of asking the price, the documented body last."""
        return [
            self.call(at, at.price_path, at.price_encoding, body)
            for body, _ in pricing.ways(at, params)
        ]

    def submit(self, at: Endpoint, params: Mapping[str, Any]) -> httpx.Response:
        return self.call(at, at.path, at.encoding, params)

    def call(
        self, at: Endpoint, path: str, encoding: Encoding, params: Mapping[str, Any]
    ) -> httpx.Response:
        self._calls += 1
        if self._calls % self.ENOUGH == 0:
            self.sandbox.control("PUT", "tier", "premium")
        always = [param.name for param in at.params if param.must_be_present]
        with wire.encoded(encoding, params, always=always) as sent:
            return self._http.request(
                at.method,
                self.sandbox.url + path,
                headers={
                    "Authorization": f"Bearer {self.sandbox.key}",
                    "Accept": "application/json",
                },
                **sent,
            )


@pytest.fixture(scope="module")
def deapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deapi]:
    with sandboxes(tmp_path_factory.mktemp("deapi")) as start:
        yield Deapi(start(**RICH))


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deapi]:
    """One that is asked only what it should refuse, and must have charged nothing in the end."""
    with sandboxes(tmp_path_factory.mktemp("refusing")) as start:
        asked = Deapi(start(**RICH))
        yield asked
        assert asked.sandbox.charges() == []


# --- pictures -------------------------------------------------------------------------------------

Write = Callable[[str, bytes], Path]


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    folder = tmp_path_factory.mktemp("pictures")
    numbers = Counter[str]()

    def written(name: str, content: bytes) -> Path:
        numbers[name] += 1
        path = folder / f"{numbers[name]}-{name}"
        path.write_bytes(content)
        return path

    return written


def drawn(kind: str, width: int, height: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind)
    return out.getvalue()


Files = Mapping[str, list[Upload]]
"""What a form may be given, by the media that its field asks for."""


@pytest.fixture(scope="module")
def files(write: Write) -> Files:
    """Pictures of every kind, at the ends of what the catalogue's models take and within; sound
    and films of ours."""
    sizes = [(16, 16), (64, 48), (2048, 16), (16, 2048), (2048, 2048), (333, 100), (90, 100)]
    sizes += [(512, 512), (640, 480)]
    kinds = ["PNG", "JPEG", "WEBP", "BMP", "GIF"]
    pictures = [
        inspect(write("drawn", drawn(kinds[number % 5], *size)), f"{number} ü.png")
        for number, size in enumerate(sizes)
    ]
    most = drawn("PNG", 64, 64).ljust(10 * 2**20, b"\0")
    pictures.append(inspect(write("most", most), "ten megabytes.png"))
    sound = [_sample(name, "audio") for name in ("voice.mp3", "tune.mp3", "note.mp3")]
    films = [_sample("waves.mp4", "video")]
    return {"image": pictures, "audio": sound, "video": films, "recording": [*sound, *films]}


def _sample(name: str, media: Media) -> Upload:
    return inspect(SAMPLES / name, name, media=media)


def fitting(field: Field, files: Files) -> list[Upload]:
    form = (replace(field, kind="file"),)
    return [
        each for each in files[field.media or "image"] if not fields.check(form, {field.name: each})
    ]


def decided(at: Endpoint, model: Model) -> dict[str, Any]:
    """The value without which `at` would not offer `model`."""
    kinds = at.inference_types_of.items()
    first = next((kind for kind, types in kinds if model.inference_types & {*types}), None)
    return {at.decided_by: first} if at.decided_by and first else {}


def base(at: Endpoint, model: Model, files: Files) -> dict[str, Any]:
    """Values of which nothing is wrong."""
    start = decided(at, model)
    form = fields.fields(at, model, start)
    either = [rule.params[-1] for rule in at.rules if isinstance(rule, ExactlyOne)]
    own = {
        field.name: _plainly(field, files)
        for field in form
        if field.kind in _OWN and (field.required or field.name in either)
    }
    values = fields.adapt(form, start | own)
    assert fields.check(form, values, at.rules) == {}
    return values


_OWN = ("text", "texts", "file", "files")


def _plainly(field: Field, files: Files) -> Any:
    if field.kind == "text":
        return "a lake in the morning"
    if field.kind == "texts":
        return ["a lake"]
    upload = fitting(field, files)[0]
    return [upload] if field.kind == "files" else upload


def drawn_form(data: st.DataObject, at: Endpoint, model: Model, files: Files) -> dict[str, Any]:
    """Any values that the fields allow, each field as those before it make it."""
    values = decided(at, model)
    for name in [param.name for param in at.params if param.name not in values]:
        form = fields.fields(at, model, values)
        field = next((each for each in form if each.name == name), None)
        if field is not None:
            some = st.sampled_from(fitting(field, files)) if field.media else None
            values[name] = data.draw(legal(field, some), label=name)
    for rule in at.rules:
        _obey(rule, data, at, values, base(at, model, files))
    return values


def _obey(
    rule: Rule, data: st.DataObject, at: Endpoint, values: dict[str, Any], good: dict[str, Any]
) -> None:
    """What no field says alone: one of two, or both."""
    if isinstance(rule, ExactlyOne) and at.twin(rule.params[0]) is None:
        chosen = data.draw(st.sampled_from(rule.params), label="one of these")
        for name in rule.params:
            given = values[name] or _ADDRESS.get(name) or good[name]
            values[name] = given if name == chosen else None
    if isinstance(rule, Together) and any(values.get(name) is None for name in rule.params):
        values |= dict.fromkeys(rule.params)


_ADDRESS = {"source_url": "https://www.youtube.com/watch?v=a"}


# --- everything inside is accepted ----------------------------------------------------------------


@each_pair
@given(data=st.data())
@settings(max_examples=5)
def test_every_value_that_the_fields_allow_is_taken(
    deapi: Deapi, files: Files, at: Endpoint, model: Model, data: st.DataObject
) -> None:
    values = drawn_form(data, at, model, files)
    form = fields.fields(at, model, values)
    assert fields.check(form, values, at.rules) == {}
    accepted(deapi, at, fields.request(at, model, values))


def accepted(deapi: Deapi, at: Endpoint, params: Mapping[str, Any]) -> None:
    """Asserts that every way of asking has the same price, and that the submit is taken."""
    prices = deapi.prices(at, params)
    assert [answer.status_code for answer in prices] == [200] * len(prices), prices[0].text
    assert len({wire.price_of(answer.json()) for answer in prices}) == 1
    submit = deapi.submit(at, params)
    assert submit.status_code == 200, submit.text
    answer = wire.answer_of(at, submit.json())
    assert answer.request_id or answer.result is not None


@each_pair
def test_a_price_is_asked_without_the_file_where_deapi_takes_its_measures(
    files: Files, at: Endpoint, model: Model
) -> None:
    params = fields.request(at, model, base(at, model, files))
    body, _ = next(pricing.ways(at, params))
    sent = [each for each in body.values() if isinstance(each, Upload | list)]
    measured = at.price_encoding == "json" or bool(at.price_by)
    assert not (measured and any(isinstance(each, Upload) for each in sent))


def test_a_character_that_is_not_sent_is_not_priced(deapi: Deapi, files: Files) -> None:
    at, model = _first("audio.speech")
    accepted(deapi, at, fields.request(at, model, base(at, model, files) | {"text": "a lake\0"}))


@each_pair
def test_values_adapted_from_rubbish_are_taken(
    deapi: Deapi, files: Files, at: Endpoint, model: Model
) -> None:
    good = base(at, model, files)
    form = fields.fields(at, model, good)
    # An open choice takes whatever a person writes.
    keep = {field.name for field in form if field.kind in _OWN or field.open} | {at.decided_by}
    for rubbish in (None, "", "7", -(10**30), 10**400, 0.1, float("nan"), True, [], [{}], {}):
        values = good | dict.fromkeys(good.keys() - keep, rubbish)
        adapted = fields.adapt(fields.fields(at, model, values), values)
        # Another mode may ask for what the first one didn't.
        if not fields.check(fields.fields(at, model, adapted), adapted, at.rules):
            accepted(deapi, at, fields.request(at, model, adapted))


OLDER = [(at, model, path) for at, model in PAIRS for path in at.v1_paths]
V1_NAMES: Mapping[str, Mapping[str, str]] = {
    "vid2txt": {"source_url": "video_url"},
    "aud2txt": {"source_url": "audio_url"},
    "videofile2txt": {"source_file": "video"},
    "audiofile2txt": {"source_file": "audio"},
}
"""How v1 calls what v2 calls otherwise, by the last part of its path."""


@pytest.mark.parametrize(
    ("at", "model", "path"),
    OLDER,
    ids=lambda it: it if isinstance(it, str) else it.id if isinstance(it, Endpoint) else it.slug,
)
def test_the_older_path_takes_the_same(
    deapi: Deapi, files: Files, at: Endpoint, model: Model, path: str
) -> None:
    params = fields.request(at, model, base(at, model, files))
    names = V1_NAMES.get(path.rpartition("/")[2], {})
    for name in names:
        params.pop("source_file", None)
        kind = "video" if names[name] == "video" else "audio"
        params[name] = _ADDRESS.get(name) or files[kind][0]
    sent = {names.get(name, name): value for name, value in params.items()}
    answer = deapi.call(at, path, at.encoding, sent)
    assert answer.status_code == 200, answer.text


# --- everything outside is refused, before paying and by deAPI ------------------------------------


def refused(
    refusing: Deapi, at: Endpoint, model: Model, good: Mapping[str, Any], **wrong: Any
) -> str:
    """Asserts that both sides refuse one wrong value, and name it; returns what a person reads."""
    ((name, value),) = wrong.items()
    values = {**good, **wrong}
    said = fields.check(fields.fields(at, model, values), values, at.rules)
    assert name in said, f"{name}={value!r:.100}: the fields say {said}"
    sent = {**fields.request(at, model, good), **wrong}
    answers = [refusing.submit(at, sent)]
    if value is not None and not at.param(name).is_file:
        answers.append(refusing.prices(at, sent)[-1])
    twin = at.twin(name)
    for answer in answers:
        assert answer.status_code == 422, f"{name}={value!r:.100}: {answer.text}"
        assert {name, twin and twin.name} & answer.json()["errors"].keys(), answer.text
    return said[name]


def outside(at: Endpoint, field: Field) -> st.SearchStrategy[Any]:
    """Any value that `field` doesn't take and the endpoint's encoding can carry."""
    drawn = _OUTSIDE[field.kind](field, at.encoding == "json" and at.price_encoding == "json")
    return drawn if not field.required else drawn | st.none()


def _text(field: Field, typed: bool) -> st.SearchStrategy[Any]:
    wrong: list[st.SearchStrategy[Any]] = []
    if typed:
        wrong += [st.integers(), st.just(True), st.just(["a lake"]), st.just({"a": "lake"})]
    if field.required:
        wrong.append(st.text(" \t\n\0", max_size=3))
    if field.scheme:
        wrong.append(st.sampled_from(["a lake", "ftp://example.com/a", "http:/x", "//x.y"]))
    if field.min_length and field.min_length > 1:
        wrong.append(st.text("abc", min_size=1, max_size=field.min_length - 1))
    if field.max_length:
        most = field.max_length
        wrong.append(st.integers(1, 50).map(lambda over: "a" * (most + over)))
    return st.one_of(wrong)


def _texts(field: Field, typed: bool) -> st.SearchStrategy[Any]:
    return st.sampled_from([[" "], ["a lake", ""], ["a"] * ((field.max_items or 10**4) + 1)])


def _boolean(_: Field, typed: bool) -> st.SearchStrategy[Any]:
    return st.sampled_from(["maybe", 7, "true?"])


def _choice(field: Field, typed: bool) -> st.SearchStrategy[Any]:
    if field.open:
        return st.nothing()
    return st.sampled_from(["none of these", 97])


def _number(field: Field, typed: bool) -> st.SearchStrategy[Any]:
    whole = field.kind == "integer"
    wrong: list[st.SearchStrategy[Any]] = [st.sampled_from(["many", "0x10", "1e"])]
    if typed:
        wrong += [st.booleans(), st.sampled_from([[1], {"a": 1}])]
    low, high = field.minimum, field.maximum
    if whole:
        low, high = (-(2**63) if low is None else low), (2**63 - 1 if high is None else high)
        wrong.append(st.integers(max_value=int(low) - 1))
        wrong.append(st.integers(min_value=int(high) + 1, max_value=10**300))
        between = st.floats(max(low, -(2.0**40)), min(high, 2.0**40))
        wrong.append(between.filter(lambda value: not value.is_integer()))
        if field.step and field.step > 1:
            inside = st.integers(int(low), int(high))
            wrong.append(inside.filter(lambda value: value % int(field.step or 1)))
    else:
        if low is not None:
            wrong.append(st.floats(max_value=low, exclude_max=True, allow_infinity=False))
        if high is not None:
            wrong.append(st.floats(min_value=high, exclude_min=True, allow_infinity=False))
    return st.one_of(wrong).filter(lambda value: isinstance(value, bool) or value != field.random)


def _loras(field: Field, typed: bool) -> st.SearchStrategy[Any]:
    name = field.loras[0].name
    wrong: list[Any] = [
        "grain?",
        7,
        [name],
        [{"weight": 1}],
        [{"name": name}],
        [{"name": f"{name}?", "weight": 1}],
        [{"name": name, "weight": "much"}],
        [{"name": name, "weight": 1}, {"name": 7, "weight": 1}],
    ]
    return st.sampled_from([*wrong, [{"name": name, "weight": True}]] if typed else wrong)


def _file(field: Field, typed: bool) -> st.SearchStrategy[Any]:
    return st.sampled_from(["picture.png", "0" * 64])  # files themselves: see below


def _several(field: Field, typed: bool) -> st.SearchStrategy[Any]:
    return st.just(["picture.png"])


_OUTSIDE: Mapping[str, Callable[[Field, bool], st.SearchStrategy[Any]]] = {
    "text": _text,
    "texts": _texts,
    "boolean": _boolean,
    "choice": _choice,
    "integer": _number,
    "number": _number,
    "loras": _loras,
    "file": _file,
    "files": _several,
}


@each_pair
@given(data=st.data())
@settings(max_examples=5)
def test_every_value_outside_is_refused_before_paying_and_by_deapi(
    refusing: Deapi, files: Files, at: Endpoint, model: Model, data: st.DataObject
) -> None:
    good = base(at, model, files)
    form = [each for each in fields.fields(at, model, good) if not outside(at, each).is_empty]
    field = data.draw(st.sampled_from(form))
    value = data.draw(outside(at, field), label=field.name)
    refused(refusing, at, model, good, **{field.name: value})


@each_pair
def test_the_first_values_outside_are_refused(
    refusing: Deapi, files: Files, at: Endpoint, model: Model
) -> None:
    """One beyond each bound, where a mistake of one would hide from drawn values."""
    good = base(at, model, files)
    either = {name for rule in at.rules if isinstance(rule, ExactlyOne) for name in rule.params}
    for field in fields.fields(at, model, good):
        step = field.step or (1 if field.kind == "integer" else 0.001)
        for edge, beyond in ((field.minimum, -step), (field.maximum, step)):
            if edge is not None:
                if edge + beyond != field.random:
                    refused(refusing, at, model, good, **{field.name: edge + beyond})
                if step > 1:
                    refused(refusing, at, model, good, **{field.name: edge - beyond / 2})
        if field.max_length and not field.scheme:
            refused(refusing, at, model, good, **{field.name: "x" * (field.max_length + 1)})
        if field.min_length and field.min_length > 1:
            refused(refusing, at, model, good, **{field.name: "x" * (field.min_length - 1)})
        if field.required and field.name not in either:
            refused(refusing, at, model, good, **{field.name: None})


def test_a_prompt_longer_than_the_model_allows_is_refused_by_its_length(
    deapi: Deapi, refusing: Deapi, files: Files
) -> None:
    at, model = next((at, model) for at, model in PAIRS if model.limit("max_prompt"))
    good = base(at, model, files)
    said = refused(refusing, at, model, good, prompt="🙂" * 42)
    assert said == "At most 40 characters; this is 2 too long."
    accepted(deapi, at, fields.request(at, model, good | {"prompt": "🙂" * 40}))


# --- each documented rule -------------------------------------------------------------------------


def _first(endpoint_id: str, feature: str | None = None) -> tuple[Endpoint, Model]:
    """An endpoint with its first model, or the first that says it has a feature."""
    return next(
        (at, model)
        for at, model in PAIRS
        if at.id == endpoint_id and (feature is None or model.features.get(feature))
    )


def denied(refusing: Deapi, at: Endpoint, params: Mapping[str, Any], *names: str) -> None:
    """Asserts that deAPI refuses a submit and names one of `names`."""
    answer = refusing.submit(at, params)
    assert answer.status_code == 422, answer.text
    assert {*names} & answer.json()["errors"].keys(), answer.text


def test_a_picture_and_several_do_not_go_together_and_one_has_to_be_there(
    refusing: Deapi, files: Files
) -> None:
    at, model = _first("images.edits")
    picture = files["image"][-2]
    sent = fields.request(at, model, base(at, model, files))
    both = {**sent, "image": picture, "images[]": [picture]}
    neither = {name: value for name, value in sent.items() if name not in ("image", "images[]")}
    denied(refusing, at, both, "image", "images[]", "images")
    denied(refusing, at, neither, "image", "images[]", "images")


def test_an_address_and_a_file_do_not_go_together_and_one_has_to_be_there(
    refusing: Deapi, files: Files
) -> None:
    at, model = _first("audio.transcriptions")
    good = base(at, model, files)
    for values in (good | _ADDRESS, good | {"source_file": None}):
        form = fields.fields(at, model, values)
        assert {"source_url", "source_file"} & fields.check(form, values, at.rules).keys()
        sent = {**fields.request(at, model, values)}
        denied(refusing, at, sent, "source_url", "source_file")


def test_a_width_needs_its_height(refusing: Deapi, files: Files) -> None:
    at, model = next(
        (at, model)
        for at, model in PAIRS
        if any(isinstance(rule, Together) for rule in at.rules)
        and "width" in {field.name for field in fields.fields(at, model)}
    )
    values = base(at, model, files) | {"width": 512, "height": None}
    assert "height" in fields.check(fields.fields(at, model, values), values, at.rules)
    denied(refusing, at, fields.request(at, model, values) | {"width": 512}, "width", "height")


def test_a_voice_is_cloned_from_a_recording(refusing: Deapi, files: Files) -> None:
    at, model = _first("audio.speech", "supports_voice_clone")
    values = base(at, model, files) | {"mode": "voice_clone", "ref_audio": None}
    assert "ref_audio" in fields.check(fields.fields(at, model, values), values, at.rules)
    sent = {**fields.request(at, model, values), "mode": "voice_clone"}
    denied(refusing, at, sent, "ref_audio")


@pytest.mark.parametrize("seconds", [2.9, 10.1])
def test_a_voice_takes_three_to_ten_seconds_to_learn(files: Files, seconds: float) -> None:
    at, model = _first("audio.speech", "supports_voice_clone")
    values = base(at, model, files) | {"mode": "voice_clone"}
    values["ref_audio"] = replace(files["audio"][0], seconds=seconds)
    assert "ref_audio" in fields.check(fields.fields(at, model, values), values, at.rules)


def test_a_scale_is_taken_where_the_model_has_one(refusing: Deapi, files: Files) -> None:
    at = endpoint("videos.upscales")
    for _, model in (pair for pair in PAIRS if pair[0] is at):
        good = base(at, model, files)
        named = {field.name for field in fields.fields(at, model, good)}
        has = model.features.get("supports_scale", False)
        assert ("scale" in named) == has
        if not has:
            denied(refusing, at, fields.request(at, model, good) | {"scale": 2}, "scale")


SECRETS = [at for at in ENDPOINTS if at.has("webhook_secret")]


@pytest.mark.parametrize("at", SECRETS, ids=lambda at: at.id)
@pytest.mark.parametrize("length", [31, 256])
def test_a_secret_has_its_length_and_needs_an_address(
    refusing: Deapi, files: Files, at: Endpoint, length: int
) -> None:
    model = LISTING.for_endpoint(at)[0]
    sent = fields.request(at, model, base(at, model, files))
    url = {"webhook_url": "https://example.com/hook"}
    denied(refusing, at, sent | url | {"webhook_secret": "s" * length}, "webhook_secret")
    denied(refusing, at, sent | {"webhook_secret": "s" * 64}, "webhook_secret", "webhook_url")


def test_six_endpoints_take_a_secret() -> None:
    assert len(SECRETS) == 6


LARGEST = [
    (at, param)
    for at in ENDPOINTS
    for param in at.files
    if param.max_bytes and LISTING.for_endpoint(at)
]


@pytest.mark.parametrize(
    ("at", "param"), LARGEST, ids=lambda it: it.id if isinstance(it, Endpoint) else it.name
)
def test_a_file_may_have_its_megabytes_and_no_byte_more(
    refusing: Deapi, files: Files, write: Write, at: Endpoint, param: Param
) -> None:
    """10 MB, 20 MB of sound for a video, 80 MB of a recording (deapi.md, Pricing)."""
    model = next(
        model
        for model in LISTING.for_endpoint(at)
        if param.name in {each.name for each in _all_fields(at, model)}
    )
    field = next(each for each in _all_fields(at, model) if each.name == param.name)
    fits = fitting(field, files)[0]
    assert param.max_bytes
    content = fits.path.read_bytes()
    heavy = write("heavy", content.ljust(param.max_bytes + 1, b"\0"))
    upload = replace(fits, path=heavy, size=param.max_bytes + 1)
    value = [upload] if field.kind == "files" else upload
    assert param.name in fields.check((field,), {param.name: value})
    good = fields.request(at, model, base(at, model, files))
    sent = good | _in_mode(at, param) | {param.name: value}
    denied(refusing, at, sent, param.name, param.name.removesuffix("[]"), f"{param.name[:-2]}.0")


def _in_mode(at: Endpoint, param: Param) -> dict[str, Any]:
    """What has to be chosen before a parameter is looked at."""
    found: dict[str, Any] = {}
    for rule in at.rules:
        if isinstance(rule, AppliesTo) and rule.param == param.name:
            found[rule.other] = rule.value
        if isinstance(rule, RequiredIf) and rule.param == param.name:
            found[rule.other] = rule.values[0]
    return found


def _all_fields(at: Endpoint, model: Model) -> list[Field]:
    """The fields of a form in each of its modes."""
    first = fields.fields(at, model, decided(at, model))
    choices = [each for each in first if each.kind == "choice"]
    chosen = [{each.name: value} for each in choices for value in each.choices]
    return [field for values in ({}, *chosen) for field in fields.fields(at, model, values)]


def test_a_recording_of_more_than_ten_hours_is_refused(refusing: Deapi, files: Files) -> None:
    at, model = _first("audio.transcriptions")
    good = base(at, model, files)
    long = replace(files["recording"][0], seconds=600 * 60 + 1.0)
    form = fields.fields(at, model, good)
    assert "source_file" in fields.check(form, good | {"source_file": long}, at.rules)
    sent = fields.request(at, model, good | {"source_file": long})
    body, _ = next(pricing.ways(at, sent))
    assert "source_file" not in body
    answer = refusing.call(at, at.price_path, at.price_encoding, body)
    assert answer.status_code == 422
    assert {"duration_seconds"} == answer.json()["errors"].keys()


@pytest.mark.parametrize(
    "texts",
    [["a"] * 2049, ["a lake", "word " * 8193], ["word " * 8000] * 38],
    ids=["2,049 texts", "8,193 tokens in one", "304,000 tokens together"],
)
def test_embeddings_have_their_limits(refusing: Deapi, files: Files, texts: list[str]) -> None:
    at, model = _first("embeddings")
    refused(refusing, at, model, base(at, model, files), input=texts)


# --- files that are none --------------------------------------------------------------------------


def bomb() -> bytes:
    """A small file that claims 20,000 × 20,000 pixels."""
    out = BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


BROKEN: Mapping[str, Callable[[], bytes]] = {
    "text named .png": lambda: b"Dear reader, this is no picture.",
    "eleven megabytes": lambda: drawn("PNG", 64, 64).ljust(11 * 2**20, b"\0"),
    "one byte too many": lambda: drawn("PNG", 64, 64).ljust(10 * 2**20 + 1, b"\0"),
    "cut short": lambda: drawn("PNG", 64, 64)[:-40],
    "a kind deapi doesn't take": lambda: drawn("TIFF", 64, 64),
    "a decompression bomb": bomb,
    "nothing in it": lambda: b"",
}


PICTURES = [(at, param) for at in ENDPOINTS for param in at.files if param.media == "image"]


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize(
    ("at", "param"), PICTURES, ids=lambda it: it.id if isinstance(it, Endpoint) else it.name
)
def test_a_file_that_is_no_picture_for_deapi_never_becomes_an_upload(
    refusing: Deapi,
    files: Files,
    write: Write,
    at: Endpoint,
    param: Param,
    content: Callable[[], bytes],
) -> None:
    """Refused when it is looked at or checked, with a sentence; and by deAPI, if it were sent all
    the same."""
    path = write("picture.png", content())
    model = next(
        model
        for model in LISTING.for_endpoint(at)
        if param.name in {each.name for each in _all_fields(at, model)}
    )
    field = next(each for each in _all_fields(at, model) if each.name == param.name)
    said = _refusal(path, field)
    assert re.fullmatch(r"[A-Z].*\.", said), said
    forged = Upload(
        path=path,
        name="picture.png",
        sha256="0" * 64,
        size=path.stat().st_size,
        format="PNG",
        media_type="image/png",
        width=64,
        height=64,
    )
    good = fields.request(at, model, base(at, model, files))
    sent = good | _in_mode(at, param) | {param.name: [forged] if field.kind == "files" else forged}
    denied(refusing, at, sent, param.name, param.name.removesuffix("[]"), f"{param.name[:-2]}.0")


def _refusal(path: Path, field: Field) -> str:
    try:
        upload = inspect(path, "picture.png")
    except BadMedia as error:
        return str(error)
    return fields.check((replace(field, kind="file"),), {field.name: upload})[field.name]
