"""Every word that a person reads about families, endpoints, fields and states: in one place.

The screens draw whatever the contract lists; how it is called, what it means and which examples
it comes with stands here, a file a family. A test fails when an endpoint, a field, a choice or a
sample of the contract has no words.
"""

from collections.abc import Mapping

from lib.deapi.contract import ENDPOINTS, Endpoint, Media
from lib.deapi.field import Field
from lib.store import Run, State
from lib.ui.words import audio, embeddings, images, prompts, shared, videos
from lib.ui.words.languages import LANGUAGES, is_language
from lib.ui.words.terms import (
    EndpointWords,
    Example,
    FamilyWords,
    FieldWords,
    GroupWords,
    SampleWords,
)

__all__ = [
    "APP",
    "BATCH",
    "COMPARE",
    "DELETED",
    "FAMILIES",
    "FIRST_ACCOUNT",
    "GROUPS",
    "HELP",
    "HISTORY",
    "LAB",
    "LANGUAGES",
    "MEDIA",
    "MODELS",
    "PEOPLE",
    "PLACES",
    "PROFILES",
    "RECIPES",
    "SANDBOX",
    "SHOWCASE",
    "START",
    "STATES",
    "TILES",
    "USAGE",
    "EndpointWords",
    "Example",
    "FamilyWords",
    "FieldWords",
    "GroupWords",
    "SampleWords",
    "choice",
    "endpoint",
    "family",
    "field",
    "is_language",
    "name",
    "ready",
    "sample",
    "take",
    "take_text",
]

APP = "deAPI Playground"

START = FamilyWords(title="Start", icon="🏠", page="pages/start.py")

FAMILIES: Mapping[str, FamilyWords] = {
    "images": FamilyWords(
        title="Images",
        icon="🖼️",
        page="pages/images.py",
        hint="Make, change, clean up and read pictures.",
    ),
    "videos": FamilyWords(
        title="Videos",
        icon="🎬",
        page="pages/videos.py",
        hint="Make videos from words, pictures or sound, recast and enlarge them.",
    ),
    "audio": FamilyWords(
        title="Audio",
        icon="🎧",
        page="pages/audio.py",
        hint="Have texts read aloud, make music, write down recordings.",
    ),
    "embeddings": FamilyWords(
        title="Embeddings",
        icon="🧭",
        page="pages/embeddings.py",
        hint="See which texts mean something similar.",
    ),
    "prompts": FamilyWords(
        title="Prompts",
        icon="✨",
        page="pages/prompts.py",
        hint="Find better words for everything else.",
    ),
}
"""In the order of the navigation."""

LAB = FamilyWords(
    title="Prompt Lab",
    icon="🧫",
    page="pages/lab.py",
    hint="Which words look better, which model is worth its price? Compare them side by side, and "
    "vote without knowing which is which.",
)

COMPARE = FamilyWords(
    title="Compare",
    icon="⚖️",
    page="pages/compare.py",
    hint="One input, two to six models, or one model in several settings: the results beside each "
    "other, in step. Keep the winner and go on with it.",
)

BATCH = FamilyWords(
    title="Batch",
    icon="🗃️",
    page="pages/batch.py",
    hint="A table, a row a result: give a file or paste one, see what would be sent, mend or drop "
    "what is wrong, and get the results back beside the rows.",
)

RECIPES = FamilyWords(
    title="Recipes",
    icon="🍲",
    page="pages/recipes.py",
    hint="Several steps that worked, run again with other words or another file.",
)

MODELS = FamilyWords(title="Models", icon="📚", page="pages/models.py")

HISTORY = FamilyWords(title="History", icon="🕘", page="pages/history.py")

SHOWCASE = FamilyWords(title="Showcase", icon="📽️", page="pages/showcase.py")

USAGE = FamilyWords(title="Usage", icon="📊", page="pages/usage.py")

SANDBOX = FamilyWords(title="Sandbox", icon="🧪", page="pages/sandbox.py")

FIRST_ACCOUNT = ".venv/bin/python -m lib.store.users add NAME --admin"
"""The command that makes the first account."""

PEOPLE = FamilyWords(title="People", icon="👥", page="pages/people.py")

HELP = FamilyWords(title="Help", icon="💡", page="pages/help.py")

PLACES = (
    *(START, *FAMILIES.values(), LAB, COMPARE, BATCH, RECIPES),
    *(HISTORY, SHOWCASE, USAGE, MODELS, HELP),
)
"""Every page that is always there, in the order of the navigation."""

TILES = (
    "images.generations",
    "audio.speech",
    "audio.transcriptions",
    "images.background-removals",
    "videos.animations",
    "audio.music",
    "images.ocr",
    "videos.generations",
    "images.edits",
)
"""The endpoints that the start page shows at once: what most people come for, first."""

