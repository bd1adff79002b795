"""What leaves and what comes back, in every shape that deAPI is known to use."""

import json
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.deapi import wire
from lib.deapi.errors import NotUnderstood
from lib.deapi.media import Upload
from lib.deapi.text import loads, plain

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)

KEYS = [
    *("status", "progress", "price", "cost_credits", "preview", "request_id", "balance", "meta"),
    *(
        "result",
        "result_url",
        "results_alt_formats",
        "error",
        "error_code",
        "error_message",
        "data",
    ),
]


def request(encoding: Any, params: dict[str, Any]) -> httpx.Request:
    with wire.encoded(encoding, params) as sent:
        built = httpx.Request("POST", "https://api.example/", **sent)
        built.read()
        return built


def parts(request: httpx.Request) -> dict[str, str]:
    """The plain fields of a form, by name; for a file, what stands before its content."""
    boundary = request.headers["content-type"].split("boundary=")[1]
    found: dict[str, str] = {}
    for part in request.content.decode("latin-1").split(f"--{boundary}")[1:-1]:
        head, _, body = part.strip("\r\n").partition("\r\n\r\n")
        name = head.split('name="')[1].split('"')[0]
        found[name] = head if "filename" in head else body
    return found


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    path = tmp_path / "ab12"
    path.write_bytes(b"\x89PNG")
    return Upload(
        path=path,
        name="Été 1.png",
        sha256="ab12",
        size=4,
        format="PNG",
        media_type="image/png",
        width=1,
        height=1,
    )


def test_json_keeps_types_and_drops_what_says_nothing() -> None:
    sent = request(
        "json",
        {
            "prompt": "fox",
            "seed": 0,
            "sharp": False,
            "guidance": Decimal("7.5"),
            "negative_prompt": "",
            "webhook_url": None,
            "loras": [{"name": "a", "weight": 0.8}],
        },
    )
    assert json.loads(sent.content) == {
        "prompt": "fox",
        "seed": 0,
        "sharp": False,
        "guidance": 7.5,
        "loras": [{"name": "a", "weight": 0.8}],
    }


def test_a_form_writes_booleans_as_1_and_0_and_lists_as_indexed_fields() -> None:
    sent = request(
        "multipart",
        {"on": True, "off": False, "seed": -1, "empty": "", "loras": [{"name": "a", "weight": 1}]},
    )
    assert parts(sent) == {
        "on": "1",
        "off": "0",
        "seed": "-1",
        "loras[0][name]": "a",
        "loras[0][weight]": "1",
    }


def test_a_form_without_a_file_is_still_multipart() -> None:
    sent = request("multipart", {"model": "m"})
    assert sent.headers["content-type"].startswith("multipart/form-data")


def test_a_file_goes_with_a_real_name_and_type(upload: Upload) -> None:
    head = parts(request("multipart", {"image": upload}))["image"]
    assert 'filename="Ete_1.png"' in head
    assert "Content-Type: image/png" in head


def test_several_files_repeat_one_part(upload: Upload) -> None:
    body = request("multipart", {"images": [upload, upload]}).content
    assert body.count(b'name="images[]"; filename=') == 2


@pytest.mark.parametrize(
    ("given_name", "sent"),
    [
        ("../../etc/passwd", "passwd.png"),
        ("C:\\me\\fox.PNG", "fox.png"),
        ("fox.jpg", "fox.jpg.png"),
        ('a"b\r\nX: y.png', "a_b_X_y.png"),
        ("狐.png", "file.png"),
        ("...", "file.png"),
        ("x" * 500 + ".png", "x" * 100 + ".png"),
    ],
)
def test_file_names_are_plain(upload: Upload, given_name: str, sent: str) -> None:
    assert wire.file_name(replace(upload, name=given_name)) == sent


def test_prices_are_exact_in_every_shape() -> None:
    exact = Decimal("0.00187")
    assert wire.price_of(wire.read(b'{"data": {"price": 0.00187}}')) == exact
    assert wire.price_of(wire.read(b'{"price": 0.00187}')) == exact
    assert wire.price_of(wire.read(b'{"data": {"price": "0.00187"}}')) == exact
    assert wire.price_of(wire.read(b'{"data": [], "price": 0}')) == 0
    many = "0.1000000000000000055511151231257827"
    assert wire.price_of(wire.read(f'{{"price": {many}}}'.encode())) == Decimal(many)


@pytest.mark.parametrize(
    "price",
    [
        "null",
        "true",
        "-0.1",
        '"NaN"',
        '"Infinity"',
        "1e300",
        "[]",
        "{}",
        '"a lot"',
        '""',
        "1000001",
    ],
)
def test_a_price_that_makes_no_sense_is_not_understood(price: str) -> None:
    with pytest.raises(NotUnderstood):
        wire.price_of(wire.read(f'{{"data": {{"price": {price}}}}}'.encode()))


