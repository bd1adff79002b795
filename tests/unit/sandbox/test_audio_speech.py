"""The speech engine: what is said, when, and in which voice, all of it measured."""

from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from lib.sandbox.catalogue import Catalogue
from lib.sandbox.engines.audio import clone, encode, kana, measure, speech
from lib.sandbox.engines.audio.design import design
from lib.sandbox.engines.audio.languages import language
from lib.sandbox.engines.audio.measure import Pitch
from lib.sandbox.engines.audio.speech import Spoken
from lib.sandbox.engines.audio.voices import VoiceTraits, preset
from lib.sandbox.engines.extra import optional

MODELS = Catalogue.shipped().of_types(["txt2audio"])
TEXT = "Hello world, this is a test. It costs 42 dollars — really? Yes!"


@cache
def said(traits: VoiceTraits, text: str = TEXT, lang: str = "en-us", speed: float = 1) -> Spoken:
    return speech.speak(text, lang=lang, traits=traits, speed=speed)


def pitch(spoken: Spoken) -> Pitch:
    found = measure.pitch(spoken.samples, spoken.rate)
    assert found is not None
    return found


def seconds(spoken: Spoken) -> float:
    return len(spoken.samples) / spoken.rate


def loudness(spoken: Spoken, start: float, end: float) -> float:
    part = spoken.samples[round(start * spoken.rate) : round(end * spoken.rate)]
    return float(np.sqrt(np.mean(part**2)))


