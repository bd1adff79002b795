"""The engines: what does a job's work. One entry an endpoint."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from lib.deapi.contract import endpoint
from lib.sandbox.config import Engines
from lib.sandbox.engines import films, pictures, sounds, stills, texts, tiny, upscale
from lib.sandbox.engines.base import Engine
from lib.sandbox.order import Order


def _always(seconds: float) -> Callable[[Order], float]:
    def of(_: Order) -> float:
        return seconds

    return of


_ENGINES: Mapping[str, Engine] = {
    "images.generations": Engine(pictures.render, pictures.seconds),
    "images.edits": Engine(stills.edit, _always(8)),
    "images.ocr": Engine(stills.ocr, _always(3)),
    "images.background-removals": Engine(stills.cutout, _always(2)),
    "images.upscales": Engine(upscale.render, upscale.seconds),
    "videos.generations": Engine(films.generation, films.seconds(30)),
    "videos.animations": Engine(films.animation, films.seconds(30)),
    "videos.audio-syncs": Engine(films.audio_sync, films.seconds(35)),
    "videos.replacements": Engine(films.replacement, films.seconds(40)),
    "videos.upscales": Engine(films.enlargement, films.seconds(20)),
    "audio.speech": Engine(sounds.speech, sounds.speech_seconds),
    "audio.music": Engine(sounds.music, sounds.music_seconds),
    "audio.transcriptions": Engine(sounds.transcription, sounds.transcription_seconds),
    "embeddings": Engine(texts.embeddings, _always(0.5)),
    "prompts.enhancements": Engine(texts.enhancement, _always(1.5)),
    "v1.prompt.image": Engine(texts.booster("images.generations"), _always(1.5)),
    "v1.prompt.image2image": Engine(texts.booster("images.edits"), _always(1.5)),
    "v1.prompt.video": Engine(
        texts.booster("videos.generations", "videos.animations"), _always(1.5)
    ),
    "v1.prompt.speech": Engine(texts.booster("audio.speech"), _always(1.5)),
    "v1.prompts.samples": Engine(texts.samples, _always(1)),
}


def engines(kind: Engines) -> Mapping[str, Engine]:
    """An engine for each endpoint; of `none` each takes as long and makes one tiny thing."""
    if kind == "real":
        return _ENGINES
    return {name: _tiny(name, engine) for name, engine in _ENGINES.items()}


def _tiny(name: str, engine: Engine) -> Engine:
    return replace(engine, render=tiny.RENDER.get(endpoint(name).result, engine.render))
