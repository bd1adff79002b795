"""Uploads that lie in a bucket: a copy is here while they are in use, and is what was given."""

import os
import time
from pathlib import Path

import pytest

from lib.deapi.media import Upload, inspect
from lib.store import MediaDown, Store, files
from tests.support.media import is_kept, put
from tests.support.s3 import S3, bucket_url
from tests.unit.store.test_store_files import drawn

__all__ = ["bucket_url"]


@pytest.fixture
def media_url(bucket_url: str) -> str:
    return bucket_url


@pytest.fixture
def kept(store: Store, tmp_path: Path) -> Upload:
    return files.save_upload(store, "ada", inspect(drawn(tmp_path / "given.png"), "mine.png"))


def test_it_is_here_at_once_and_again_when_it_was_removed(store: Store, kept: Upload) -> None:
    content = kept.path.read_bytes()
    kept.path.unlink()
    files.at_hand(store, kept)
    assert kept.path.read_bytes() == content
    assert files.upload(store, "ada", kept.sha256) == kept


def test_what_nobody_used_for_a_day_goes_and_what_was_used_stays(
    store: Store, kept: Upload, tmp_path: Path
) -> None:
    def another(side: int) -> Upload:
        path = drawn(tmp_path / f"{side}.png", size=(side, side))
        return files.save_upload(store, "ada", inspect(path, "other.png"))

    used = another(10)
    for each in (kept, used):
        long_ago = time.time() - files.UNUSED_SECONDS - 60
        os.utime(each.path, (long_ago, long_ago))
    files.at_hand(store, used)
    last = another(20)
    assert [each.path.exists() for each in (kept, used, last)] == [False, True, True]
    assert is_kept(store, files.upload_name(kept.sha256))


def test_one_that_is_no_longer_what_was_given_is_gone(store: Store, kept: Upload) -> None:
    put(store, files.upload_name(kept.sha256), b"\0" * kept.size)
    files.at_hand(store, kept)  # the copy is still right
    kept.path.unlink()
    with pytest.raises(FileNotFoundError):
        files.at_hand(store, kept)
    assert not kept.path.exists()


def test_one_that_was_cut_short_is_mended_by_who_gives_it_again(
    store: Store, kept: Upload, tmp_path: Path
) -> None:
    put(store, files.upload_name(kept.sha256), b"half")
    files.save_upload(store, "bob", inspect(tmp_path / "given.png", "mine.png"))
    kept.path.unlink()
    files.at_hand(store, kept)


def test_one_that_was_deleted_is_gone(store: Store, kept: Upload) -> None:
    store.media.delete(files.upload_name(kept.sha256))
    kept.path.unlink()
    with pytest.raises(FileNotFoundError):
        files.at_hand(store, kept)


def test_without_the_bucket_what_is_here_can_be_used_and_nothing_else(
    store: Store, kept: Upload, s3: S3, bucket_url: str
) -> None:
    s3.remove(bucket_url)
    files.at_hand(store, kept)
    kept.path.unlink()
    with pytest.raises(MediaDown):
        files.at_hand(store, kept)