GROUPS: Mapping[str, GroupWords] = {**prompts.GROUPS}
"""Endpoints that stand apart on their family's page, by `EndpointWords.group`."""

_PARTS = (images, videos, audio, embeddings, prompts)

_ENDPOINTS: Mapping[str, EndpointWords] = {
    name: told for part in _PARTS for name, told in part.ENDPOINTS.items()
}

_FIELDS: Mapping[str, FieldWords] = {
    **shared.FIELDS,
    **{name: told for part in _PARTS for name, told in part.FIELDS.items()},
}
"""By field name, or by `endpoint.field` where one endpoint means something else by it."""

_CHOICES: Mapping[str, Mapping[str | int, str]] = {
    name: told for part in _PARTS for name, told in part.CHOICES.items()
}
"""What values are called, by `endpoint.field`."""

MEDIA: Mapping[Media, SampleWords] = {
    "image": SampleWords(file="harbour.jpg", button="Use a sample picture"),
    "audio": SampleWords(file="tune.mp3", button="Use a sample tune"),
    "video": SampleWords(file="waves.mp4", button="Use a sample video"),
    "recording": SampleWords(file="note.mp3", button="Use a sample recording"),
}

_SAMPLES: Mapping[str, SampleWords] = {
    "images.ocr.image": SampleWords(file="page.png", button="Use a sample page"),
    "images.background-removals.image": SampleWords(
        file="robot.jpg", button="Use a sample picture"
    ),
    "videos.replacements.ref_image": SampleWords(file="robot.jpg", button="Use a sample figure"),
    "audio.speech.ref_audio": SampleWords(file="voice.mp3", button="Use a sample voice"),
}
"""By `endpoint.parameter`, where not every file of its kind makes sense."""

PROFILES: Mapping[str, tuple[str, str]] = {
    "sandbox": ("Sandbox", "Play money, nothing is paid"),
    "live": ("Live", "Every run is paid from your deAPI account"),
}
"""Name of a profile and what it means."""

STATES: Mapping[State, str] = {
    State.WAITING: "Waiting",
    State.SENDING: "Sending",
    State.ACCEPTED: "In the queue",
    State.WORKING: "Working",
    State.KEEPING: "Saving",
    State.DONE: "Done",
    State.FAILED: "Failed",
    State.CANCELLED: "Cancelled",
    State.UNKNOWN: "Needs your answer",
    State.STALLED: "No news",
}
"""How a list calls a state."""

DELETED = "Deleted"
"""How it calls one whose person had it deleted, whatever it was."""


def endpoint(endpoint_id: str) -> EndpointWords:
    """The words of an endpoint; raises `KeyError` when it has none."""
    return _ENDPOINTS[endpoint_id]


def field(endpoint_id: str, name: str) -> FieldWords:
    """The words of a field; raises `KeyError` when it has none."""
    return _FIELDS.get(f"{endpoint_id}.{name}") or _FIELDS[name]


def choice(endpoint_id: str, of: Field, value: str | int) -> str:
    """What a value of a choice is called: in our words, else in the model's, else as it is."""
    ours = _CHOICES.get(f"{endpoint_id}.{of.name}", {})
    return ours.get(value) or of.titles.get(value) or str(value)


def take(endpoint_id: str, param: str) -> str:
    """What the button says on a result that could be this file; empty where it isn't offered."""
    return _ENDPOINTS[endpoint_id].takes.get(param, "")


def take_text(endpoint_id: str) -> str:
    """What the button says on a text that the endpoint could begin with; empty for none."""
    return _ENDPOINTS[endpoint_id].take_text


def sample(endpoint_id: str, name: str, media: Media) -> SampleWords:
    """The file of ours that this parameter can be tried with."""
    return _SAMPLES.get(f"{endpoint_id}.{name}") or MEDIA[media]


def family(family_id: str) -> tuple[Endpoint, ...]:
    """The endpoints of a family's page, in the order of their words."""
    order = list(_ENDPOINTS)
    mine = [each for each in ENDPOINTS if each.family == family_id]
    return tuple(sorted(mine, key=lambda each: order.index(each.id)))


def ready(endpoint_id: str) -> str:
    """What the tab's title says of a run that has finished: "Picture ready"."""
    return f"{_ENDPOINTS[endpoint_id].noun.capitalize()} ready"


def name(run: Run) -> str:
    """What a person would call a run: its text, else the file it is about, else what it does."""
    if run.text:
        return run.text
    files = (
        each["name"] for each in run.params.values() if isinstance(each, dict) and "name" in each
    )
    return next(files, _ENDPOINTS[run.endpoint].title)
