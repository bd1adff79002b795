"""A thousand and more broken files of every kind: refused in a sentence, in bounded memory."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from lib.deapi.media import BadMedia, inspect
from lib.deapi.terms import Media
from tests.support.broken import MAY_PLAY, SAMPLES
from tests.support.processes import TOP, Process, environment

MEGABYTES = 400
"""Of addresses, above what the program and its libraries have before the first file."""
HALVES = (("image", "audio"), ("video", "recording"))


def test_every_broken_file_is_refused_in_a_sentence_and_in_bounded_memory(tmp_path: Path) -> None:
    started = [looked_into(tmp_path / kinds[0], kinds) for kinds in HALVES]
    refused, taken, sentences = Counter[str](), list[str](), set[str]()
    for each in started:
        assert each.wait(120) == 0, each.output
        report = json.loads(each.output.splitlines()[-1])
        refused.update(report["refused"])
        taken += report["taken"]
        sentences |= set(report["sentences"])
        assert report["megabytes"] < 200
    assert sum(refused.values()) >= 1000
    assert {"empty", "broken off", "of another kind", "bomb", "two in one", "noise"} <= {*refused}
    assert not [each for each in taken if each.split(": ")[1] not in MAY_PLAY]
    assert all(each.startswith("This ") and each.endswith(".") for each in sentences)
    assert not any(word in each for each in sentences for word in ("/", "Error", "Invalid"))


def looked_into(folder: Path, kinds: tuple[str, ...]) -> Process:
    folder.mkdir()
    command = [sys.executable, "-m", "tests.support.broken", str(folder), str(MEGABYTES), *kinds]
    return Process(command, log=folder / "log", cwd=TOP, env=environment())


@pytest.mark.parametrize("media", ["audio", "video", "recording"])
@pytest.mark.parametrize(
    "listed",
    [
        "ffconcat version 1.0\nfile whole.mp3\nduration 5\n",
        "ffconcat version 1.0\nfile {folder}/whole.mp3\nduration 5\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nwhole.mp3\n#EXT-X-ENDLIST\n",
    ],
    ids=["concat", "concat of a path", "HLS"],
)
def test_an_upload_has_no_other_file_opened(tmp_path: Path, media: Media, listed: str) -> None:
    """FFmpeg follows lists of files; what they name may be another person's."""
    (tmp_path / "whole.mp3").write_bytes((SAMPLES / "note.mp3").read_bytes())
    path = tmp_path / "list"
    path.write_text(listed.format(folder=tmp_path))
    with pytest.raises(BadMedia, match="not a"):
        inspect(path, "holiday.mp3", media=media)
