"""Transcripts: our own speech comes back exactly, a recording nearly, and the rest says why not."""

import json
import re
from pathlib import Path

import av
import numpy as np
import pytest

from lib.sandbox.engines.audio import encode, hear, speakers, speech, tag
from lib.sandbox.engines.audio.speech import Spoken
from lib.sandbox.engines.audio.transcribe import CANNOT, transcribe
from lib.sandbox.engines.audio.transcript import Segment
from lib.sandbox.engines.audio.voices import VoiceTraits, preset

RECORDING = Path(__file__).parents[2] / "data" / "amiable.flac"
SENTENCE = "He might even have been made amiable himself"
TEXT = "Dear all! This was said by “the sandbox”, wasn't it? So it knows: 3.5 ways…"

needs_ears = pytest.mark.skipif(
    not hear.is_there(), reason="requirements-engines.txt is not installed"
)


def said(path: Path, text: str = TEXT, lang: str = "en") -> Spoken:
    """The text as a file that the sandbox spoke."""
    spoken = speech.speak(text, lang=lang, traits=preset("af_sky"))
    note = tag.told(tag.Told(text, lang, spoken.words))
    encode.write(spoken.samples, spoken.rate, path, path.suffix[1:], comment=note)
    return spoken


def word_error(truth: str, heard: str) -> float:
    """Words to put in, take out or change, for each word of the truth."""
    one, other = (re.findall(r"[a-z']+", text.lower()) for text in (truth, heard))
    row = list(range(len(other) + 1))
    for number, word in enumerate(one, 1):
        above, row[0] = row[:], number
        for place, guess in enumerate(other, 1):
            change = above[place - 1] + (word != guess)
            row[place] = min(change, above[place] + 1, row[place - 1] + 1)
    return row[-1] / len(one)


@pytest.mark.parametrize("format_", encode.FORMATS)
def test_our_own_speech_comes_back_word_for_word_with_its_times(
    tmp_path: Path, format_: str
) -> None:
    path = tmp_path / f"speech.{format_}"
    spoken = said(path)
    found = transcribe(path, timestamps=True, level="word", diarize=True)
    assert (found.text, found.language, found.level) == (TEXT, "en", "word")
    words = [(word.word, word.start, word.end) for one in found.segments for word in one.words]
    assert words == [(word.word, word.start, word.end) for word in spoken.words]
    assert [one.text for one in found.segments] == [
        "Dear all!",
        "This was said by “the sandbox”, wasn't it?",
        "So it knows: 3.5 ways…",
    ]
    assert {one.speaker for one in found.segments} == {"SPEAKER_00"}


def test_the_levels_nest_in_the_json(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    said(path)
    whole = transcribe(path, timestamps=True, level="char").as_json()
    json.dumps(whole, allow_nan=False)
    assert set(whole) == {
        "text", "language", "language_probability", "ts_level", "diarization_available", "segments",
    }  # fmt: skip
    for segment in whole["segments"]:
        assert segment["words"][0]["start"] == segment["start"]
        for word in segment["words"]:
            assert "".join(one["char"] for one in word["chars"]) == word["word"]
            assert word["chars"][-1]["end"] == pytest.approx(word["end"], abs=0.002)
    coarse = transcribe(path, timestamps=True).as_json()
    assert [one["words"] for one in coarse["segments"]] == [[], [], []]
    assert not transcribe(path).structured


def test_speech_without_spaces_comes_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "speech.mp3"
    said(path, "你好，世界。我喜欢红苹果。", "zh")
    found = transcribe(path, timestamps=True, level="word")
    assert "".join(one.text for one in found.segments) == "你好，世界。我喜欢红苹果。"
    assert len(found.segments) == 2


def test_the_sound_of_a_video_is_transcribed(tmp_path: Path) -> None:
    spoken = speech.speak(TEXT, lang="en", traits=VoiceTraits())
    path = tmp_path / "film.mp4"
    note = tag.told(tag.Told(TEXT, "en", spoken.words))
    with av.open(str(path), "w") as out:
        out.metadata["comment"] = note
        picture = out.add_stream("libx264", rate=10)
        picture.width, picture.height = 64, 64
        sound = out.add_stream("aac", rate=spoken.rate, layout="mono")
        for _ in range(10):
            black = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
            out.mux(picture.encode(black))
        frame = av.AudioFrame.from_ndarray(spoken.samples[None, :], "fltp", "mono")
        frame.sample_rate = spoken.rate
        out.mux(sound.encode(frame))
        out.mux(sound.encode(None))
        out.mux(picture.encode(None))
    assert transcribe(path).text == TEXT


@needs_ears
def test_a_recorded_sentence_is_heard() -> None:
    found = transcribe(RECORDING, timestamps=True, level="word", diarize=True)
    assert word_error(SENTENCE, found.text) < 0.4
    words = [word for one in found.segments for word in one.words]
    assert 0 < words[0].start < words[-1].end < 3.3
    assert all(0 <= word.score <= 1 for word in words)
    assert {one.speaker for one in found.segments} == {"SPEAKER_00"}


def test_without_the_extra_it_says_that_it_cannot_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hear, "is_there", lambda: False)
    found = transcribe(RECORDING, timestamps=True)
    assert found.text.startswith(CANNOT)
    assert "requirements-engines.txt" in found.text
    assert [one.text for one in found.segments] == [found.text]


def test_another_language_and_silence_are_not_guessed_at(tmp_path: Path) -> None:
    assert "English only" in transcribe(RECORDING, language="de").text
    path = tmp_path / "silence.wav"
    encode.write(np.zeros(16_000, np.float32), 16_000, path, "wav")
    assert "silent" in transcribe(path).text


@pytest.mark.parametrize(
    "note",
    [
        "[1, 2]",
        '{"made_by": "x"}',
        '{"made_by": "x", "text": "a", "language": "en", "words": [["a", 5, 1e999]]}',
        '{"made_by": "x", "text": "a", "language": "en", "words": [["a", 5, 2]]}',
        '{"made_by": "x", "text": "a", "language": "en", "words": [["a", 0, 99000]]}',
        '{"made_by": "x", "text": 1, "language": "en", "words": []}',
        "[" * 100_000,
    ],
)
def test_a_forged_comment_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, note: str
) -> None:
    monkeypatch.setattr(hear, "is_there", lambda: False)
    path = tmp_path / "forged.wav"
    encode.write(np.full(8000, 0.1, np.float32), 8000, path, "wav", comment=note)
    assert transcribe(path).text.startswith(CANNOT)


def test_two_voices_are_two_speakers() -> None:
    parts = [speech.speak("Good morning to you.", lang="en", traits=VoiceTraits(pitch=height))
             for height in (110, 210, 112)]  # fmt: skip
    segments: list[Segment] = []
    at = 0.0
    for part in parts:
        segments.append(Segment(at, at + len(part.samples) / part.rate, ""))
        at = segments[-1].end
    samples = np.concatenate([part.samples for part in parts])
    named = speakers.named(segments, samples, parts[0].rate)
    assert [one.speaker for one in named] == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]
