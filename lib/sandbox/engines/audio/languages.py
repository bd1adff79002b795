"""Which of eSpeak NG's voices speaks a language of the catalogue."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    """ISO 639-1, as transcripts name it."""
    voice: str
    """The name of eSpeak NG's voice."""


_ENGLISH = Language("en", "en-us")
_LANGUAGES = {
    ("en", "en-us", "english", "american"): _ENGLISH,
    ("en-gb", "en-uk", "british"): Language("en", "en"),
    ("ar", "arabic"): Language("ar", "ar"),
    ("cs", "czech"): Language("cs", "cs"),
    ("da", "danish"): Language("da", "da"),
    ("de", "german"): Language("de", "de"),
    ("el", "greek"): Language("el", "el"),
    ("es", "spanish"): Language("es", "es"),
    ("fi", "finnish"): Language("fi", "fi"),
    ("fr", "fr-fr", "french"): Language("fr", "fr"),
    ("he", "hebrew"): Language("he", "he"),
    ("hi", "hindi"): Language("hi", "hi"),
    ("hu", "hungarian"): Language("hu", "hu"),
    ("id", "indonesian"): Language("id", "id"),
    ("it", "italian"): Language("it", "it"),
    ("ja", "japanese"): Language("ja", "ja"),
    ("ko", "korean"): Language("ko", "ko"),
    ("ms", "malay"): Language("ms", "ms"),
    ("nl", "dutch"): Language("nl", "nl"),
    ("no", "nb", "norwegian"): Language("no", "nb"),
    ("pl", "polish"): Language("pl", "pl"),
    ("pt", "pt-pt", "portuguese"): Language("pt", "pt"),
    ("pt-br", "brazilian"): Language("pt", "pt-br"),
    ("ro", "romanian"): Language("ro", "ro"),
    ("ru", "russian"): Language("ru", "ru"),
    ("sv", "swedish"): Language("sv", "sv"),
    ("sw", "swahili"): Language("sw", "sw"),
    ("tr", "turkish"): Language("tr", "tr"),
    ("uk", "ukrainian"): Language("uk", "uk"),
    ("vi", "vietnamese"): Language("vi", "vi"),
    ("zh", "zh-cn", "cmn", "chinese", "mandarin"): Language("zh", "cmn"),
    ("yue", "cantonese"): Language("yue", "yue"),
}
_BY_NAME = {name: language for names, language in _LANGUAGES.items() for name in names}


def language(name: str) -> Language:
    """A language by slug, code or English name; American English for one that is not known."""
    name = name.strip().lower().replace("_", "-")
    return _BY_NAME.get(name) or _BY_NAME.get(name.split("-")[0]) or _ENGLISH
