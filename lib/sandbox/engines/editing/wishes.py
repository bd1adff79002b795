"""What a prompt for an edit asks for, as far as this sandbox can do it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from lib.sandbox.engines.drawing import words as scenes
from lib.sandbox.engines.editing.tones import COLOURS

_LOOKS: Mapping[str, str] = {
    # light and season
    "night": "night nighttime midnight moonlight moonlit nacht noche nuit noc",
    "sunset": "sunset evening sonnenuntergang atardecer crepuscule zachod",
    "dawn": "dawn sunrise morning daybreak sonnenaufgang amanecer aube swit",
    "dusk": "dusk twilight dammerung",
    "sunny": "sunny sunshine daylight daytime sonnig soleado ensoleille",
    "autumn": "autumn fall october foliage herbst otono automne jesien",
    "winter": "winter snow snowy wintry ice icy frozen frost christmas schnee nieve neige invierno"
    " hiver zima snieg",
    "spring": "spring blossom blooming fruhling primavera printemps wiosna",
    "summer": "summer tropical sommer verano lato",
    # weather
    "snowfall": "snowfall snowing snowflake snowstorm blizzard snowy christmas",
    "rain": "rain rainy raining drizzle downpour wet regen lluvia pluie deszcz",
    "fog": "fog foggy mist misty haze hazy smoke smoky nebel niebla brouillard mgla",
    "storm": "storm stormy thunder thunderstorm overcast gloomy sturm tormenta orage burza",
    "underwater": "underwater submarine",
    # colour and light
    "warm": "warm warmer cozy cosy warmth hot candlelight calido chaud",
    "cold": "cold cool cooler cooles icy chilly frio froid",
    "bright": "bright brighter brighten lighter lighten airy highkey hell heller",
    "dark": "dark darker darken moody lowkey dunkel dunkler oscuro sombre",
    "contrast": "contrast contrasty punchy",
    "faded": "faded washed matte",
    "vivid": "vivid vibrant colorful colourful saturated saturate bunt vibrante",
    "muted": "muted desaturated desaturate subdued",
    "pastel": "pastel",
    "dramatic": "dramatic cinematic epic movie",
    "detailed": "hdr detailed crisp",
    "dreamy": "dreamy dreamlike glow glowing ethereal soft softer magical fairytale",
    "monochrome": "monochrome greyscale grayscale noir schwarzweiss",
    "sepia": "sepia",
    "vintage": "vintage retro nostalgic polaroid analog analogue antique aged 70s 80s",
    "neon": "neon cyberpunk synthwave vaporwave futuristic",
    "inverted": "negative invert inverted xray",
    # techniques
    "watercolor": "watercolor watercolour aquarell aquarelle acuarela akwarela",
    "oil": "oil paint painting painted painterly impressionist impressionism gogh monet gemalde",
    "sketch": "sketch sketched pencil drawing charcoal graphite skizze bleistift croquis boceto"
    " szkic",
    "ink": "ink lineart manga woodcut stencil etching",
    "cartoon": "cartoon comic anime toon cel illustration illustrated",
    "pixel": "pixel pixelated pixelate 8bit 16bit voxel minecraft",
    "popart": "popart warhol screenprint",
    "halftone": "halftone newspaper",
    "mosaic": "mosaic stained voronoi",
    "glitch": "glitch vhs datamosh",
    "relief": "relief emboss embossed statue marble sculpture carved",
    # finish
    "blur": "blur blurred blurry unsharp verschwommen borroso flou",
    "sharpen": "sharp sharper sharpen enhance clear clearer deblur unblur scharf scharfer",
    "smooth": "smooth smoother denoise",
    "grain": "grain grainy",
    "vignette": "vignette vignetting",
}
"""Words by look, in the order in which looks are applied; without accents."""

_PHRASES: Mapping[str, str] = {
    "black and white": "monochrome",
    "black & white": "monochrome",
    "b&w": "monochrome",
    "schwarz-weiß": "monochrome",
    "golden hour": "sunset",
    "blue hour": "dusk",
    "line art": "lineart",
    "pop art": "popart",
    "water color": "watercolor",
    "water colour": "watercolor",
    "old photo": "vintage",
    "x-ray": "xray",
    "8-bit": "8bit",
    "16-bit": "16bit",
    "low key": "lowkey",
    "high key": "highkey",
    "stained glass": "stained",
    "video game": "pixel",
    "snow white": "white",
    "film grain": "grain",
}
_INSTEAD: Mapping[str, str] = {
    "blur": "sharpen",
    "grain": "smooth",
    "fog": "contrast",
    "dark": "bright",
    "night": "bright",
    "bright": "dark",
    "warm": "cold",
    "cold": "warm",
    "vivid": "muted",
    "muted": "vivid",
    "faded": "contrast",
    "monochrome": "vivid",
}
"""What is done when a look is unwanted."""
_UNWANTED: Mapping[str, str] = {
    "noise": "grain",
    "noisy": "grain",
    "overexposed": "bright",
    "underexposed": "dark",
    "oversaturated": "vivid",
    "dull": "muted",
    "yellow": "warm",
    "blue": "cold",
    "haze": "fog",
}
"""Words for looks that only a negative prompt has."""

_OF_SCENES = frozenset(
    {"night", "sunset", "dawn", "dusk", "sunny", "autumn", "winter", "spring", "summer"}
    | {"snowfall", "rain", "fog", "storm"}
)
"""Looks that a drawn place has by itself."""

_NEGATION = re.compile(r"\b(?:no|not|without|remove|less|avoid|ohne|sin|sans|bez)\s+"
                       r"(?:the|any|all|so|too|much|of)?\s*([^\W\d_]+)")  # fmt: skip
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]{1,80})[\"“”„«»]|(?<!\w)'([^']{1,80})'(?!\w)")
_WRITING = re.compile(r"\b(?:text|words?|caption|title|saying|says|sign|write|written|label)\b")
_COLOUR_NAMES = "|".join(sorted(COLOURS, key=len, reverse=True))
_LIGHT_IN = re.compile(
    rf"\b({_COLOUR_NAMES})(?:ish)?\s+(?:tones?|tints?|light|lighting|filter|hues?|mood|glow|shades?"
    r"|palette|colou?r grading|duotone)\b"
    r"|\b(?:make|turn|colou?r|paint)\s+(?:it|this|everything|the\s+(?:whole|image|picture|photo))"
    rf"\b[^.;,]{{0,12}}\b({_COLOUR_NAMES})\b"
)
_COLOUR = re.compile(rf"\b({_COLOUR_NAMES})\b")
_BACK = r"(?:background|backdrop|hintergrund|fondo|fond|arriere-plan|tlo)"
_BACK_REMOVED = re.compile(
    rf"\b(?:remove|delete|erase|cut out|no|without|transparent)\b[^.;,]{{0,24}}\b{_BACK}"
    rf"|{_BACK}\s+(?:transparent|removed)|\bcut ?out\b"
)
_BACK_BLURRED = re.compile(
    rf"\b(?:blur\w*|soft\w*|defocus\w*|out of focus)\b[^.;,]{{0,20}}\b{_BACK}"
    rf"|{_BACK}[^.;,]{{0,20}}\b(?:blur\w*|out of focus)"
    r"|\bbokeh\b|\bdepth of field\b|\bportrait mode\b"
)
_BACK_COLOURED = re.compile(
    rf"\b({_COLOUR_NAMES})\s+(?:\w+\s+)?{_BACK}|{_BACK}\s+(?:\w+\s+){{0,3}}?({_COLOUR_NAMES})\b"
)
_BACK_PLACE = re.compile(
    rf"\b{_BACK}\b|\bbehind\b|\bin front of\b"
    r"|\b(?:put|place|move|stand\w*|sit\w*|teleport|set)\b.*\b(?:on|in|into|at|to|onto)\b"
)
_FLIPPED = re.compile(r"\b(?:flip|flipped|mirrored|mirror (?:it|the|this|image)|reverse)\b")
_UPSIDE = re.compile(r"\bupside down\b|\b180\b|\b(?:flip|mirror)\w*\b.*\bvertical")
_TURNED = re.compile(r"\brotate\w*\b(?:[^.;]*\b(left|counter|ccw|270))?")
_CLOSER = re.compile(r"\b(?:zoom in|close-?up|closer|crop)\b")
_WEAK = re.compile(r"\b(?:slight\w*|subtl\w*|a bit|a little|gentl\w*|hint of|leicht)\b")
_STRONG = re.compile(r"\b(?:very|strong\w*|extreme\w*|heav\w*|intense\w*|much|completely|sehr)\b")


@dataclass(frozen=True, slots=True)
class Wishes:
    looks: tuple[str, ...] = ()
    """In the order in which they are applied."""
    turn: int = 0
    """Degrees, counter-clockwise: 0, 90, 180 or 270."""
    flip: bool = False
    closer: bool = False
    backdrop: str = ""
    """What becomes of the background: removed, blurred, scene, the name of a colour, or nothing."""
    recolour: str = ""
    """The name of the subject's new colour."""
    tint: str = ""
    """The name of a light's colour."""
    caption: str = ""
    """Words to write on the picture."""
    weight: float = 1.0
    """How much of it, by words like `slightly`."""

    @property
    def is_nothing(self) -> bool:
        return self == Wishes(weight=self.weight)


