"""What a call may hold: the contract and the model decide, and each wrong field is named."""

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from lib.deapi.contract import IMAGE_BYTES, Endpoint
from lib.sandbox.errors import Refused
from lib.sandbox.order import Order
from lib.sandbox.validate import check
from tests.unit.sandbox.orders import (
    CATALOGUE,
    GENERATIONS,
    UPSCALES,
    call,
    model,
    model_with,
    png,
    upload,
)

Values = Mapping[str, object]


def errors(
    values: Values, endpoint: Endpoint = GENERATIONS, *, price: bool = False
) -> dict[str, list[str]]:
    """What a call is refused for; empty when it is taken."""
    try:
        check(endpoint, values, CATALOGUE, price=price)
    except Refused as refused:
        answer: Any = refused
    else:
        return {}
    assert answer.status == 422
    found: dict[str, list[str]] = answer.body["errors"]
    assert answer.body["message"] == next(iter(found.values()))[0]
    return found


def order(values: Values, endpoint: Endpoint = GENERATIONS, *, price: bool = False) -> Order:
    return check(endpoint, values, CATALOGUE, price=price)[0]


def test_a_valid_call_is_taken_for_every_model() -> None:
    for each in CATALOGUE.of_types(["txt2img"]):
        side, steps = each.defaults["width"], each.defaults["steps"]
        assert errors(call(each, width=side, height=side, steps=steps)) == {}


@pytest.mark.parametrize(
    "missing", ["prompt", "model", "width", "height", "guidance", "steps", "seed"]
)
@pytest.mark.parametrize("as_what", [None, "", "   "])
def test_each_required_parameter_is_asked_for(missing: str, as_what: object) -> None:
    values = {**call(), missing: as_what}
    wrong = errors(values)
    assert list(wrong) == [missing]
    assert missing == "model" or wrong[missing] == [f"The {missing} field is required."]


def test_an_empty_call_names_every_required_field() -> None:
    assert set(errors({})) == {"prompt", "model", "width", "height", "guidance", "steps", "seed"}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("prompt", 7, "must be a string."),
        ("width", "wide", "must be an integer."),
        ("width", 512.5, "must be an integer."),
        ("width", True, "must be an integer."),
        ("width", "9" * 5000, "must be an integer."),
        ("guidance", "much", "must be a number."),
        ("guidance", float("inf"), "must be a number."),
        ("guidance", 10**400, "must be a number."),
        ("loras", "fine", "must be an array."),
        ("loras", [3], "must be an array of objects."),
        ("loras", [{"weight": 1}], "needs a name in every item."),
        (
            "webhook_url",
            "http://example.com/hook",
            "must be a valid URL that starts with https://.",
        ),
        ("webhook_url", "https://", "must be a valid URL that starts with https://."),
        ("webhook_url", "https://" + "a" * 2048, "must not be greater than 2048 characters."),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_a_sentence(
    name: str, value: object, sentence: str
) -> None:
    wrong = errors({**call(), name: value})
    assert wrong == {name: [f"The {name.replace('_', ' ')} field {sentence}"]}


def test_numbers_may_come_as_text_as_a_form_sends_them() -> None:
    taken = order(call(width="512", steps="4", guidance="1.5", seed="-1"))
    assert (taken.params["width"], taken.params["steps"], taken.params["seed"]) == (512, 4, -1)


def test_the_models_limits_bound_sides_and_steps() -> None:
    each = model("txt2img")
    least, most = int(each.limits["min_width"]), int(each.limits["max_width"])
    step = int(each.limits["resolution_step"])
    assert errors(call(width=least, height=most)) == {}
    assert errors(call(width=least - step))["width"] == [
        f"The width field must be at least {least}."
    ]
    assert errors(call(height=most + step))["height"] == [
        f"The height field must not be greater than {most}."
    ]
    assert errors(call(width=least + 1))["width"] == [
        f"The width field must be a multiple of {step}."
    ]
    assert "steps" in errors(call(steps=int(each.limits["max_steps"]) + 1))


def test_several_wrong_fields_are_named_together() -> None:
    assert set(errors(call(width=1, steps=0, prompt=None))) == {"prompt", "width", "steps"}


@pytest.mark.parametrize("slug", ["nobody", "../models", 5, ["a"]])
def test_an_unknown_model_is_an_error_of_its_field(slug: object) -> None:
    assert "model" in errors(call(model=slug))


def test_a_model_of_another_kind_is_an_error_of_its_field() -> None:
    assert errors(call(model("img_upscale"))) == {"model": ["The selected model is invalid."]}


