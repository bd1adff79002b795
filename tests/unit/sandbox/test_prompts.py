"""The prompt engine: the person's words stay, ours are useful, and the same call is the same."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lib.sandbox.engines.prompting.samples import languages
from lib.sandbox.engines.prompts import enhance, samples

KINDS = (
    *("images.generations", "images.edits", "images.upscales", "images.background-removals"),
    *("images.ocr", "videos.generations", "videos.animations", "videos.upscales"),
    *("videos.background-removals", "videos.transcriptions", "audio.speech", "audio.music"),
    *("audio.transcriptions", "embeddings"),
)
PROMPTS = (
    "a cat",
    "An old harbour at dusk.",
    "xyz",
    "ein roter Fuchs im Schnee",
    "🦊🦊🦊",
    "a, b;",
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_stay_and_the_same_call_is_the_same(kind: str) -> None:
    for prompt in PROMPTS:
        better = enhance(kind, prompt, negative="dogs, blurry", model="one")
        if kind == "audio.speech":  # a sentence, as one is spoken
            assert prompt.lower().strip(" ;") in better.prompt.lower()
        else:
            assert better.prompt.startswith(prompt.rstrip(" ;"))
        assert len(prompt) <= len(better.prompt) <= 600
        assert better.negative.startswith("dogs, blurry")
        assert better.negative.count("blurry") == 1
        assert enhance(kind, prompt, negative="dogs, blurry", model="one") == better
        assert enhance(kind, prompt, longest=len(prompt)).prompt.lower() == prompt.lower()


def test_nothing_is_said_twice_or_against_the_prompt() -> None:
    full = "portrait at night, 35 mm lens, wide shot, highly detailed, blurred background"
    better = enhance("images.generations", full)
    assert not any(word in better.prompt[len(full) :] for word in ("light", " mm", "view"))
    assert "blurry" not in better.negative
    assert "deformed hands" in better.negative
    assert enhance("images.generations", "an oil painting of a dog").prompt.count(" lens") == 0
    assert "natural" in enhance("videos.generations", "a calm horse").prompt
    assert "piano" not in enhance("audio.music", "funk with slap bass").prompt
    for kind in KINDS:  # what has been enhanced has little to add
        once = enhance(kind, "a wolf on a hill").prompt
        assert len(enhance(kind, once).prompt) < len(once) + 260


def test_a_picture_is_told_about(tmp_path: Path) -> None:
    picture = tmp_path / "dark.png"
    Image.new("RGB", (90, 160), "#1c2f6b").save(picture)
    for kind in ("images.edits", "videos.animations", "images.generations"):
        better = enhance(kind, "more stars", picture=picture).prompt
        assert "dark, portrait format, mainly blue" in better


def test_speech_is_written_as_it_is_spoken() -> None:
    def said(text: str, language: str = "") -> str:
        return enhance("audio.speech", text, language=language).prompt

    assert said("tea  & cake for $5") == "Tea and cake for 5 dollars."
    assert (
        said("Es sind 5 % & mehr, z. B. hier") == "Es sind 5 Prozent und mehr, zum Beispiel hier."
    )
    assert said("5 % de plus & encore", "fr-fr") == "5 pour cent de plus et encore."
    assert said("One.\n\nTwo") == "One.\n\nTwo."
    assert said("a calm voice").startswith("a calm voice, ")


@pytest.mark.parametrize("kind", ["text2image", "text2speech"])
def test_samples_name_the_topic_and_belong_to_its_theme(kind: Any) -> None:
    assert languages() == {"en", "de", "es", "fr", "pl"}
    for language in languages():
        every = samples(kind, "", language)
        assert len(every) == len(set(every)) >= 16
        assert all(40 < len(text) < 260 and "{" not in text for text in every)
        named = samples(kind, "Quastenflosser", language)
        assert len(named) >= 3
        assert all("Quastenflosser" in text for text in named)
    assert "fox" in " ".join(samples(kind, "wild foxes in winter", "en-us")).lower()
    assert samples(kind, "Katzen", "de")[-1] in samples(kind, "", "de")
    assert samples(kind, "cats", "xx") == samples(kind, "cats", "en")
    assert len(samples(kind, "x" * 500)[0]) < 400