def wishes(prompt: str, negative: str = "", *, places: bool = True) -> Wishes:
    """`places`: whether a place that is named is drawn, as the background."""
    text = _tidied(prompt)
    caption = _caption(prompt)
    text = _QUOTED.sub(" ", text) if caption else text
    backdrop = _backdrop(text, places)
    said = _without(text, _BACK_REMOVED, _BACK_BLURRED, _BACK_COLOURED)
    unwanted = _looks(" ".join(_NEGATION.findall(said))) | _unwanted(_tidied(negative))
    wanted = _looks(_NEGATION.sub(" ", said))
    if "neon" in wanted:
        wanted -= {"night"}  # it is dark enough
    if backdrop == "scene":
        wanted -= _OF_SCENES  # the place is drawn so
    looks = (wanted - unwanted) | ({_INSTEAD[look] for look in unwanted & _INSTEAD.keys()} - wanted)
    light = _LIGHT_IN.search(said)
    paint = None if light else _COLOUR.search(_NEGATION.sub(" ", said))
    turn = 180 if _UPSIDE.search(said) else 0
    if turned := _TURNED.search(said):
        turn = turn or (90 if turned.group(1) else 270)
    return Wishes(
        looks=tuple(look for look in _LOOKS if look in looks),
        turn=turn,
        flip=bool(_FLIPPED.search(said)) and turn == 0,
        closer=bool(_CLOSER.search(said)),
        backdrop=backdrop,
        recolour=paint.group(1) if paint and backdrop != "scene" else "",
        tint=(light.group(1) or light.group(2)) if light else "",
        caption=caption,
        weight=0.55 if _WEAK.search(said) else 1.15 if _STRONG.search(said) else 1.0,
    )