def test_what_a_model_does_not_support_is_ignored_and_its_default_holds() -> None:
    fixed = model_with("txt2img", "supports_steps", False)
    taken = order(call(fixed, steps=99, negative_prompt="people", guidance=50))
    assert taken.params["steps"] == fixed.defaults["steps"]
    assert "negative_prompt" not in taken.params
    assert "guidance" not in taken.params


def test_loras_must_be_the_models_own() -> None:
    offered = min(model("txt2img").loras)
    assert errors(call(loras=[{"name": offered, "weight": "0.8"}])) == {}
    assert errors(call(loras=f'[{{"name": "{offered}", "weight": 1}}]')) == {}
    assert "loras" in errors(call(loras=[{"name": "nobody's", "weight": 1}]))
    assert "loras" in errors(call(loras=[{"name": offered, "weight": "heavy"}]))


@pytest.mark.parametrize("secret", ["short", "s" * 31, "s" * 256])
def test_a_webhook_secret_has_its_lengths(secret: str) -> None:
    url = "https://example.com/hook"
    assert "webhook_secret" in errors(call(webhook_url=url, webhook_secret=secret))
    assert errors(call(webhook_url=url, webhook_secret="s" * 32)) == {}


def test_a_webhook_secret_needs_its_url() -> None:
    wrong = errors(call(webhook_secret="s" * 32))
    assert wrong == {"webhook_secret": ["The webhook secret field requires the webhook url field."]}


def test_a_seed_left_to_chance_is_drawn_once() -> None:
    drawn = order(call(seed=-1)).drawn()
    assert drawn.params["seed"] >= 0
    assert drawn.drawn().params == drawn.params
    assert order(call(seed=5)).drawn().params["seed"] == 5


# --- files -------------------------------------------------------------------------------------


def upscale_errors(image: object) -> dict[str, list[str]]:
    return errors({"image": image, "model": model("img_upscale").slug}, UPSCALES)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_each_documented_picture_format_is_taken(kind: str) -> None:
    assert upscale_errors(upload(png(format=kind))) == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just text in a file named .png",
        png()[:40],
        png()[:-30],
        png(format="TIFF"),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_a_file_that_does_not_decode_is_no_image(content: bytes) -> None:
    wrong = upscale_errors(upload(content))
    assert wrong == {"image": ["The image field must be an image (jpeg, png, gif, bmp, webp)."]}


def test_a_text_instead_of_a_file_is_refused() -> None:
    assert upscale_errors("placeholder") == {"image": ["The image field must be a file."]}


def test_no_file_chosen_is_no_file() -> None:
    assert upscale_errors(upload(b"", name="")) == {"image": ["The image field is required."]}


def test_a_file_over_the_limit_is_refused_with_the_limit() -> None:
    large = png() + b"\0" * IMAGE_BYTES
    assert upscale_errors(upload(large)) == {
        "image": ["The image field must not be greater than 10240 kilobytes."]
    }


def test_the_models_limits_bound_the_file_where_no_width_can_be_chosen() -> None:
    assert "image" in upscale_errors(upload(png(8, 64)))
    assert "image" in upscale_errors(upload(png(64, 2049)))
    assert upscale_errors(upload(png(16, 2048))) == {}


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    bomb = png_of_claimed_size(60_000, 60_000)
    assert len(bomb) < 1000
    assert list(upscale_errors(upload(bomb))) == ["image"]


def test_a_price_may_be_asked_by_measures_instead_of_the_file() -> None:
    slug = model("img_upscale").slug
    priced = order({"model": slug, "width": "512", "height": "384"}, UPSCALES, price=True)
    assert (priced.params["width"], priced.params["height"]) == (512, 384)
    assert errors({"model": slug, "width": 512}, UPSCALES, price=True) == {
        "height": ["The height field is required."]
    }
    assert "width" in errors({"model": slug, "width": 4000, "height": 512}, UPSCALES, price=True)


def test_measures_do_not_replace_the_file_of_a_submit() -> None:
    slug = model("img_upscale").slug
    assert list(errors({"model": slug, "width": 512, "height": 512}, UPSCALES)) == ["image"]


def test_uploads_survive_the_check_unread() -> None:
    content = png(100, 60)
    _, files = check(
        UPSCALES,
        {"image": upload(content), "model": model("img_upscale").slug},
        CATALOGUE,
        price=False,
    )
    (kept,) = files["image"]
    kept.file.seek(0)
    assert Image.open(BytesIO(kept.file.read())).size == (100, 60)


def png_of_claimed_size(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header names a picture of gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check_sum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check_sum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )
