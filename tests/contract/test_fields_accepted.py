"""What the fields allow, deAPI takes, and what deAPI refuses, they refuse before anything is paid.

The sandbox checks a call on its own, by the contract and the model; nothing of the fields is in
it. So each side is the proof of the other, for every model and endpoint, over real HTTP.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lib.deapi import fields, wire
from lib.deapi.contract import ENDPOINTS, Encoding, Endpoint
from lib.deapi.fields import Field
from lib.deapi.media import BadMedia, Upload, inspect
from lib.deapi.models import Model
from tests.support.sandbox import Sandbox, StartSandbox, sandboxes
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
PAIRS = [
    (at, model)
    for at in ENDPOINTS
    for model in map(Model.parse, ENTRIES)
    if model.inference_types & set(at.inference_types)
]
each_pair = pytest.mark.parametrize(
    ("at", "model"), PAIRS, ids=lambda it: it.id if isinstance(it, Endpoint) else it.slug
)


class Deapi:
    """Premium sandboxes, one after the other: a fresh one before the rates get in the way."""

    ENOUGH = 290  # of 300 a minute, in every pool together

    def __init__(self, start: StartSandbox) -> None:
        self._start = start
        self._http = httpx.Client(timeout=30, trust_env=False)
        self._calls = 0
        self._sandbox: Sandbox | None = None
        self.sandboxes: list[Sandbox] = []

    def ask(self, at: Endpoint, params: Mapping[str, Any]) -> list[httpx.Response]:
        """The answers to the price call and to the submit."""
        return [
            self._post(at.price_path, at.price_encoding, params),
            self._post(at.path, at.encoding, params),
        ]

    def _post(self, path: str, encoding: Encoding, params: Mapping[str, Any]) -> httpx.Response:
        if self._sandbox is None or self._calls == self.ENOUGH:
            self._sandbox = self._start(engines="none", speed=1000, balance=1_000_000)
            self._sandbox.control("PUT", "models", ENTRIES)
            self.sandboxes.append(self._sandbox)
            self._calls = 0
        self._calls += 1
        with wire.encoded(encoding, params) as sent:
            return self._http.post(
                self._sandbox.url + path,
                headers={
                    "Authorization": f"Bearer {self._sandbox.key}",
                    "Accept": "application/json",
                },
                **sent,
            )


@pytest.fixture(scope="module")
def deapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deapi]:
    with sandboxes(tmp_path_factory.mktemp("deapi")) as start:
        yield Deapi(start)


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deapi]:
    """One that is asked only what it should refuse, and must have charged nothing in the end."""
    with sandboxes(tmp_path_factory.mktemp("refusing")) as start:
        asked = Deapi(start)
        yield asked
        assert [sandbox.charges() for sandbox in asked.sandboxes] == [[]] * len(asked.sandboxes)


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


@pytest.fixture(scope="module")
def pictures(write: Write) -> list[Upload]:
    """Pictures of every kind, at the ends of what the catalogue's models take and within."""
    sizes = [(16, 16), (64, 48), (2048, 16), (16, 2048), (2048, 2048), (333, 100), (90, 100)]
    kinds = ["PNG", "JPEG", "WEBP", "BMP", "GIF"]
    uploads = [
        inspect(write("drawn", drawn(kinds[number % 5], *size)), f"{number} ü.png")
        for number, size in enumerate(sizes)
    ]
    most = drawn("PNG", 64, 64).ljust(10 * 2**20, b"\0")
    return [*uploads, inspect(write("most", most), "ten megabytes.png")]


def fitting(field: Field, pictures: list[Upload]) -> list[Upload]:
    return [each for each in pictures if not fields.check((field,), {field.name: each})]


def base(at: Endpoint, model: Model, pictures: list[Upload]) -> dict[str, Any]:
    """Values of which nothing is wrong."""
    form = fields.fields(at, model)
    own = {
        field.name: "a lake" if field.kind == "text" else fitting(field, pictures)[0]
        for field in form
        if field.required and field.kind in ("text", "file")
    }
    values = fields.adapt(form, own)
    assert fields.check(form, values) == {}
    return values