def _backdrop(text: str, places: bool) -> str:
    if _BACK_REMOVED.search(text):
        return "removed"
    if _BACK_BLURRED.search(text):
        return "blurred"
    if coloured := _BACK_COLOURED.search(text):
        return coloured.group(1) or coloured.group(2)
    return "scene" if places and _BACK_PLACE.search(text) and scenes.tags(text) else ""


def _caption(text: str) -> str:
    quoted = _QUOTED.search(text)
    if quoted is None or not _WRITING.search(text.lower()):
        return ""
    return (quoted.group(1) or quoted.group(2)).strip()


def _looks(text: str) -> set[str]:
    return {look for word in _words(text) for look in _LOOKS_OF.get(word, ())}


def _unwanted(text: str) -> set[str]:
    return _looks(text) | {_UNWANTED[word] for word in _words(text) if word in _UNWANTED}


def _words(text: str) -> list[str]:
    """The words, each also without an `s` at its end."""
    found = re.findall(r"[a-z0-9]+", text)
    return found + [word[:-1] for word in found if word.endswith("s")]


def _without(text: str, *patterns: re.Pattern[str]) -> str:
    for pattern in patterns:
        text = pattern.sub(" ", text)
    return text


def _tidied(text: str) -> str:
    """Lower case, without accents, and known phrases as one word."""
    text = text.lower()
    for phrase, word in _PHRASES.items():
        text = text.replace(phrase, word)
    parts = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("ß", "ss"))
    return "".join(part for part in parts if not unicodedata.combining(part))


_LOOKS_OF: Mapping[str, frozenset[str]] = {
    word: frozenset(look for look, words in _LOOKS.items() if word in words.split())
    for words in _LOOKS.values()
    for word in words.split()
}