def test_the_balance_stands_in_data_or_on_top_and_may_be_negative() -> None:
    assert wire.balance_of({"data": {"balance": Decimal("4.5")}}) == Decimal("4.5")
    assert wire.balance_of({"balance": "-0.25"}) == Decimal("-0.25")
    with pytest.raises(NotUnderstood):
        wire.balance_of({"data": {}})


@pytest.mark.parametrize("value", ["", "..", "a b", "a\n", "é", "x" * 256, None, True, 1.5, []])
def test_a_request_id_is_one_plain_word(value: Any) -> None:
    with pytest.raises(NotUnderstood):
        wire.request_id_of({"data": {"request_id": value}})
    assert wire.request_id_of({"data": {"request_id": "a-1"}}) == "a-1"
    assert wire.request_id_of({"data": {"request_id": 17}}) == "17"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", "pending"),
        ("queued", "pending"),
        ("in_queue", "pending"),
        ("waiting", "pending"),
        ("processing", "processing"),
        ("In-Progress", "processing"),
        ("polishing", "processing"),
        ("done", "done"),
        ("error", "error"),
        ("failed", "error"),
    ],
)
def test_states_have_one_name_each(status: str, state: str) -> None:
    assert wire.Job.parse({"data": {"status": status}}, "r").state == state


def test_a_finished_job_is_read_whole() -> None:
    body = wire.read(
        b"""{"data": {"status": "done", "progress": "100.0", "result": null,
        "preview": "https://s.example/p.jpg", "result_url": "https://s.example/r.png?sig=1",
        "results_alt_formats": {"webp": "https://s.example/r.webp", "jpg": null},
        "price": {"amount": 0.00187, "is_estimated": true}}}"""
    )
    job = wire.Job.parse(body, "r1")
    assert (job.state, job.progress, job.result) == ("done", 100.0, None)
    assert job.preview == "https://s.example/p.jpg"
    assert job.result_url == "https://s.example/r.png?sig=1"
    assert job.alternatives == {"webp": "https://s.example/r.webp"}
    assert (job.price, job.price_estimated) == (Decimal("0.00187"), True)
    assert json.loads(json.dumps(job.raw))["price"]["amount"] == 0.00187


def test_older_and_other_shapes_of_a_job() -> None:
    older = wire.Job.parse({"status": "failed", "error": "No GPU.", "cost_credits": "0.1"}, "r")
    assert (older.error_message, older.price) == ("No GPU.", Decimal("0.1"))
    newer = wire.Job.parse(
        {"data": {"status": "error", "error_code": "NSFW", "error_message": "Refused."}}, "r"
    )
    assert (newer.error_code, newer.error_message, newer.price) == ("NSFW", "Refused.", None)
    assert wire.Job.parse({"data": {"status": "processing", "preview": "/9j/4A"}}, "r").preview
    assert (
        wire.Job.parse({"data": {"status": "done", "result_url": "file:///etc"}}, "r").result_url
        is None
    )


def test_an_odd_detail_does_not_lose_the_job() -> None:
    odd = {"status": "done", "progress": "NaN", "price": -1, "preview": 7, "result": {}}
    job = wire.Job.parse({"data": odd}, "r")
    assert (job.state, job.progress, job.price, job.preview) == ("done", None, None, None)


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"<html>", b'{"a": NaN}', b"[" * 100_000])
def test_what_is_not_a_json_object_is_not_understood(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        wire.read(body)


@given(
    st.dictionaries(st.sampled_from(KEYS), JSON),
    st.booleans(),
)
def test_any_answer_is_read_or_not_understood(data: dict[str, Any], wrapped: bool) -> None:
    raw = json.dumps({"data": data} if wrapped else data).encode()
    for read in (
        lambda body: json.dumps(wire.Job.parse(body, "r").raw),
        wire.price_of,
        wire.balance_of,
        wire.request_id_of,
        wire.models_of,
    ):
        with suppress(NotUnderstood):
            read(wire.read(raw))


@given(st.decimals(allow_nan=False, allow_infinity=False) | st.text() | st.lists(st.text()))
def test_plain_values_can_be_written_as_json(value: Any) -> None:
    json.dumps(plain(value)).encode()


def test_a_number_of_a_million_digits_is_read_at_once_and_kept_as_it_was_written() -> None:
    value = loads(b'{"price": 1e1000000, "least": 1e-1000000, "large": 1e300}')
    found = plain(value)
    assert found == {"price": "1E+1000000", "least": 0.0, "large": 10**300}
    json.dumps(found)
