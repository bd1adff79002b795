"""One input of a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lib.deapi.models import Lora
from lib.deapi.ranges import Number
from lib.deapi.terms import Media

Kind = Literal["text", "texts", "integer", "number", "boolean", "choice", "loras", "file", "files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input of a form: a parameter as this model limits it.

    Bounds are inclusive and None where nobody documents one. `step` is the grid a number must lie
    on, counted from zero (`resolution_step`); the bounds lie on it. `random` asks deAPI to choose
    and is legal whatever the bounds. For files, `max_bytes` bounds the size and the width and
    height bounds the picture, in pixels. A choice that is `open` takes other values too; `titles`
    are what a model calls its choices. `rate` names the field that says how many of these make a
    second. `nothing` is the text that stands for none.
    """

    name: str
    kind: Kind
    required: bool
    default: Any = None
    minimum: Number | None = None
    maximum: Number | None = None
    step: Number | None = None
    min_length: int | None = None
    max_length: int | None = None
    nothing: str | None = None
    choices: tuple[str | int, ...] = ()
    titles: Mapping[str | int, str] = field(default_factory=dict[str | int, str], hash=False)
    open: bool = False
    sources: tuple[str, ...] = ()
    scheme: str | None = None
    max_items: int | None = None
    max_tokens: int | None = None
    max_total_tokens: int | None = None
    loras: tuple[Lora, ...] = ()
    random: int | None = None
    rate: str | None = None
    media: Media | None = None
    formats: tuple[str, ...] = ()
    max_bytes: int | None = None
    min_width: Number | None = None
    max_width: Number | None = None
    min_height: Number | None = None
    max_height: Number | None = None
    min_seconds: Number | None = None
    max_seconds: Number | None = None
