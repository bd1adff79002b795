"""What a prompt is about, and how it is to be made: found by its words."""

import re
from collections.abc import Mapping

_SUBJECTS: Mapping[str, str] = {
    "people": "man woman girl boy child children person people portrait face lady gentleman baby"
    " bride dancer chef astronaut soldier king queen wizard elf model actor singer player athlete"
    " sailor warrior knight family couple crowd grandmother grandfather hero detective farmer",
    "animals": "animal cat kitten dog puppy fox bird owl horse lion tiger wolf bear rabbit bunny"
    " deer elephant whale fish dolphin butterfly bee frog dragonfly penguin panda parrot squirrel",
    "food": "food cake bread coffee espresso tea soup pizza burger sushi pasta fruit apple berry"
    " chocolate dish meal breakfast dinner salad cheese cocktail wine ramen pancake"
    " ice-cream cookie",
    "vehicles": "car motorcycle bike bicycle truck train bus tram airplane plane jet ship sailboat"
    " boat rocket spaceship helicopter locomotive",
    "interiors": "room kitchen bedroom library office living-room studio cafe café bar interior"
    " hallway bathroom workshop desk sofa",
    "city": "city street skyline building tower bridge market square alley skyscraper tokyo paris"
    " london berlin rome york downtown castle cathedral temple house village town",
    "space": "space planet galaxy nebula star stars moon cosmos cosmic mars saturn orbit universe",
    "nature": "mountain mountains forest lake river sea ocean beach desert field meadow flower"
    " flowers garden waterfall island valley sky sunset sunrise landscape tree snow jungle storm"
    " hill canyon cliff volcano",
    "things": "bottle watch shoe sneaker perfume phone camera book lamp chair vase ring jewel"
    " product guitar piano clock toy mug cup package box",
    "signs": "logo icon emblem badge sticker typography poster banner mascot symbol",
}
_MEDIA: Mapping[str, str] = {
    "painting": "painting painted oil watercolor watercolour acrylic gouache impressionist fresco"
    " brushstrokes canvas aquarelle",
    "drawing": "drawing sketch pencil ink charcoal lineart illustration comic cartoon doodle manga"
    " engraving woodcut storybook",
    "anime": "anime ghibli chibi shonen",
    "pixel": "pixel 8-bit 16-bit voxel sprite",
    "render": "3d render cgi blender octane isometric clay lowpoly unreal claymation",
    "graphic": "logo icon emblem vector flat sticker badge minimalist typography poster",
}


def subject(text: str) -> str:
    """The first that the text names, by place in it; empty when it names none we know."""
    return _first(text, _SUBJECT_OF)


def medium(text: str) -> str:
    """How it is made; a photo where nothing is said."""
    return _first(text, _MEDIUM_OF) or "photo"


def _first(text: str, table: Mapping[str, str]) -> str:
    for word in re.findall(r"[^\W_]+(?:-[^\W_]+)?", text.lower()):
        for form in (word, word.removesuffix("s"), word.removesuffix("es")):
            if form in table:
                return table[form]
    return ""


def _by_word(table: Mapping[str, str]) -> Mapping[str, str]:
    return {word: name for name, words in table.items() for word in words.split()}


_SUBJECT_OF = _by_word(_SUBJECTS)
_MEDIUM_OF = _by_word(_MEDIA)
