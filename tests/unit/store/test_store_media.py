"""Both places of files keep the same promises."""

import errno
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from lib.store import Store, StoreError, media
from lib.store.errors import MediaDown, MediaRefused
from lib.store.media import Bucket, Folder, Media
from tests.support.media import names_in, put
from tests.support.s3 import S3, bucket_url, media_url, reached_by, s3_server

__all__ = ["bucket_url", "media_url"]

NAME = "results/run-1/0.png"


def read(place: Media, name: str, *part: int) -> bytes:
    return b"".join(place.read(name, *part))


def test_what_was_put_is_read_back_whole_and_in_parts(store: Store) -> None:
    put(store, NAME, b"0123456789")
    assert read(store.media, NAME) == b"0123456789"
    assert read(store.media, NAME, 3) == b"3456789"
    assert read(store.media, NAME, 3, 4) == b"3456"
    assert read(store.media, NAME, 8, 400) == b"89"
    assert read(store.media, NAME, 10, 1) == b""
    assert read(store.media, NAME, 0, 0) == b""
    found = store.media.facts(NAME)
    assert found is not None
    assert (found.name, found.size) == (NAME, 10)
    assert b"".join(store.media.read(found, 9)) == b"9"


def test_an_empty_file_is_one(store: Store) -> None:
    put(store, NAME, b"")
    assert read(store.media, NAME) == b""
    found = store.media.facts(NAME)
    assert found is not None
    assert found.size == 0
    with store.media.local(NAME) as path:
        assert path.read_bytes() == b""


def test_a_file_takes_the_place_of_another_and_has_another_etag(store: Store) -> None:
    put(store, NAME, b"one")
    before = store.media.facts(NAME)
    put(store, NAME, b"other")
    after = store.media.facts(NAME)
    assert read(store.media, NAME) == b"other"
    assert before is not None
    assert after is not None
    assert before.etag != after.etag
    assert after.etag[0] == after.etag[-1] == '"'


def test_a_file_that_is_not_there_is_not_found(store: Store) -> None:
    assert store.media.facts(NAME) is None
    with pytest.raises(FileNotFoundError):
        read(store.media, NAME)
    with pytest.raises(FileNotFoundError), store.media.local(NAME):
        pass
    store.media.delete(NAME)
    store.media.delete_all("results/run-1")


def test_a_large_file_goes_and_comes_in_pieces(store: Store) -> None:
    content = os.urandom(1 << 20) * 19 + b"the end"  # two parts of an upload, and some
    put(store, NAME, content)
    sizes = [len(piece) for piece in store.media.read(NAME)]
    assert (sum(sizes), max(sizes)) == (len(content), media.PIECE)
    with store.media.local(NAME) as path, path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    assert found == hashlib.sha256(content).hexdigest()


def test_names_are_those_of_complete_files_of_a_folder(store: Store) -> None:
    for name in ("results/b/0.txt", "results/a/0.txt", "results/a/1.txt", "results/ab/0.txt"):
        put(store, name, name.encode())
    put(store, "results/a/2.part", b"half")
    (store.data_dir / "server.id").touch()  # what else lies there is none of them
    if store.media.path(NAME) is not None:
        (store.data_dir / "results/a/.fresh").write_bytes(b"half")
    found = [(each.name, each.size) for each in store.media.names("results/a")]
    assert found == [("results/a/0.txt", 15), ("results/a/1.txt", 15)]
    assert len(list(store.media.names("results"))) == 4
    assert list(store.media.names("thumbs")) == []
    store.media.delete("results/a/1.txt")
    store.media.delete_all("results/b")
    assert [each.name for each in store.media.names("results")] == [
        "results/a/0.txt",
        "results/ab/0.txt",
    ]


def test_a_copy_of_it_on_this_machine_goes_away(store: Store) -> None:
    put(store, NAME, b"whole")
    with store.media.local(NAME) as path:
        assert path.read_bytes() == b"whole"
    assert names_in(store, "results") == ["run-1/0.png"]
    assert path.exists() == (store.media.path(NAME) == path)


@pytest.mark.parametrize(
    "name",
    [
        *("", "/", "..", "results/..", "results/../../secret", "/etc/passwd", "results//0.png"),
        *("results/.hidden", "playground.db", "spool/x", "secret.key", "results/a\n", "uploads/"),
        *("s3://other/results/a", "results/%2e%2e", "results/a/../b", "results/a?b", "results/a b"),
    ],
)
def test_no_name_leads_out_of_its_room(store: Store, tmp_path: Path, name: str) -> None:
    (tmp_path / "fresh").write_bytes(b"x")
    place = store.media
    for way in (
        partial(place.put, name, tmp_path / "fresh"),
        partial(place.facts, name),
        partial(read, place, name),
        partial(place.path, name),
        place.local(name).__enter__,
        partial(place.delete, name),
        partial(place.delete_all, name),
        lambda: list(place.names(name)),
    ):
        with pytest.raises(ValueError, match="can't be a file's name"):
            way()


