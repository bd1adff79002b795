"""Every word that a person reads about families, endpoints, fields and states: in one place.

The screens draw whatever the contract lists; how it is called, what it means and which examples
it comes with stands here. A test fails when an endpoint or field of the contract has no words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lib.deapi.contract import ENDPOINTS, Endpoint, Media
from lib.store import Run, State

APP = "deAPI Playground"
SAMPLES = Path(__file__).parent / "samples"


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyWords:
    """A family is one page: its name in the navigation, its sign and its address."""

    title: str
    icon: str
    page: str
    """The page's file, as `st.Page` takes it."""


@dataclass(frozen=True, slots=True)
class Example:
    """`label` stands on the chip, `text` is what a click writes."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointWords:
    """What an endpoint is to somebody who never saw an API."""

    title: str
    """As one would ask for it: "Make a picture"."""
    hint: str
    """One sentence under the choice."""
    noun: str
    """What comes out: "picture"."""
    working: str
    """What it does while it works: "Drawing"."""
    take: str = ""
    """On a result that it could take as its input: "Enlarge this"."""
    examples: tuple[Example, ...] = ()
    """For its first text. The first few become chips, the dice draws from all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """A field's label and help, in words of everyday.

    `advanced` fields fold away; `said` is how the folded line tells the value ("{} steps").
    """

    label: str
    help: str
    placeholder: str = ""
    advanced: bool = False
    said: str = ""
    lines: int = 1
    """Rows of a text field; one is a single line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWords:
    """A file of ours for everybody who has none at hand."""

    file: str
    button: str
    kinds: str
    """What may be given: "a picture"."""

    @property
    def path(self) -> Path:
        return SAMPLES / self.file


FAMILIES: Mapping[str, FamilyWords] = {
    "images": FamilyWords(title="Images", icon="🖼️", page="pages/images.py"),
}
"""In the order of the navigation."""

HISTORY = FamilyWords(title="History", icon="🕘", page="pages/history.py")

_ENDPOINTS: Mapping[str, EndpointWords] = {
    "images.generations": EndpointWords(
        title="Make a picture",
        hint="Describe a picture in your own words and let a model draw it.",
        noun="picture",
        working="Drawing",
        examples=(
            Example(
                "Lighthouse at dusk",
                "A lighthouse on a rocky coast at dusk, warm light in the window, calm sea, "
                "soft clouds, wide view",
            ),
            Example(
                "Cosy reading corner",
                "A cosy reading corner with an armchair by a rainy window, a lamp, many books, "
                "a sleeping cat, warm colours",
            ),
            Example(
                "Paper city",
                "A small city made of folded paper, pastel colours, soft shadows, seen from above",
            ),
            Example(
                "Product photo",
                "A ceramic coffee cup on a wooden table, morning light from the left, "
                "shallow depth of field, clean background, product photograph",
            ),
            Example(
                "Mountain lake",
                "A clear mountain lake in autumn, larches in gold, snow on the peaks, "
                "mirror reflection, early morning mist",
            ),
            Example(
                "Friendly robot",
                "A friendly little robot watering plants on a balcony, children's book "
                "illustration, gouache",
            ),
            Example(
                "Night train",
                "A night train crossing a long bridge under a starry sky, lit windows, "
                "long exposure",
            ),
            Example(
                "Botanical plate",
                "A botanical plate of a flowering lemon branch, fine ink lines and watercolour, "
                "cream paper",
            ),
            Example(
                "Market in the rain",
                "A street market in the rain at night, colourful umbrellas, lanterns reflected "
                "in puddles",
            ),
            Example(
                "Desert observatory",
                "A white observatory dome in a desert at blue hour, the Milky Way above, "
                "tiny figure with a lantern",
            ),
        ),
    ),
    "images.upscales": EndpointWords(
        title="Enlarge a picture",
        hint="Give it a picture and get it back larger and sharper.",
        noun="larger picture",
        working="Enlarging",
        take="Enlarge this",
    ),
}

_FIELDS: Mapping[str, FieldWords] = {
    "prompt": FieldWords(
        label="What should it show?",
        help="Say what is in it, where, in which light and in which style. "
        "A sentence or two is plenty.",
        placeholder="A lighthouse on a rocky coast at dusk, warm light in the window …",
        lines=4,
    ),
    "width": FieldWords(label="Width", help="In pixels."),
    "height": FieldWords(label="Height", help="In pixels."),
    "steps": FieldWords(
        label="Steps",
        help="How many times the model goes over it. More steps take longer, may cost more, and "
        "often show finer detail.",
        advanced=True,
        said="{} steps",
    ),
    "guidance": FieldWords(
        label="Guidance",
        help="How closely the model follows your words. Low leaves it more freedom, high takes "
        "you more literally.",
        advanced=True,
        said="guidance {}",
    ),
    "seed": FieldWords(
        label="Seed",
        help="The number that chance starts from. The same seed with the same settings gives the "
        "same result again; leave it empty to be surprised.",
        placeholder="Surprise me",
        advanced=True,
        said="seed {}",
    ),
    "negative_prompt": FieldWords(
        label="Avoid",
        help="What should not be in it.",
        placeholder="blurry, text, watermark",
        advanced=True,
        said="avoid: {}",
    ),
    "loras": FieldWords(
        label="Styles",
        help="Looks that this model has learned on top. You can mix several and say how strong "
        "each one is.",
        placeholder="None",
        advanced=True,
        said="style: {}",
    ),
    "image": FieldWords(label="Your picture", help="The picture to work on."),
}
"""By field name, or by `endpoint.field` where one endpoint means something else by it."""

MEDIA: Mapping[Media, SampleWords] = {
    "image": SampleWords(
        file="harbour.jpg", button="Use a sample picture", kinds="a picture from your computer"
    ),
}

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


def endpoint(endpoint_id: str) -> EndpointWords:
    """The words of an endpoint; raises `KeyError` when it has none."""
    return _ENDPOINTS[endpoint_id]


def field(endpoint_id: str, name: str) -> FieldWords:
    """The words of a field; raises `KeyError` when it has none."""
    return _FIELDS.get(f"{endpoint_id}.{name}") or _FIELDS[name]


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
