import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from lib.deapi.media import Upload, inspect
from lib.store import BadPicture, DiskFull, Store, StoreError, files
from tests.support.media import names_in, put
from tests.support.s3 import bucket_url, media_url

__all__ = ["bucket_url", "media_url"]


def drawn(path: Path, mode: str = "RGB", size: tuple[int, int] = (1000, 500)) -> Path:
    Image.new(mode, size).save(path)
    return path


@pytest.fixture
def given(tmp_path: Path) -> Upload:
    return inspect(drawn(tmp_path / "given.png"), "my picture.png")


def test_an_upload_is_kept_by_its_content(store: Store, given: Upload) -> None:
    kept = files.save_upload(store, "ada", given)
    assert kept == replace(given, path=files.upload_path(store, given.sha256))
    assert kept.path.read_bytes() == given.path.read_bytes()
    assert names_in(store, "uploads") == [f"{given.sha256[:2]}/{given.sha256}"]


def test_the_same_content_is_stored_once_and_counted_for_each_person(
    store: Store, given: Upload
) -> None:
    kept = files.save_upload(store, "ada", given)
    written = kept.path.stat().st_mtime_ns
    assert files.upload(store, "bob", given.sha256) is None
    files.save_upload(store, "ada", given)
    files.save_upload(store, "bob", replace(given, name="bob's.png"))
    assert names_in(store, "uploads") == [f"{given.sha256[:2]}/{given.sha256}"]
    assert kept.path.stat().st_mtime_ns == written
    assert files.upload(store, "ada", given.sha256) == kept
    assert files.upload(store, "bob", given.sha256) == replace(kept, name="bob's.png")


def test_a_file_that_changed_after_it_was_looked_at_is_not_kept(
    store: Store, given: Upload
) -> None:
    given.path.write_bytes(b"something else")
    with pytest.raises(StoreError, match="changed"):
        files.save_upload(store, "ada", given)
    assert names_in(store, "uploads") == []
    assert files.upload(store, "ada", given.sha256) is None


def test_a_disk_that_fills_up_is_a_sentence_and_leaves_no_piece(
    store: Store, given: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(DiskFull, match="disk is full"):
        files.save_upload(store, "ada", given)
    assert files.upload(store, "ada", given.sha256) is None
    # A bucket has it by then, whole, and only the copy found no room.
    assert names_in(store, "uploads") == [] or store.media.path("uploads") is None


@pytest.mark.parametrize(
    ("free", "expected", "enough"),
    [
        (500_000_000, 0, True),
        (499_999_999, 0, False),
        (520_000_000, 10_000_000, True),
        (519_999_999, 10_000_000, False),
    ],
)
def test_a_run_needs_500_megabytes_and_twice_its_result(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    expected: int,
    enough: bool,
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    if enough:
        files.free_space_ok(tmp_path, expected)
    else:
        with pytest.raises(DiskFull, match="almost full"):
            files.free_space_ok(tmp_path, expected)


def test_a_result_gets_its_name_when_it_is_complete(store: Store) -> None:
    name = files.result_name("run-1", "0.png")
    put(store, name, b"whole")
    assert files.content(store, name) == b"whole"
    assert names_in(store, "results") == ["run-1/0.png"]


Kind = namedtuple("Kind", "mode suffix")


@pytest.mark.parametrize(
    "kind",
    [
        Kind("RGB", "jpg"),
        Kind("RGBA", "png"),
        Kind("P", "gif"),
        Kind("L", "png"),
        Kind("LA", "png"),
        Kind("1", "bmp"),
        Kind("I;16", "png"),
        Kind("CMYK", "jpg"),
    ],
)
def test_any_kind_of_picture_gets_a_thumbnail(store: Store, tmp_path: Path, kind: Kind) -> None:
    source = drawn(tmp_path / f"source.{kind.suffix}", kind.mode)
    assert files.make_thumbnail(store, "run-1", source) == (1000, 500)
    with store.media.local(files.thumb_name("run-1")) as path, Image.open(path) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (384, 192))


def test_a_small_picture_is_not_made_larger(store: Store, tmp_path: Path) -> None:
    files.make_thumbnail(store, "run-1", drawn(tmp_path / "small.png", size=(20, 10)))
    with store.media.local(files.thumb_name("run-1")) as path, Image.open(path) as thumbnail:
        assert thumbnail.size == (20, 10)


def test_the_newest_preview_takes_the_place_of_the_last(store: Store, tmp_path: Path) -> None:
    for side in (100, 200):
        source = drawn(tmp_path / f"{side}.png", size=(side, side))
        files.make_preview(store, "run-1", source)
    with store.media.local(files.preview_name("run-1")) as path, Image.open(path) as preview:
        assert preview.size == (200, 200)
    assert names_in(store, "results") == ["run-1/preview.webp"]


@pytest.mark.parametrize("content", [b"", b"a text", b"\x89PNG\r\n\x1a\nnot really"])
def test_what_is_no_picture_is_refused(store: Store, tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "source.png"
    source.write_bytes(content)
    with pytest.raises(BadPicture):
        files.make_thumbnail(store, "run-1", source)
    assert names_in(store, "thumbs") == []


def test_a_picture_that_was_cut_short_is_refused(store: Store, tmp_path: Path) -> None:
    source = drawn(tmp_path / "source.png")
    source.write_bytes(source.read_bytes()[:-60])
    with pytest.raises(BadPicture):
        files.make_thumbnail(store, "run-1", source)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("limit", [499_999, 200_000])
def test_a_picture_above_the_pixel_limit_is_refused_before_it_is_decoded(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    source = drawn(tmp_path / "source.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(BadPicture, match="too many pixels"):
        files.make_thumbnail(store, "run-1", source)


@pytest.mark.parametrize("name", ["..", "../secret", "/etc/passwd", "a/b", "", ".hidden", "a\n"])
def test_no_name_leads_out_of_its_folder(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="file's name"):
        files.result_name(name, "0.png")
    with pytest.raises(ValueError, match="file's name"):
        files.result_name("run-1", name)
    with pytest.raises(ValueError, match="file's name"):
        files.thumb_name(name)
    with pytest.raises(ValueError, match="file's name"):
        files.upload_path(store, name)
