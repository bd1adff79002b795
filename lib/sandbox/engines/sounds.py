"""Orders for sound: speech, music, and writing down what is said."""

import json
from pathlib import Path
from typing import Any

from lib.sandbox.engines.audio import encode, tag
from lib.sandbox.engines.audio.clone import clone
from lib.sandbox.engines.audio.design import design
from lib.sandbox.engines.audio.languages import language
from lib.sandbox.engines.audio.music.compose import compose
from lib.sandbox.engines.audio.speech import speak
from lib.sandbox.engines.audio.transcribe import transcribe
from lib.sandbox.engines.audio.voices import Gender, VoiceTraits, preset
from lib.sandbox.engines.base import CannotRender, Outputs
from lib.sandbox.order import Order

NO_INTERNET = "This sandbox has no internet: give it the file itself instead of its address."


def speech(order: Order, folder: Path) -> Outputs:
    """The text goes into the file, so that the sandbox can write it down again."""
    params = order.params
    lang = params["lang"]
    spoken = speak(params["text"], lang=lang, traits=_voice(order), speed=params["speed"])
    name = f"result.{params['format']}"
    encode.write(
        spoken.samples,
        spoken.rate,
        folder / name,
        params["format"],
        sample_rate=params["sample_rate"],
        comment=tag.told(tag.Told(params["text"], language(lang).code, spoken.words)),
    )
    return Outputs(name)


def music(order: Order, folder: Path) -> Outputs:
    params = order.params
    sung = params.get("vocal_language")
    made = compose(
        params["caption"],
        duration=params["duration"],
        seed=params["seed"],
        bpm=params.get("bpm"),
        keyscale=params.get("keyscale"),
        timesignature=params.get("timesignature"),
        lyrics=params["lyrics"],
        vocal_language=sung,
        steps=params["inference_steps"],
        guidance=params["guidance_scale"],
        reference=order.file("reference_audio"),
    )
    name = f"result.{params['format']}"
    text = " ".join(word.word for word in made.words)
    told = tag.told(tag.Told(text, language(sung or "en").code, made.words)) if text else None
    encode.write(made.samples, made.rate, folder / name, params["format"], comment=told)
    return Outputs(name)


def transcription(order: Order, folder: Path) -> Outputs:
    params = order.params
    path = order.file("source_file")
    if path is None:
        raise CannotRender(NO_INTERNET)
    heard = transcribe(
        path,
        language=params.get("lang"),
        timestamps=params["include_ts"],
        level=params.get("ts_level") or "segment",
        diarize=params.get("diarize", False),
    )
    text = json.dumps(heard.as_json(), ensure_ascii=False) if heard.structured else heard.text
    name = "result.json" if heard.structured else "result.txt"
    (folder / name).write_text(text, encoding="utf-8")
    return Outputs(name, text=text, more={"transcription": _described(heard.as_json())})


def speech_seconds(order: Order) -> float:
    """Speech of a minute takes about ten seconds."""
    return 2.0 + len(order.params["text"]) / 100


def music_seconds(order: Order) -> float:
    return 8.0 + order.params["duration"] / 10


def transcription_seconds(order: Order) -> float:
    measured = order.measure("source_file")
    return 3.0 + ((measured and measured.seconds) or 60.0) / 20


def _described(transcript: dict[str, Any]) -> dict[str, Any]:
    """What the job says about its transcript (gotchas §1)."""
    names = ("language", "ts_level", "diarization_available")
    level = transcript["ts_level"]
    return {name: transcript[name] for name in names} | {"structured": level != "none"}


def _voice(order: Order) -> VoiceTraits:
    """A ready one, one like in a recording, or one as described; a description of a ready voice is
    its style (gotchas §6)."""
    params = order.params
    reference, voice = order.file("ref_audio"), params.get("voice")
    if reference is not None:
        return clone(reference, text=params.get("ref_text"))
    ready = preset(voice, _gender(order, voice)) if voice else None
    if instruct := params.get("instruct"):
        return design(instruct, ready)
    return ready or preset(order.chosen.slug)


def _gender(order: Order, voice: str) -> Gender | None:
    for spoken in order.chosen.raw.get("languages") or ():
        for each in spoken.get("voices") or ():
            if each.get("slug") == voice:
                return each.get("gender")
    return None