# --- everything inside is accepted ----------------------------------------------------------------


@each_pair
@given(data=st.data())
@settings(max_examples=25)
def test_every_value_that_the_fields_allow_is_taken(
    deapi: Deapi, pictures: list[Upload], at: Endpoint, model: Model, data: st.DataObject
) -> None:
    form = fields.fields(at, model)
    values: dict[str, Any] = {}
    for field in form:
        files = st.sampled_from(fitting(field, pictures)) if field.kind == "file" else None
        values[field.name] = data.draw(legal(field, files), label=field.name)
    assert fields.check(form, values) == {}
    price, submit = deapi.ask(at, fields.request(at, model, values))
    assert (price.status_code, submit.status_code) == (200, 200), submit.text
    assert wire.price_of(price.json()) >= 0
    assert wire.request_id_of(submit.json())


@each_pair
def test_values_adapted_from_rubbish_are_taken(
    deapi: Deapi, pictures: list[Upload], at: Endpoint, model: Model
) -> None:
    form = fields.fields(at, model)
    good = base(at, model, pictures)
    keep = {field.name for field in form if field.kind in ("text", "file")}
    for rubbish in (None, "", "7", -(10**30), 10**400, 0.1, float("nan"), True, [], [{}], {}):
        values = good | dict.fromkeys(good.keys() - keep, rubbish)
        sent = fields.request(at, model, fields.adapt(form, values))
        assert [answer.status_code for answer in deapi.ask(at, sent)] == [200, 200], rubbish


# --- everything outside is refused, before paying and by deAPI ------------------------------------


def refused(
    refusing: Deapi, at: Endpoint, model: Model, good: Mapping[str, Any], **wrong: Any
) -> str:
    """Asserts that both sides refuse one wrong value, and no other; returns what a person reads."""
    ((name, value),) = wrong.items()
    said = fields.check(fields.fields(at, model), {**good, **wrong})
    assert said.keys() == {name}, f"{name}={value!r:.100}: the fields say {said}"
    for answer in refusing.ask(at, {**fields.request(at, model, good), **wrong}):
        assert answer.status_code == 422, f"{name}={value!r:.100}: {answer.text}"
        assert answer.json()["errors"].keys() == {name}
    return said[name]


def outside(field: Field) -> st.SearchStrategy[Any]:
    """Any value that `field` doesn't take and JSON can carry."""
    drawn = _OUTSIDE[field.kind](field)
    return drawn if not field.required else drawn | st.none()


def _text(field: Field) -> st.SearchStrategy[Any]:
    wrong = [st.integers(), st.just(True), st.just(["a lake"]), st.just({"a": "lake"})]
    if field.required:
        wrong.append(st.text(" \t\n\0", max_size=3))
    if field.min_length:
        wrong.append(st.text("abc", min_size=1, max_size=field.min_length - 1))
    if field.max_length:
        wrong.append(st.text("abc", min_size=field.max_length + 1, max_size=field.max_length + 50))
    return st.one_of(wrong)


def _number(field: Field) -> st.SearchStrategy[Any]:
    whole = field.kind == "integer"
    wrong = [st.booleans(), st.sampled_from(["many", "", [1], {"a": 1}, "0x10", "1e"])]
    wrong[1] = wrong[1].filter(lambda value: value != "")
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


def _loras(field: Field) -> st.SearchStrategy[Any]:
    name = field.loras[0].name
    return st.sampled_from(
        [
            "grain?",
            7,
            [name],
            [{"weight": 1}],
            [{"name": name}],
            [{"name": f"{name}?", "weight": 1}],
            [{"name": name, "weight": "much"}],
            [{"name": name, "weight": True}],
            [{"name": name, "weight": 1}, {"name": 7, "weight": 1}],
        ]
    )


def _file(_: Field) -> st.SearchStrategy[Any]:
    return st.sampled_from(["picture.png", "0" * 64])  # files themselves: see below


