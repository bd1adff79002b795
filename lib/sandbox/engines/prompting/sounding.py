"""Enhancing captions of music."""

from collections.abc import Mapping
from typing import NamedTuple

from lib.sandbox.engines.chance import pick
from lib.sandbox.engines.prompting.added import Part, extended


class _Genre(NamedTuple):
    words: str
    instruments: tuple[str, ...]
    rhythm: tuple[str, ...]
    mood: tuple[str, ...]
    sound: tuple[str, ...]


_GENRES = (
    _Genre(
        "lofi lo-fi chill chillhop study",
        ("dusty electric piano and mellow bass", "soft guitar loops and upright bass"),
        ("lazy boom-bap drums", "swung, laid-back drums"),
        ("calm and a little nostalgic", "warm and sleepy"),
        ("vinyl crackle, rounded highs", "tape warmth"),
    ),
    _Genre(
        "rock punk grunge indie guitar band metal",
        ("driving electric guitars and bass", "overdriven guitars over a tight rhythm section"),
        ("steady live drums with open hi-hats", "a straight, pushing beat"),
        ("energetic and determined", "raw and hopeful"),
        ("wide guitars, punchy drums", "a live-room sound"),
    ),
    _Genre(
        "jazz swing bebop blues saxophone",
        ("piano trio with a muted trumpet", "tenor saxophone, double bass and brushed drums"),
        ("a swinging ride cymbal", "a relaxed shuffle"),
        ("smoky and intimate", "playful and elegant"),
        ("a small club, close microphones", "warm analogue recording"),
    ),
    _Genre(
        "classical orchestra orchestral symphony piano string violin cello cinematic epic film"
        " trailer score",
        ("strings with horns answering", "solo piano carried by a string section"),
        ("slowly building dynamics", "a broad, breathing tempo"),
        ("moving and hopeful", "solemn, then triumphant"),
        ("a large hall", "wide orchestral image"),
    ),
    _Genre(
        "electronic techno house edm trance dance club synthwave synth disco",
        ("analogue synths and a pulsing bass line", "plucked arpeggios over warm pads"),
        ("a four-on-the-floor kick with crisp hats", "a steady club beat with a clear drop"),
        ("uplifting and hypnotic", "nocturnal and sleek"),
        ("tight low end, side-chained pads", "wide stereo, polished mix"),
    ),
    _Genre(
        "ambient meditation drone sleep relaxing calm spa",
        ("slow pads and distant bells", "soft drones with felt piano notes"),
        ("no drums, slow swells", "free of pulse, long phrases"),
        ("weightless and peaceful", "quiet and spacious"),
        ("long reverb, gentle highs", "deep, airy space"),
    ),
    _Genre(
        "folk acoustic country singer-songwriter banjo fiddle",
        ("fingerpicked acoustic guitar with fiddle", "acoustic guitar, mandolin and soft bass"),
        ("a gentle stomp and tambourine", "an easy walking rhythm"),
        ("warm and honest", "wistful and open"),
        ("close and natural, little reverb", "recorded in one room"),
    ),
    _Genre(
        "hip-hop hiphop rap trap drill beat",
        ("deep 808 bass and sparse keys", "chopped soul samples over sub bass"),
        ("crisp snares and rolling hi-hats", "a heavy half-time beat"),
        ("confident and cool", "dark and focused"),
        ("dry vocals-up-front mix", "hard-hitting drums"),
    ),
    _Genre(
        "latin salsa bossa samba reggae reggaeton afrobeat ska tango flamenco",
        ("nylon guitar, hand percussion and bass", "brass stabs over congas and piano"),
        ("a syncopated groove with shakers", "an off-beat rhythm that sways"),
        ("sunny and inviting", "sensual and lively"),
        ("open, airy mix", "percussion spread wide"),
    ),
    _Genre(
        "funk soul gospel r&b rnb motown groove",
        ("slap bass, clavinet and horn stabs", "electric piano, tight guitar and horns"),
        ("a syncopated sixteenth-note groove", "a deep pocket with ghost notes"),
        ("playful and self-assured", "warm and uplifting"),
        ("dry, close drums", "a warm, live mix"),
    ),
    _Genre(
        "",
        (
            "piano, bass and light drums",
            "guitars, soft synths and bass",
            "keys and a warm bass line",
        ),
        ("a clear, steady groove", "a mid-tempo beat"),
        ("hopeful and warm", "bright and easy-going", "thoughtful but not sad"),
        ("balanced, modern mix", "clean and spacious production"),
    ),
)
_INSTRUMENTS = (
    "guitars?|piano|bass|brass|horns?|strings|synths?|sax|violins?|flutes?|organ|trumpet|cello|choir"
    "|percussion|harp|banjo|fiddle|keys|pads?"
)
_MOODS = (
    "mood|feel|sad|happy|dark|hopeful|calm|angry|joyful|upbeat|cheerful|melanchol|energetic|gentle"
    "|aggressive|uplifting|peaceful|romantic|relax"
)
_FORMS = ("a short intro, a memorable theme, a calm ending", "builds from verse to a full chorus")
_BY_WORD: Mapping[str, _Genre] = {word: genre for genre in _GENRES for word in genre.words.split()}


def sounding(caption: str, model: str, longest: int) -> str:
    """A caption with instruments, rhythm, mood, sound and form, where it doesn't name them."""
    genre = _genre(caption)
    chance = (caption, model)
    parts = (
        Part(pick(genre.instruments, "instruments", *chance), _INSTRUMENTS),
        Part(pick(genre.rhythm, "rhythm", *chance), "drum|beat|bpm|rhythm|groove|tempo"),
        Part(pick(genre.mood, "mood", *chance), _MOODS),
        Part(pick(genre.sound, "sound", *chance), "mix|production|reverb|recorded|lo-?fi|sound"),
        Part(pick(_FORMS, "form", *chance), "intro|chorus|verse|outro|build|loop"),
    )
    return extended(caption, parts, longest)


def _genre(caption: str) -> _Genre:
    for word in caption.lower().replace(",", " ").split():
        if genre := _BY_WORD.get(word) or _BY_WORD.get(word.removesuffix("s")):
            return genre
    return _GENRES[-1]