def test_every_word_has_its_time() -> None:
    spoken = said(preset("af_sky"))
    words = [word.word for word in spoken.words]
    assert words == [token for token in TEXT.split() if token != "—"]
    times = [time for word in spoken.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[-1] <= seconds(spoken)
    assert all(word.end > word.start for word in spoken.words)
    pause = loudness(spoken, spoken.words[5].end + 0.06, spoken.words[6].start - 0.02)
    spoken_loudness = [loudness(spoken, word.start, word.end) for word in spoken.words]
    assert 20 * pause < min(spoken_loudness)


def test_the_same_order_gives_the_same_samples_whatever_was_said_before() -> None:
    voice = preset("am_onyx")
    first = said(voice)
    said(design("a whispering old woman"), "Quelque chose d'autre.", "fr")
    again = speech.speak(TEXT, lang="en-us", traits=voice)
    assert np.array_equal(first.samples, again.samples)


@pytest.mark.parametrize(
    ("lang", "text", "words"),
    [
        ("zh", "你好，世界。我喜欢红苹果。", "你好，世界。我喜欢红苹果。"),
        ("ja", "こんにちは、せかい。", "こんにちは、せかい。"),
        ("korean", "안녕하세요 세계.", "안녕하세요세계."),
        ("hi", "नमस्ते दुनिया", "नमस्तेदुनिया"),
        ("fr", "Où est l'œuf ?", "Oùestl'œuf"),
    ],
)
def test_other_scripts_are_spoken_with_word_times(lang: str, text: str, words: str) -> None:
    spoken = said(preset("vivian", "female"), text, lang)
    assert "".join(word.word for word in spoken.words) == words
    assert spoken.words[-1].end > 0.3
    assert pitch(spoken).voiced > 0.3


@pytest.mark.skipif(
    optional("pykakasi") is None, reason="requirements-engines.txt is not installed"
)
def test_kanji_are_read_as_japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "世界は広い。\nABC、赤いりんごが好きです。"
    spoken = said(VoiceTraits(), text, "ja")
    assert [word.word for word in spoken.words] == [
        "世界", "は", "広い。", "ABC、", "赤い", "りんごが", "好き", "です。",
    ]  # fmt: skip
    monkeypatch.setattr(kana, "optional", lambda _: None)
    spelled = speech.speak(text, lang="ja", traits=VoiceTraits())
    assert seconds(spelled) > 1.5 * seconds(spoken)


def test_every_language_of_the_catalogue_has_a_voice_of_its_own() -> None:
    slugs = {one["slug"] for model in MODELS for one in model.raw.get("languages") or ()}
    english = {slug for slug in slugs if language(slug).voice == "en-us"}
    assert english == {"en-us", "english", "en"}
    for voice in {language(slug).voice: slug for slug in slugs}.values():
        assert seconds(said(VoiceTraits(), "La la", voice)) > 0.2


def test_every_voice_of_the_catalogue_differs_and_fits_its_gender() -> None:
    voices = {
        one["slug"]: preset(one["slug"], one["gender"])
        for model in MODELS
        for lang in model.raw.get("languages") or ()
        for one in lang["voices"]
    }
    genders = {"m": range(80, 145), "f": range(165, 245)}
    for slug, voice in voices.items():
        if slug[2:3] == "_":
            assert int(voice.pitch) in genders[slug[1]]
    for one, other in combinations(voices.values(), 2):
        far = abs(np.log2(one.pitch / other.pitch)) > 0.02 or abs(one.tract - other.tract) > 0.01
        assert far or abs(one.spread - other.spread) > 0.3


@pytest.mark.parametrize("height", [75, 150, 345])
def test_a_voice_speaks_at_its_pitch(height: float) -> None:
    assert pitch(said(VoiceTraits(pitch=height))).middle == pytest.approx(height, rel=0.03)


@pytest.mark.parametrize("speed", [0.5, 1.5, 2])
def test_speed_is_speed(speed: float) -> None:
    usual = seconds(said(VoiceTraits()))
    assert usual / seconds(said(VoiceTraits(), speed=speed)) == pytest.approx(speed, rel=0.12)


@pytest.mark.parametrize(("height", "tilt", "pace"), [(80, -4, 0.75), (140, 0, 1.3), (300, 3, 1)])
def test_a_clone_has_the_pitch_the_colour_and_the_pace_of_its_reference(
    tmp_path: Path, height: float, tilt: float, pace: float
) -> None:
    text = "The quick brown fox jumps over the lazy dog near the river bank."
    source = said(VoiceTraits(pitch=height, tilt=tilt, pace=pace), text, "en-gb")
    path = tmp_path / "reference.mp3"
    encode.write(source.samples, source.rate, path, "mp3")

    copy = said(clone.clone(path, text=text))
    assert pitch(copy).middle == pytest.approx(pitch(source).middle, rel=0.03)
    colours = [measure.colour(one.samples, one.rate) for one in (copy, source)]
    assert np.abs(colours[0] - colours[1]).mean() < 2
    plain = said(VoiceTraits(pitch=height))
    if tilt:
        assert np.abs(measure.colour(plain.samples, plain.rate) - colours[1]).mean() > 3
    assert seconds(said(VoiceTraits())) / seconds(copy) == pytest.approx(pace, rel=0.15)


def test_a_silent_reference_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "reference.wav"
    encode.write(np.zeros(44_100, np.float32), 44_100, path, "wav")
    with pytest.raises(clone.Unreadable, match="silent"):
        clone.clone(path)


def test_what_a_design_names_can_be_heard() -> None:
    man, deep = said(design("a man")), said(design("a very deep man"))
    woman, child = said(design("a calm woman")), said(design("a small child"))
    heights = [pitch(one).middle for one in (deep, man, woman, child)]
    assert heights == sorted(heights)
    assert heights[1] > 1.15 * heights[0]
    assert heights[3] > 1.1 * heights[2]

    whisper = said(design("a whispering man"))
    found = measure.pitch(whisper.samples, whisper.rate)
    assert found is None or found.voiced < 0.2

    fast, slow = said(design("a fast man")), said(design("a slow man"))
    assert seconds(slow) > 1.5 * seconds(fast)
    assert pitch(said(design("a robot"))).spread < 1.5


def test_a_style_changes_a_preset_and_keeps_its_person() -> None:
    sky = preset("af_sky", "female")
    slow = design("read it slowly", sky)
    assert slow.pitch == sky.pitch
    assert slow.pace < 0.8 * sky.pace


@pytest.mark.parametrize(
    "text", ["", " … — ", "😀", "<speak>[[h@'loU]]</speak>", "a" * 3000, "\0x"]
)
def test_odd_texts_are_spoken_or_silent(text: str) -> None:
    spoken = said(VoiceTraits(), text)
    assert len(spoken.samples)
    assert np.isfinite(spoken.samples).all()
