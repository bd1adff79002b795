"""Enhancing instructions for endpoints that work on something that is there."""

from collections.abc import Mapping, Sequence

from lib.sandbox.engines.chance import pick
from lib.sandbox.engines.prompting.added import Part, negatives, sentences
from lib.sandbox.engines.prompting.seen import Seen
from lib.sandbox.engines.prompting.subjects import subject

_WRITTEN = (
    ("Write in full sentences with punctuation and paragraphs.", "Begin a line for each speaker."),
    ("Spell names and numbers as they are usually written.", "Leave out filler words."),
)
_SENTENCES: Mapping[str, Sequence[Sequence[str]]] = {
    "images.upscales": (
        ("Keep textures natural and edges crisp.", "Sharpen fine detail without inventing any."),
        ("Leave colours and grain as they are.", "Keep faces and lettering true to the original."),
    ),
    "images.background-removals": (
        ("Keep fine hair and soft edges.", "Follow the outline exactly, hair and fur included."),
        ("Leave no fringe of the old background.", "Open the gaps that one can see through."),
    ),
    "images.ocr": (
        ("Keep the line breaks and the reading order.", "Go column by column, line by line."),
        (
            "Copy numbers, punctuation and accents exactly, and write [?] for what can't be read.",
            "Don't correct spelling, and mark with [?] what can't be read.",
        ),
    ),
    "videos.upscales": (
        ("Keep detail steady from frame to frame.", "Sharpen evenly across all frames."),
        ("Leave grain, colours and motion as they are.", "Invent nothing that isn't there."),
    ),
    "videos.background-removals": (
        ("Keep the outline steady from frame to frame.", "Follow hair and motion blur softly."),
        ("Leave no flicker at the edges.", "Keep what the subject holds."),
    ),
    "videos.transcriptions": _WRITTEN,
    "audio.transcriptions": _WRITTEN,
}
_FLAWS: Mapping[str, Sequence[str]] = {
    "images.upscales": ("over-sharpening", "halos", "plastic skin", "invented detail", "noise"),
    "images.background-removals": ("halos", "colour fringes", "cut-off edges", "leftovers"),
    "videos.upscales": ("flicker", "halos", "over-sharpening", "smearing"),
    "videos.background-removals": ("flicker", "colour fringes", "cut-off edges"),
}
_ABOUT: Mapping[str, str] = {
    "people": "people, faces, character",
    "animals": "animals, wildlife, pets",
    "food": "food, cooking, ingredients",
    "vehicles": "vehicles, transport, travel",
    "interiors": "rooms, furniture, interior design",
    "city": "cities, buildings, architecture",
    "space": "space, astronomy, planets",
    "nature": "nature, landscape, outdoors",
    "things": "products, objects, design",
    "signs": "logos, signs, graphic design",
}

KINDS = frozenset(_SENTENCES)


def working(
    kind: str, prompt: str, negative: str, model: str, seen: Seen | None, longest: int
) -> tuple[str, str]:
    """Instruction and negative prompt; `kind` is one of `KINDS`."""
    parts = [Part(pick(options, kind, prompt, model)) for options in _SENTENCES[kind]]
    if seen is not None:
        parts.append(Part(f"The picture is {seen.words}, with {seen.contrast} contrast."))
    return sentences(prompt, parts, longest), negatives(negative, prompt, _FLAWS.get(kind, ()))


def searched(text: str, longest: int) -> str:
    """A text to embed, with words for its field, where we know one."""
    about = _ABOUT.get(subject(text), "")
    longer = f"{text.strip()} ({about})"
    return longer if about and len(longer) <= longest else text.strip()