_OUTSIDE: Mapping[str, Callable[[Field], st.SearchStrategy[Any]]] = {
    "text": _text,
    "integer": _number,
    "number": _number,
    "loras": _loras,
    "file": _file,
}


@each_pair
@given(data=st.data())
@settings(max_examples=25)
def test_every_value_outside_is_refused_before_paying_and_by_deapi(
    refusing: Deapi, pictures: list[Upload], at: Endpoint, model: Model, data: st.DataObject
) -> None:
    field = data.draw(st.sampled_from(fields.fields(at, model)))
    value = data.draw(outside(field), label=field.name)
    refused(refusing, at, model, base(at, model, pictures), **{field.name: value})


@each_pair
def test_the_first_values_outside_are_refused(
    refusing: Deapi, pictures: list[Upload], at: Endpoint, model: Model
) -> None:
    """One beyond each bound, where a mistake of one would hide from drawn values."""
    good = base(at, model, pictures)
    for field in fields.fields(at, model):
        step = field.step or (1 if field.kind == "integer" else 0.001)
        for edge, beyond in ((field.minimum, -step), (field.maximum, step)):
            if edge is not None:
                if edge + beyond != field.random:
                    refused(refusing, at, model, good, **{field.name: edge + beyond})
                if step > 1:
                    refused(refusing, at, model, good, **{field.name: edge - beyond / 2})
        if field.max_length:
            refused(refusing, at, model, good, **{field.name: "x" * (field.max_length + 1)})
        if field.min_length:
            refused(refusing, at, model, good, **{field.name: "x" * (field.min_length - 1)})
        if field.required:
            refused(refusing, at, model, good, **{field.name: None})


def test_a_prompt_longer_than_the_model_allows_is_refused_by_its_length(
    deapi: Deapi, refusing: Deapi, pictures: list[Upload]
) -> None:
    at, model = next((at, model) for at, model in PAIRS if model.limit("max_prompt"))
    good = base(at, model, pictures)
    said = refused(refusing, at, model, good, prompt="🙂" * 42)
    assert said == "At most 40 characters; this is 2 too long."
    exactly = fields.request(at, model, good | {"prompt": "🙂" * 40})
    assert [answer.status_code for answer in deapi.ask(at, exactly)] == [200, 200]


FILES = [(at, model) for at, model in PAIRS if at.files]
each_with_files = pytest.mark.parametrize(
    ("at", "model"), FILES, ids=lambda it: it.id if isinstance(it, Endpoint) else it.slug
)


@each_with_files
def test_pictures_beyond_the_models_sides_are_refused(
    refusing: Deapi, pictures: list[Upload], write: Write, at: Endpoint, model: Model
) -> None:
    good = base(at, model, pictures)
    (field,) = (each for each in fields.fields(at, model) if each.kind == "file")
    tried = 0
    for side in ("width", "height"):
        for edge, beyond in (("min", -1), ("max", 1)):
            bound = getattr(field, f"{edge}_{side}")
            if bound is None:
                continue
            size = {"width": 32, "height": 32, side: int(bound) + beyond}
            upload = inspect(write(side, drawn("PNG", size["width"], size["height"])), "side.png")
            said = refused(refusing, at, model, good, **{field.name: upload})
            assert f"{int(bound):,}" in said
            tried += 1
    assert tried


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


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@each_with_files
def test_a_file_that_is_no_picture_for_deapi_never_becomes_an_upload(
    refusing: Deapi,
    pictures: list[Upload],
    write: Write,
    at: Endpoint,
    model: Model,
    content: Callable[[], bytes],
) -> None:
    """Refused when it is looked at, with a sentence; and by deAPI, if it were sent all the same."""
    (file,) = at.files
    path = write("picture.png", content())
    with pytest.raises(BadMedia, match=r"\A[A-Z].*\.\Z"):
        inspect(path, "picture.png")
    good = base(at, model, pictures)
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
    for answer in refusing.ask(at, fields.request(at, model, good) | {file.name: forged}):
        assert answer.status_code == 422
        assert answer.json()["errors"].keys() == {file.name}
