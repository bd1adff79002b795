"""What a prompt asks for, as far as this sandbox can draw it."""

import re
from collections.abc import Mapping

_TAGS: Mapping[str, str] = {
    # what the picture is of
    "mountains": "mountain alp peak summit volcano himalaya cliff canyon fjord glacier ridge",
    "forest": "forest wood tree pine jungle fir larch cedar spruce taiga birch grove",
    "city": "city skyline street tokyo york paris london berlin urban skyscraper building town"
    " downtown cyberpunk tower metropolis",
    "lake": "lake river pond fjord reflection mirror canal bay",
    "sea": "sea ocean beach coast shore island harbor harbour wave lighthouse boat ship sailboat"
    " sailing surf lagoon",
    "desert": "desert dune sahara mars sand oasis",
    "hills": "hill meadow field valley countryside farm flower garden grass lavender vineyard"
    " tuscany prairie poppy village windmill sheep",
    "space": "space planet galaxy nebula cosmos cosmic astronaut universe orbit saturn jupiter",
    # what stands in it
    "lighthouse": "lighthouse",
    "boat": "boat ship sailboat sailing yacht fishing",
    "house": "house cabin cottage hut farm village chalet barn",
    "balloon": "balloon",
    "bird": "bird seagull gull crane goose flock eagle",
    "flower": "flower lavender poppy tulip garden sunflower wildflower rose bloom cherry blossom",
    "snow": "snow snowy winter ice frozen glacier arctic christmas",
    "snowfall": "snowfall snowing snowflake snowy blizzard winter christmas",
    "rain": "rain rainy",
    "fog": "fog foggy mist misty haze hazy",
    "moon": "moon moonlit moonlight",
    "star": "star starry milky constellation",
    "aurora": "aurora borealis northern",
    "cloud": "cloud cloudy storm stormy dramatic",
    # when it is
    "sunset": "sunset golden evening",
    "dawn": "dawn sunrise morning daybreak",
    "day": "day noon sunny summer spring",
    "night": "night midnight moonlit moonlight moon star starry milky aurora borealis northern",
    "dusk": "dusk twilight",
    "storm": "storm stormy thunder rain rainy gloomy",
    "autumn": "autumn fall october",
    "winter": "winter snow snowy frozen arctic glacier christmas",
    "mist": "fog foggy mist misty haze hazy",
    "neon": "neon cyberpunk synthwave retrowave vaporwave futuristic",
}

_PHRASES: Mapping[str, str] = {"blue hour": "dusk", "golden hour": "sunset", "depth of field": ""}
"""Words that mean something else together."""

_COLOURS: Mapping[str, str] = {
    "red": "#d7263d",
    "crimson": "#b3123a",
    "orange": "#f58a2c",
    "yellow": "#f6c945",
    "gold": "#e0a92e",
    "golden": "#e0a92e",
    "green": "#2fa36b",
    "emerald": "#0f9d6b",
    "teal": "#1aa6a6",
    "turquoise": "#2cc4bd",
    "cyan": "#23c7e0",
    "blue": "#2f6fde",
    "navy": "#1c2f6b",
    "indigo": "#4b3bb0",
    "purple": "#7b3fb5",
    "violet": "#8a4fd0",
    "lavender": "#b59ae0",
    "magenta": "#d1379a",
    "pink": "#f28ab2",
    "coral": "#ff7a66",
    "brown": "#7c5236",
    "white": "#f2f2ee",
    "silver": "#b8c0c8",
    "grey": "#8a9096",
    "gray": "#8a9096",
    "black": "#16181d",
}

_TAGS_OF: Mapping[str, frozenset[str]] = {
    word: frozenset(tag for tag, words in _TAGS.items() if word in words.split())
    for words in _TAGS.values()
    for word in words.split()
}


def tags(text: str) -> frozenset[str]:
    """Everything drawable that `text` names."""
    return frozenset(tag for word in _words(text) for tag in _TAGS_OF.get(word, ()))


def colours(text: str) -> list[str]:
    """The colours that `text` names, in its order, as hex."""
    return [_COLOURS[word] for word in _words(text) if word in _COLOURS]


def _words(text: str) -> list[str]:
    """The words in lower case, each also without an `s` or `es` at its end."""
    found: list[str] = []
    text = text.lower()
    for phrase, meaning in _PHRASES.items():
        text = text.replace(phrase, meaning)
    for word in re.findall(r"[a-z]+", text):
        found += [word, *(word[: -len(end)] for end in ("s", "es") if word.endswith(end))]
    return found
