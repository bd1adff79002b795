"""In which form words are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[1] / "samples"


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyWords:
    """A page: its name in the navigation, its sign and its file, as `st.Page` takes it."""

    title: str
    icon: str
    page: str
    hint: str = ""
    """One sentence on what it is for."""

    @property
    def address(self) -> str:
        """Its part of the address."""
        return self.title.lower().replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Example:
    """`label` stands on the chip, `text` is what a click writes.

    `also` are values for further fields, by name, where the text needs them to make sense;
    `language` is the ISO code of the text's language where it matters which one is chosen.
    """

    label: str
    text: str
    also: Mapping[str, Any] = field(default_factory=dict[str, Any])
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWords:
    """Endpoints of a family that stand apart from the others, and why."""

    title: str
    one: str
    """What one of them is called where the others are not there."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointWords:
    """What an endpoint is to somebody who never saw an API."""

    title: str
    """As one would ask for it, short enough for a button: "Make a picture"."""
    hint: str
    """One sentence under the choice."""
    noun: str
    """What comes out: "picture"."""
    working: str
    """What it does while it works: "Drawing"."""
    needs: str
    """What it wants from a person: "a picture and what to change in it"."""
    gives: str
    """What a person gets: "the changed picture"."""
    takes: Mapping[str, str] = field(default_factory=dict[str, str])
    """On a result that could be one of its files: what the button says, by parameter."""
    take_text: str = ""
    """On a text that it could begin with: "Read this aloud"."""
    examples: tuple[Example, ...] = ()
    """For its first text. The first few become chips, the dice draws from all of them."""
    first: tuple[str, ...] = ()
    """The fields that stand on top, in this order; the others follow as the contract has them."""
    asked: str = ""
    """Other words that somebody who looks for it may use, beside those of its title."""
    icon: str = ""
    """The sign before its title on the start page."""
    group: str = ""
    """The group that it stands in, if it stands apart."""

    @property
    def take(self) -> str:
        """What the button says on a result that could be its first file."""
        return next(iter(self.takes.values()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """A field's label and help, in words of everyday.

    `advanced` fields fold away; `said` is how the folded line tells the value ("{} steps").
    """

    label: str
    help: str
    hint: str = ""
    """A line under the field for what everybody has to know."""
    placeholder: str = ""
    advanced: bool = False
    said: str = ""
    lines: int = 1
    """Rows of a text field; one is a single line."""
    nothing: str = ""
    """What a switch says that stands for none of it: "Instrumental, no voice"."""
    suggested: Mapping[str, str] = field(default_factory=dict[str, str])
    """Values worth picking where nobody lists the legal ones, and what they are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWords:
    """A file of ours for everybody who has none at hand."""

    file: str
    button: str

    @property
    def path(self) -> Path:
        return SAMPLES / self.file
