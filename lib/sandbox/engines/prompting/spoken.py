"""Enhancing texts to be spoken, and descriptions of a voice."""

import re
from collections.abc import Mapping

from lib.sandbox.engines.chance import pick
from lib.sandbox.engines.prompting.added import Part, extended

_VOICE = re.compile(
    r"\b(?:voices?|speaker|narrator|accent|baritone|soprano|announcer)\b", re.IGNORECASE
)
_DESCRIPTION = 25
"""Words; a longer text that names a voice is one to be spoken."""
_PACE = ("an unhurried pace with natural pauses", "a steady, clear pace")
_TONE = ("warm and close", "calm and assured", "friendly, with a smile in it")
_CLEAR = ("clear pronunciation, dry studio sound", "crisp consonants, no background noise")

_SPOKEN: Mapping[str, Mapping[str, str]] = {
    "en": {
        r"\be\.g\.": "for example",
        r"\bi\.e\.": "that is",
        r"\betc\.": "and so on",
        r"\bapprox\.": "approximately",
        r"\bvs\.?(?=\s)": "versus",
        r"\bw/o\b": "without",
        r"\s&\s": " and ",
        r"\s\+\s": " plus ",
        r"\s=\s": " equals ",
        r"(?<=\d)\s?%": " percent",
        r"\$(\d+(?:[.,]\d+)*)": r"\1 dollars",
        r"€\s?(\d+(?:[.,]\d+)*)": r"\1 euros",
        r"£(\d+(?:[.,]\d+)*)": r"\1 pounds",
        r"(?<=\d)\s?°C\b": " degrees Celsius",
    },
    "de": {
        r"\bz\. ?B\.": "zum Beispiel",
        r"\bd\. ?h\.": "das heißt",
        r"\busw\.": "und so weiter",
        r"\bca\.": "circa",
        r"\bbzw\.": "beziehungsweise",
        r"\s&\s": " und ",
        r"\s\+\s": " plus ",
        r"(?<=\d)\s?%": " Prozent",
        r"(?<=\d)\s?€": " Euro",
        r"(?<=\d)\s?\$": " Dollar",
        r"(?<=\d)\s?°C\b": " Grad Celsius",
    },
    "es": {
        r"\bp\. ?ej\.": "por ejemplo",
        r"\betc\.": "etcétera",
        r"\baprox\.": "aproximadamente",
        r"\s&\s": " y ",
        r"\s\+\s": " más ",
        r"(?<=\d)\s?%": " por ciento",
        r"(?<=\d)\s?€": " euros",
        r"(?<=\d)\s?\$": " dólares",
        r"(?<=\d)\s?°C\b": " grados Celsius",
    },
    "fr": {
        r"\bp\. ?ex\.": "par exemple",
        r"\bc\.-à-d\.": "c'est-à-dire",
        r"\betc\.": "et cetera",
        r"\benv\.": "environ",
        r"\s&\s": " et ",
        r"\s\+\s": " plus ",
        r"(?<=\d)\s?%": " pour cent",
        r"(?<=\d)\s?€": " euros",
        r"(?<=\d)\s?\$": " dollars",
        r"(?<=\d)\s?°C\b": " degrés Celsius",
    },
    "pl": {
        r"\bnp\.": "na przykład",
        r"\bitd\.": "i tak dalej",
        r"\btzn\.": "to znaczy",
        r"\bok\.(?=\s?\d)": "około",
        r"\s&\s": " i ",
        r"\s\+\s": " plus ",
        r"(?<=\d)\s?%": " procent",
        r"(?<=\d)\s?zł\b": " złotych",
        r"(?<=\d)\s?€": " euro",
        r"(?<=\d)\s?°C\b": " stopni Celsjusza",
    },
}
"""What is written shorter than it is spoken."""
_KNOWN_BY: Mapping[str, str] = {
    "en": "the a and is are of to in on for with you we it this that",
    "de": "der die das den dem und ist sind nicht ein eine mit für auf wir sie ich es zu im auch",
    "es": "el los las que y una un por para con es son en de la del nuestro muy se más",
    "fr": "le les des est sont et une un pour avec dans nous vous que de la du il en au sur",
    "pl": "i w na się nie jest są że do z to dla przez oraz jak po od",
}
_PAUSES: Mapping[str, str] = {
    "en": "but|so|because|although",
    "de": "aber|sondern|weil|obwohl|denn",
    "es": "pero|aunque|sino",
    "fr": "mais|puisque|alors que",
    "pl": "ale|ponieważ|chociaż|więc",
}
"""Words before which a speaker pauses; a comma shows it."""


def spoken(text: str, model: str, language: str, longest: int) -> str:
    """A text made easier to read aloud; a description of a voice made more exact.

    `language` is a code (en, de-DE); unknown or empty: by the words.
    """
    if _VOICE.search(text) and len(text.split()) <= _DESCRIPTION:
        return _described(text, model, longest)
    code = language[:2].lower()
    code = code if code in _SPOKEN else _language(text)
    better = _paragraphs(text)
    for written, said in _SPOKEN[code].items():
        better = re.sub(written, said, better)
    better = re.sub(rf"(?<=\w) (?=(?:{_PAUSES[code]}) \w+ \w+)", ", ", better)
    better = "\n\n".join(map(_sentence, better.split("\n\n")))
    return better if len(better) <= longest else text


def _described(text: str, model: str, longest: int) -> str:
    parts = (
        Part(pick(_TONE, "tone", text, model), "warm|calm|friendly|tone|cold|cheerful|soft|deep"),
        Part(pick(_PACE, "pace", text, model), "pace|slow|fast|quick|rapid|pause"),
        Part(pick(_CLEAR, "clear", text, model), "clear|studio|crisp|articulat"),
    )
    return extended(text, parts, longest)


def _paragraphs(text: str) -> str:
    """One space between words, one empty line between paragraphs, none around them."""
    paragraphs = re.split(r"\s*\n\s*\n\s*", text.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _sentence(text: str) -> str:
    """Begun and ended as a sentence, where it is in letters that know that."""
    text = text[:1].upper() + text[1:]
    return f"{text}." if text[-1:].isalnum() else text


def _language(text: str) -> str:
    words = text.lower().split()
    counts = {code: sum(map(words.count, known.split())) for code, known in _KNOWN_BY.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] > 1 else "en"
