"""What a caption says about the music: genre, mood and instruments."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Style:
    """The names of patches are those of `patches`, an empty one leaves its part out."""

    tempo: tuple[int, int] = (92, 116)
    minor: bool | None = None
    """None: either."""
    meter: int = 4
    swing: float = 0
    """How late every other eighth comes, in eighths."""
    drums: str = "backbeat"
    bass: str = "steady"
    """How it walks; its patch is `low`."""
    low: str = "bass"
    chords: str = "pad"
    figure: str = "pluck"
    """The patch that breaks the chords."""
    lead: str = "lead"
    sevenths: bool = False
    noise: float = 0
    """A record's crackle."""
    space: float = 0.22
    """Reverberation."""
    gender: str | None = None


_GENRES: Mapping[str, dict[str, Any]] = {
    r"ambient|meditat\w*|drone|sleep\w*|spa|soundscape": {
        "tempo": (58, 74), "drums": "", "bass": "long", "figure": "bell", "lead": "flute",
        "space": 0.5,
    },
    r"lo-?fi|chill\w*|study|vapou?rwave": {
        "tempo": (70, 86), "drums": "soft", "bass": "steady", "figure": "keys", "lead": "keys",
        "swing": 0.28, "sevenths": True, "noise": 0.012, "minor": True,
    },
    r"house|techno|edm|dance|club|trance|disco|electro\w*": {
        "tempo": (120, 130), "drums": "four", "bass": "off", "low": "synth", "figure": "stab",
        "minor": True,
    },
    r"drum and bass|dnb|jungle": {
        "tempo": (168, 176), "drums": "broken", "bass": "long", "low": "synth", "minor": True,
    },
    r"synth-?wave|retro-?wave|80s|synth-?pop": {
        "tempo": (100, 116), "bass": "octaves", "low": "synth", "figure": "stab", "minor": True,
    },
    r"hip[- ]?hop|rap|boom bap": {
        "tempo": (84, 94), "drums": "broken", "bass": "long", "figure": "keys", "minor": True,
        "swing": 0.12,
    },
    r"trap|drill": {
        "tempo": (134, 146), "drums": "half", "bass": "long", "low": "boom", "figure": "bell",
        "minor": True,
    },
    r"rock|punk|grunge|indie": {
        "tempo": (118, 142), "bass": "drive", "chords": "fuzz", "figure": "guitar",
        "space": 0.12,
    },
    r"metal|hardcore": {
        "tempo": (140, 168), "drums": "drive", "bass": "drive", "chords": "fuzz", "figure": "",
        "minor": True, "space": 0.1,
    },
    r"jazz|swing|blues|bebop": {
        "tempo": (104, 140), "drums": "ride", "bass": "walk", "low": "upright", "chords": "",
        "figure": "keys", "lead": "brass", "swing": 0.32, "sevenths": True, "space": 0.15,
    },
    r"funk|soul|r&b|groove|motown": {
        "tempo": (96, 112), "bass": "octaves", "figure": "keys", "lead": "brass",
        "sevenths": True, "drums": "broken",
    },
    r"bossa|samba|latin|salsa|reggae\w*|dub|calypso|afro\w*": {
        "tempo": (88, 112), "drums": "latin", "bass": "off", "figure": "guitar", "lead": "flute",
    },
    r"folk|acoustic|country|bluegrass|campfire|ballad": {
        "tempo": (88, 112), "drums": "shaker", "chords": "", "figure": "guitar",
        "low": "upright", "lead": "flute", "minor": False,
    },
    r"classical|orchestra\w*|symphon\w*|baroque|chamber": {
        "tempo": (76, 104), "drums": "", "bass": "long", "low": "strings", "chords": "strings",
        "figure": "piano", "lead": "flute", "space": 0.35,
    },
    r"cinematic|epic|trailer|film|soundtrack|heroic": {
        "tempo": (80, 108), "drums": "timpani", "bass": "drive", "low": "strings",
        "chords": "strings", "figure": "strings", "lead": "brass", "space": 0.4, "minor": True,
    },
    r"waltz": {"meter": 3, "figure": "piano", "tempo": (96, 132)},
    r"march\w*|polka": {"meter": 2, "lead": "brass", "tempo": (108, 120), "minor": False},
    r"lullaby|music box": {
        "tempo": (66, 80), "drums": "", "figure": "bell", "lead": "bell", "minor": False,
    },
    r"8-?bit|chip-?tune|video ?game|arcade": {
        "tempo": (124, 150), "chords": "", "figure": "chip", "lead": "chip", "low": "chip",
        "space": 0.05,
    },
}  # fmt: skip
_INSTRUMENTS: Mapping[str, dict[str, Any]] = {
    r"piano|keys|keyboard": {"figure": "piano"},
    r"rhodes|electric piano": {"figure": "keys"},
    r"guitars?|ukulele|banjo|harp": {"figure": "guitar"},
    r"bells?|glockenspiel|celesta|vibraphone|marimba": {"figure": "bell"},
    r"strings?|violins?|cellos?": {"chords": "strings"},
    r"organ|church": {"chords": "organ"},
    r"flute|whistle|pan pipes?|ocarina": {"lead": "flute"},
    r"brass|trumpets?|horns?|sax\w*|trombones?": {"lead": "brass"},
    r"pads?": {"chords": "pad"},
    r"distort\w*|electric guitars?": {"chords": "fuzz"},
}
_MOODS: Mapping[str, dict[str, Any]] = {
    r"happy|upbeat|cheerful|joyful|sunny|uplifting|bright|playful|summer": {"minor": False},
    r"sad|dark|melanchol\w*|moody|gloomy|tense|scary|sinister|lonely|night|mysterious": {
        "minor": True
    },
    r"(no|without) (drums|percussion|beats?)|drumless|a cappella|beatless": {"drums": ""},
    r"(female|woman|girl)\w*": {"gender": "female"},
    r"(male|man|boy)\w*": {"gender": "male"},
}
_FASTER = r"fast|energetic|driving|upbeat|intense|high-?energy|frantic|up-?tempo"
_SLOWER = r"slow|calm|relax\w*|gentle|peaceful|soft|mellow|dreamy|down-?tempo"


def styled(caption: str) -> Style:
    """Later words change what earlier ones set, and instruments what genres do."""
    text = caption.lower()
    style = Style()
    for table in (_GENRES, _INSTRUMENTS, _MOODS):
        for pattern, changes in sorted(table.items(), key=lambda entry: _place(entry[0], text)):
            if _place(pattern, text) < len(text):
                style = replace(style, **changes)
    low, high = style.tempo
    factor = 1.15 ** (_said(_FASTER, text) - _said(_SLOWER, text))
    return replace(style, tempo=(round(low * factor), round(high * factor)))


def _place(pattern: str, text: str) -> int:
    found = re.search(rf"\b(?:{pattern})\b", text)
    return found.start() if found else len(text)


def _said(pattern: str, text: str) -> bool:
    return _place(pattern, text) < len(text)
