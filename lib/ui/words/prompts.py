"""Words about prompts: the texts that everything else begins with."""

from collections.abc import Mapping
from dataclasses import replace

from lib.ui.words import audio, embeddings, images, videos
from lib.ui.words.languages import some
from lib.ui.words.terms import EndpointWords, Example, FieldWords, GroupWords

OLDER = "older"

GROUPS: Mapping[str, GroupWords] = {
    OLDER: GroupWords(
        title="The older boosters",
        one="Older booster",
        why="Improve a prompt does all of this and more. These are here for whoever compares them "
        "or still uses them.",
    ),
}

_PICTURES = (
    Example("Harbour", "a harbour in the morning"),
    Example("Cat by a window", "a cat sitting by a window"),
    Example("Old bicycle", "an old bicycle against a wall"),
    Example("House in the woods", "a small house in the woods"),
    Example("Portrait", "portrait of an old fisherman"),
    Example("Bowl of fruit", "a bowl of fruit on a table"),
    Example("Space station", "a space station above the earth"),
    Example("Rainy street", "a rainy street at night"),
    Example("Dragon", "a friendly dragon reading a book"),
    Example("Mountain road", "a road through the mountains"),
)
_CHANGES = (
    Example("Winter", "make it winter"),
    Example("Evening light", "give it evening light"),
    Example("Painting", "turn it into an oil painting"),
    Example("Black and white", "make it black and white"),
    Example("Brighter", "make it brighter and friendlier"),
    Example("Old photo", "make it look like an old photo"),
    Example("Fog", "add fog"),
    Example("Comic", "turn it into a comic drawing"),
    Example("Night", "make it night"),
    Example("Autumn", "make it autumn with falling leaves"),
)
_SCENES = (
    Example("Waves", "waves on a beach"),
    Example("Running dog", "a dog runs through a meadow"),
    Example("Train", "a train leaves the station"),
    Example("Candle", "a candle burns down"),
    Example("Balloons", "balloons rise into the sky"),
    Example("Falling leaves", "leaves fall in a park"),
    Example("Baker", "a baker kneads dough"),
    Example("City from above", "a city from above at night"),
    Example("Rocket", "a rocket takes off"),
    Example("River", "a river in a forest"),
)
_SPOKEN = (
    Example("Welcome", "welcome to our shop we open at nine"),
    Example("Reminder", "dont forget the meeting tomorrow at ten"),
    Example("Train is late", "the train is late ten minutes"),
    Example("Story", "a fox lived in the forest and counted stars"),
    Example("Weather", "today sunny later rain in the north"),
    Example("Thanks", "thanks for your help it was great"),
    Example("Recipe", "first wash the rice then cook it for 12 minutes"),
    Example("Birthday", "happy birthday we all wish you the best"),
    Example("Voicemail", "we are closed call again tomorrow"),
    Example("Museum", "this painting is from 1642 and very famous"),
)


def _for(endpoint_id: str, some_examples: tuple[Example, ...]) -> tuple[Example, ...]:
    return tuple(replace(each, also={"type": endpoint_id}) for each in some_examples)


