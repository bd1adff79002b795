"""What is known of a file after somebody looked into it."""

from dataclasses import dataclass


class BadMedia(ValueError):
    """Raised when a file can't be used. Its text is a sentence for the person who gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`width` and `height` in pixels, `seconds` that it lasts; None where there is none."""

    format: str
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    has_sound: bool = False
