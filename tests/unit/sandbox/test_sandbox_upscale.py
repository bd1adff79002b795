"""The upscale engine."""

from pathlib import Path

import pytest
from PIL import Image

from lib.sandbox.engines import upscale as engine
from lib.sandbox.engines.base import CannotRender
from lib.sandbox.order import Order
from tests.unit.sandbox.orders import CATALOGUE, UPSCALES, generation, made, upscale


def gradient(width: int, height: int) -> Image.Image:
    red, green = Image.linear_gradient("L"), Image.radial_gradient("L")
    return Image.merge("RGB", (red, green, red)).resize((width, height))


@pytest.mark.parametrize("number", [0, 1])
def test_the_picture_grows_by_the_models_factor_and_stays_itself(
    number: int, tmp_path: Path
) -> None:
    picture = gradient(96, 64)
    order = upscale(picture, tmp_path, number)
    result = Image.open(made(engine.render(order, tmp_path), tmp_path))
    factor = order.chosen.factor
    assert result.size == (96 * factor, 64 * factor)
    back = result.resize(picture.size).convert("L").tobytes()
    differences = [abs(a - b) for a, b in zip(back, picture.convert("L").tobytes(), strict=True)]
    assert sum(differences) / len(differences) < 5


def test_transparency_is_kept(tmp_path: Path) -> None:
    picture = gradient(64, 64).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 32, 64))
    result = Image.open(made(engine.render(upscale(picture, tmp_path), tmp_path), tmp_path))
    assert result.mode == "RGBA"
    assert result.getpixel((10, 64)) == (0, 0, 0, 0)
    assert result.getchannel("A").getpixel((100, 30)) == 255


def test_a_photo_lying_on_its_side_is_set_upright(tmp_path: Path) -> None:
    picture = gradient(80, 40)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by 90 degrees to see it
    order = upscale(picture, tmp_path, format="JPEG", exif=exif)
    result = Image.open(made(engine.render(order, tmp_path), tmp_path))
    assert result.size == (40 * order.chosen.factor, 80 * order.chosen.factor)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_kind_of_picture_can_be_enlarged(mode: str, tmp_path: Path) -> None:
    picture = (
        Image.new("I;16", (32, 32), 40000) if mode == "I;16" else gradient(32, 32).convert(mode)
    )
    kind = "JPEG" if mode == "CMYK" else "PNG"
    order = upscale(picture, tmp_path, format=kind)
    assert Image.open(made(engine.render(order, tmp_path), tmp_path)).width == 64


def test_the_same_upload_gives_the_same_bytes(tmp_path: Path) -> None:
    order = upscale(gradient(64, 64), tmp_path)
    first = made(engine.render(order, tmp_path), tmp_path).read_bytes()
    assert made(engine.render(order, tmp_path), tmp_path).read_bytes() == first


def test_a_result_beyond_all_measure_ends_as_an_error_and_not_in_memory(tmp_path: Path) -> None:
    four_times = next(each for each in CATALOGUE.of_types(["img_upscale"]) if each.factor == 4)
    blank = tmp_path / "blank.png"
    Image.new("1", (3000, 3000)).save(blank)
    huge = Order(UPSCALES, four_times, {}, {}, {"image": (blank,)})
    with pytest.raises(CannotRender, match="larger than this sandbox can hold"):
        engine.render(huge, tmp_path)


def test_an_upscale_takes_three_seconds() -> None:
    assert engine.seconds(generation()) == 3.0