ENDPOINTS: Mapping[str, EndpointWords] = {
    "prompts.enhancements": EndpointWords(
        title="Improve a prompt",
        icon="✨",
        hint="Write a few words, say what they are for, and get a prompt with the detail that "
        "models like.",
        noun="prompt",
        working="Rewriting",
        asked="better enhance rewrite",
        needs="a few words and what they are for; a picture where one is to be changed",
        gives="a better prompt, and often what to avoid",
        takes={"image": "Find words for a change"},
        take_text="Improve this prompt",
        first=("type", "prompt", "image"),
        examples=(
            *_for("images.generations", _PICTURES[:3]),
            *_for("videos.generations", _SCENES[:3]),
            *_for("audio.speech", _SPOKEN[:2]),
            *_for("audio.music", (Example("Birthday song", "happy music for a birthday"),)),
            *_for("images.generations", _PICTURES[3:]),
        ),
    ),
    "v1.prompts.samples": EndpointWords(
        title="Get an idea",
        icon="🎲",
        hint="Let deAPI think of a prompt for you, about anything or about your topic.",
        noun="idea",
        working="Thinking",
        needs="nothing; a topic if you have one",
        gives="a prompt that is ready to use",
    ),
    "v1.prompt.image": EndpointWords(
        title="For a picture",
        hint="Rewrites a prompt for making a picture.",
        noun="prompt",
        working="Rewriting",
        needs="a few words about a picture",
        gives="a better prompt and what to avoid",
        examples=_PICTURES,
        group=OLDER,
    ),
    "v1.prompt.image2image": EndpointWords(
        title="For a change",
        hint="Rewrites a prompt for changing a picture, which it looks at.",
        noun="prompt",
        working="Rewriting",
        needs="a picture and a few words about what to change",
        gives="a better prompt and what to avoid",
        examples=_CHANGES,
        first=("image", "prompt"),
        group=OLDER,
    ),
    "v1.prompt.video": EndpointWords(
        title="For a video",
        hint="Rewrites a prompt for a video, with a look at a picture if you give one.",
        noun="prompt",
        working="Rewriting",
        needs="a few words about a scene, a picture if you like",
        gives="a better prompt and what to avoid",
        examples=_SCENES,
        group=OLDER,
    ),
    "v1.prompt.speech": EndpointWords(
        title="For a voice",
        hint="Rewrites a text so that it sounds good when it is read aloud.",
        noun="text",
        working="Rewriting",
        needs="a text that is to be spoken",
        gives="the text with better punctuation and flow",
        examples=_SPOKEN,
        group=OLDER,
    ),
}

_WORDS = FieldWords(
    label="Your words",
    help="A few words are enough; they come back with detail.",
    placeholder="a harbour in the morning",
    lines=3,
)
_AVOID = FieldWords(
    label="Avoid (optional)",
    help="What should not be in it. It is rewritten too.",
    placeholder="blurry, text",
)
_LANGUAGE = FieldWords(
    label="Language (optional)",
    help="The language that it is written in, as its short code: en, de, fr.",
    placeholder="English",
    suggested=some("en", "de", "es", "fr", "it", "pl", "pt", "ja", "zh"),
)

FIELDS: Mapping[str, FieldWords] = {
    "prompts.enhancements.prompt": _WORDS,
    "prompts.enhancements.negative_prompt": _AVOID,
    "prompts.enhancements.type": FieldWords(
        label="What is it for?",
        help="Each kind of model likes to be spoken to in its own way.",
    ),
    "prompts.enhancements.image": FieldWords(
        label="The picture it is about",
        help="Needed where a picture is to be changed or animated: the words will fit it.",
    ),
    "v1.prompt.image.prompt": _WORDS,
    "v1.prompt.image.negative_prompt": _AVOID,
    "v1.prompt.image2image.prompt": replace(
        _WORDS, label="What should be different?", placeholder="make it winter"
    ),
    "v1.prompt.image2image.negative_prompt": _AVOID,
    "v1.prompt.image2image.image": FieldWords(
        label="The picture to be changed", help="The words will fit it."
    ),
    "v1.prompt.video.prompt": replace(_WORDS, placeholder="waves on a beach"),
    "v1.prompt.video.negative_prompt": _AVOID,
    "v1.prompt.video.image": FieldWords(
        label="The picture to be animated (optional)", help="The words will fit it."
    ),
    "v1.prompt.speech.prompt": FieldWords(
        label="Your text",
        help="What is to be read aloud; it comes back in good order.",
        placeholder="welcome to our shop we open at nine",
        lines=3,
    ),
    "v1.prompt.speech.lang_code": _LANGUAGE,
    "v1.prompts.samples.type": FieldWords(
        label="An idea for what?", help="For a picture, or for something to be read aloud."
    ),
    "v1.prompts.samples.topic": FieldWords(
        label="About what? (optional)",
        help="A word or two. Left empty, deAPI chooses.",
        placeholder="the sea, winter, robots …",
    ),
    "v1.prompts.samples.lang_code": _LANGUAGE,
}

_OF_OTHERS = {
    endpoint_id: told.title
    for family in (images, videos, audio, embeddings)
    for endpoint_id, told in family.ENDPOINTS.items()
}

CHOICES: Mapping[str, Mapping[str | int, str]] = {
    "prompts.enhancements.type": {
        **_OF_OTHERS,
        # deAPI improves prompts for these two although it sells no such endpoint.
        "videos.background-removals": "Remove a video's background",
        "videos.transcriptions": "Write down a video",
    },
    "v1.prompts.samples.type": {
        "text2image": "A picture",
        "text2speech": "Something to read aloud",
    },
}