def test_nothing_reaches_outside_of_its_folder_of_a_bucket(bucket_url: str, tmp_path: Path) -> None:
    """The bucket may be shared with others."""
    theirs, ours = (Bucket(f"{bucket_url}/{each}", tmp_path) for each in ("a", "ab"))
    (tmp_path / "fresh").write_bytes(b"theirs")
    theirs.put(NAME, tmp_path / "fresh")
    assert ours.facts(NAME) is None
    ours.delete_all("results")
    assert [each.name for each in theirs.names("results")] == [NAME]


def test_a_bucket_of_many_is_listed_and_emptied_page_by_page(
    bucket_url: str, tmp_path: Path
) -> None:
    place = Bucket(bucket_url, tmp_path)
    (tmp_path / "fresh").write_bytes(b"x")
    names = [f"results/run/{n:04}.txt" for n in range(1001)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: place.put(name, tmp_path / "fresh"), names))
    assert [each.name for each in place.names("results")] == names
    place.delete_all("results/run")
    assert list(place.names("results")) == []


class TestWithoutItsBucket:
    @pytest.fixture(params=["it is gone", "nobody answers"])
    def place(
        self,
        request: pytest.FixtureRequest,
        bucket_url: str,
        s3: S3,
        tmp_path: Path,
        free_port: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Media:
        if request.param == "it is gone":
            s3.remove(bucket_url)
        else:
            reached_by(monkeypatch, f"http://127.0.0.1:{free_port}")
        return Bucket(bucket_url, tmp_path)

    def test_nothing_is_taken_to_be_gone(self, place: Media, tmp_path: Path) -> None:
        (tmp_path / "fresh").write_bytes(b"x")
        for way in (
            partial(place.put, NAME, tmp_path / "fresh"),
            partial(place.facts, NAME),
            partial(read, place, NAME),
            place.local(NAME).__enter__,
            partial(place.delete_all, "results"),
            lambda: list(place.names("results")),
            place.check,
        ):
            with pytest.raises(MediaDown) as said:
                way()
            assert "127.0.0.1" not in str(said.value)
            assert "secret" not in str(said.value)


def test_a_bucket_that_is_gone_is_told_from_one_that_says_nothing(
    bucket_url: str, s3: S3, tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Bucket(bucket_url, tmp_path)
    place.check()
    s3.remove(bucket_url)
    with pytest.raises(MediaRefused, match="PLAYGROUND_MEDIA_URL names is not there"):
        place.check()
    reached_by(monkeypatch, f"http://127.0.0.1:{free_port}")
    with pytest.raises(MediaDown) as said:
        Bucket(bucket_url, tmp_path).check()
    assert not isinstance(said.value, MediaRefused)


def test_keys_that_are_refused_are_told_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It looks at keys after so many calls: the first makes the bucket.
    with s3_server(tmp_path, INITIAL_NO_AUTH_ACTION_COUNT="1") as strict:
        reached_by(monkeypatch, strict.url)
        place = Bucket(strict.bucket(), tmp_path)
        with pytest.raises(MediaRefused, match="refuses the keys of AWS_ACCESS_KEY_ID"):
            place.check()


def test_a_room_on_another_disk_takes_files_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, source, rename = Folder(tmp_path), tmp_path / "fresh", Path.replace

    def on_one_disk(path: Path, target: Path) -> Path:
        if path == source:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", on_one_disk)
    source.write_bytes(b"whole")
    place.put(NAME, source)
    assert read(place, NAME) == b"whole"
    assert [each.name for each in (tmp_path / NAME).parent.iterdir()] == ["0.png"]


@pytest.mark.parametrize("url", ["", "s3://", "http://bucket", "bucket", "file:///etc"])
def test_an_address_that_names_no_bucket_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError, match="s3://NAME"):
        Bucket(url, tmp_path)


def test_what_a_killed_process_left_in_the_spool_goes_after_a_day(tmp_path: Path) -> None:
    old, new = media.spooled(tmp_path), media.spooled(tmp_path)
    (old / "half").write_bytes(b"half")
    os.utime(old, (0, 0))
    with media.spool(tmp_path) as folder:
        assert sorted(each.name for each in folder.parent.iterdir()) == sorted(
            [new.name, folder.name]
        )
    assert not folder.exists()
