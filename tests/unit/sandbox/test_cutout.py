"""The cut-out engine: what it keeps is the subject, with soft edges."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from lib.sandbox.engines import cutout
from lib.sandbox.engines.cutting import grabcut
from lib.sandbox.engines.drawing import noise

SIZE = (480, 360)
WITH_AND_WITHOUT = pytest.mark.parametrize("extra", [False, True], ids=["numpy", "opencv"])


def subject() -> Image.Image:
    """A vase: where it is, as grey."""
    mask = Image.new("L", (4 * SIZE[0], 4 * SIZE[1]))
    pen = ImageDraw.Draw(mask)
    pen.ellipse((640, 520, 1280, 1200), fill=255)
    pen.polygon([(860, 640), (1060, 640), (1120, 240), (800, 240)], fill=255)
    return mask.resize(SIZE, Image.Resampling.BOX)


def plain() -> Image.Image:
    return Image.new("RGB", SIZE, "#d9d4c8")


def textured() -> Image.Image:
    """Something like grass: one hue in many lights."""
    rng = np.random.default_rng(3)
    light = 0.7 * noise.plane(rng, SIZE, (40, 30), 3) + 0.3 * noise.plane(rng, SIZE, (4, 3), 2)
    colours = 40 + light[:, :, None] * np.array([70.0, 120.0, 40.0])
    return Image.fromarray(colours.astype(np.uint8))


def photo(background: Image.Image) -> Image.Image:
    """The vase before it, shaded, and a little blurred, as by a lens."""
    shade = np.linspace(1, 0.6, SIZE[0])[None, :, None] * np.array([196.0, 74.0, 42.0])
    vase = Image.fromarray(np.broadcast_to(shade, (SIZE[1], SIZE[0], 3)).astype(np.uint8))
    return Image.composite(vase, background, subject()).filter(ImageFilter.GaussianBlur(0.8))


def likeness(result: Image.Image) -> float:
    """Intersection over union with the vase."""
    found = np.asarray(result.getchannel("A")) > 127
    true = np.asarray(subject()) > 127
    return float((found & true).sum() / (found | true).sum())


def choose(monkeypatch: pytest.MonkeyPatch, *, extra: bool) -> None:
    if extra and not grabcut.is_there():
        pytest.skip("requirements-engines.txt is not installed")
    monkeypatch.setattr(grabcut, "is_there", lambda: extra)


@WITH_AND_WITHOUT
@pytest.mark.parametrize("background", [plain, textured])
def test_a_clear_subject_is_cut_out_along_its_edges(
    background: Callable[[], Image.Image],
    extra: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choose(monkeypatch, extra=extra)
    path = tmp_path / "vase.png"
    photo(background()).save(path)
    result, note = cutout.cut_out(path)
    assert (result.mode, result.size) == ("RGBA", SIZE)
    assert likeness(result) > 0.97
    assert note.startswith(cutout.GRABCUT if extra and background is textured else cutout.PLAIN)
    assert (cutout.BETTER in note) is not extra
    soft = np.asarray(result.getchannel("A"))
    assert ((soft > 20) & (soft < 235)).sum() > 100
    assert cutout.cut_out(path).picture.tobytes() == result.tobytes()


@WITH_AND_WITHOUT
def test_where_nothing_stands_out_it_says_so(
    extra: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, extra=extra)
    for number, size in enumerate([(300, 200), (1, 1), (16, 400)]):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", size, "#8fa").save(path)
        result, note = cutout.cut_out(path)
        assert (result.mode, result.size) == ("RGBA", size)
        assert note == cutout.NOTHING


def test_what_was_transparent_stays_so(tmp_path: Path) -> None:
    alpha = subject()
    ImageDraw.Draw(alpha).ellipse((210, 190, 250, 230), fill=0)  # a hole that colours don't tell
    picture = photo(plain())
    picture.putalpha(alpha)
    path = tmp_path / "cut.png"
    picture.save(path)
    result = np.asarray(cutout.cut_out(path).picture.getchannel("A"))
    clear = np.asarray(alpha) == 0
    clear[-40:, -120:] = False  # the sandbox's mark
    assert not result[clear].any()
    assert (result[np.asarray(alpha) == 255] > 127).mean() > 0.97
