"""What languages are called, by ISO code."""

from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


def some(*codes: str) -> Mapping[str, str]:
    """These languages, in this order."""
    return {code: LANGUAGES[code] for code in codes}


def is_language(value: str, code: str) -> bool:
    """Whether a catalogue's name for a language, say `en-us` or `english`, means this one."""
    name = value.casefold()
    return name.partition("-")[0] == code or name == LANGUAGES[code].casefold()
