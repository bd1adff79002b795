"""Voices from a description: the words that name something audible are followed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from lib.sandbox.engines.audio.voices import VoiceTraits, preset

_WOMAN = ("woman", "female", "lady", "mother", "queen", "actress", "she", "her")
_MAN = ("man", "male", "gentleman", "father", "king", "actor", "he", "his")
_CHILD = ("child", "kid", "boy", "girl", "toddler", "little", "childlike")
_YOUNG = ("young", "teenage", "teenager", "youthful", "teen")
_OLD = ("old", "elderly", "aged", "ancient", "grandma", "grandmother", "grandpa", "grandfather")
_GRANDMOTHER = ("grandma", "grandmother", "girl")

Change = Callable[[VoiceTraits], VoiceTraits]


def _times(**factors: float) -> Change:
    """These traits, as multiples of what they were."""
    return lambda voice: replace(
        voice, **{name: getattr(voice, name) * factor for name, factor in factors.items()}
    )


def _set(**values: float) -> Change:
    return lambda voice: replace(voice, **values)


def _more(**steps: float) -> Change:
    """These traits, by so much more."""
    return lambda voice: replace(
        voice, **{name: getattr(voice, name) + step for name, step in steps.items()}
    )


_WORDS: Mapping[tuple[str, ...], tuple[Change, ...]] = {
    ("deep", "low", "bass", "baritone", "booming"): (
        _times(pitch=0.76, tract=0.94),
        _more(tilt=-1),
    ),
    ("high", "squeaky", "shrill", "piping", "soprano"): (_times(pitch=1.35, tract=1.06),),
    ("whisper", "whispering", "whispered", "whispery"): (_set(breath=1),),
    ("soft", "softly", "breathy", "airy", "gentle", "gently", "tender", "husky"): (
        _more(breath=0.4, tilt=-0.5),
        _times(pace=0.95),
    ),
    ("rough", "raspy", "gravelly", "hoarse", "gruff", "growling", "harsh"): (_more(rough=0.8),),
    ("fast", "quick", "quickly", "rapid", "rapidly", "hurried", "brisk"): (_times(pace=1.35),),
    ("slow", "slowly", "unhurried", "drawling"): (_times(pace=0.72),),
    ("calm", "calmly", "relaxed", "soothing", "serene", "peaceful", "sleepy", "meditative"): (
        _times(pace=0.85, spread=0.6),
        _more(tilt=-0.5),
    ),
    (
        "energetic",
        "excited",
        "excitedly",
        "enthusiastic",
        "lively",
        "cheerful",
        "happy",
        "joyful",
    ): (
        _times(pace=1.15, spread=1.5, pitch=1.1),
        _more(tilt=0.8),
    ),
    ("angry", "furious", "shouting", "aggressive"): (
        _times(pace=1.1, spread=1.3, pitch=1.12),
        _more(rough=0.5, tilt=2),
    ),
    ("sad", "sorrowful", "melancholic", "tired", "gloomy"): (
        _times(pace=0.85, spread=0.6, pitch=0.92),
        _more(breath=0.15, tilt=-1.5),
    ),
    ("dramatic", "expressive", "theatrical", "storyteller"): (_times(spread=1.7),),
    ("monotone", "monotonous", "flat", "robot", "robotic", "machine", "emotionless"): (
        _set(spread=0.4),
    ),
    ("warm", "dark", "mellow", "rich", "velvety", "smooth"): (_more(tilt=-2),),
    ("bright", "crisp", "clear", "sharp", "metallic", "thin", "nasal"): (_more(tilt=2),),
    ("trembling", "shaky", "nervous", "frail", "quavering"): (_more(tremor=0.7),),
    _OLD: (_more(tremor=0.6, rough=0.3, breath=0.15), _times(pace=0.85)),
    _YOUNG: (_times(pitch=1.1, tract=1.04),),
}
_STRONGER = ("very", "extremely", "really", "super", "so")


def design(instruct: str, base: VoiceTraits | None = None) -> VoiceTraits:
    """The voice that `instruct` describes, or `base` spoken in the style that it asks for.

    What it doesn't name differs a little from text to text. Words are looked for in English.
    """
    words = re.findall(r"[a-z]+", instruct.lower())
    voice = base or _person(words, instruct)
    for names, changes in _WORDS.items():
        found = [index for index, word in enumerate(words) if word in names]
        if not found:
            continue
        for _ in range(2 if words[max(0, found[0] - 1)] in _STRONGER else 1):
            for change in changes:
                voice = change(voice)
    return _possible(voice)


def _person(words: list[str], instruct: str) -> VoiceTraits:
    """Somebody of the sex and age that the words name."""
    if any(word in _CHILD for word in words):
        drawn = preset(instruct, "female")
        return replace(drawn, pitch=105 + drawn.pitch, tract=drawn.tract * 1.12, spread=6, rough=0)
    female = any(word in (*_WOMAN, *_GRANDMOTHER) for word in words)
    male = any(word in _MAN for word in words)
    gender = "female" if female else "male" if male or "deep" in words else None
    return replace(preset(instruct, gender), breath=0, rough=0)


def _possible(voice: VoiceTraits) -> VoiceTraits:
    """Within what can still be understood."""
    return replace(
        voice,
        pitch=min(max(voice.pitch, 62), 420),
        spread=min(max(voice.spread, 0.4), 10),
        tract=min(max(voice.tract, 0.84), 1.34),
        breath=min(voice.breath, 1),
        rough=min(voice.rough, 1),
        tremor=min(voice.tremor, 1),
        tilt=min(max(voice.tilt, -5), 5),
        pace=min(max(voice.pace, 0.55), 1.8),
    )
