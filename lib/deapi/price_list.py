"""The price list of deapi.md (Pricing): what its rows say, endpoint by endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPrice:
    """About `usd` for each `unit`, under `conditions` where some are named; without a `usd` only
    the price call says it. `exact` where the list doesn't say "about"."""

    endpoint: str
    usd: Decimal | None = None
    unit: str = ""
    conditions: str = ""
    like: Mapping[str, int] = field(default_factory=dict[str, int])
    """The parameters that the conditions name."""
    exact: bool = False


def _about(endpoint: str, usd: str, unit: str, conditions: str = "", **like: int) -> ListPrice:
    return ListPrice(
        endpoint=endpoint, usd=Decimal(usd), unit=unit, conditions=conditions, like=like
    )


PRICE_LIST: tuple[ListPrice, ...] = (
    _about(
        "images.generations", "0.0019", "image", "512x512, 4 steps", width=512, height=512, steps=4
    ),
    _about(
        "images.generations",
        "0.0037",
        "image",
        "1024x1024, 4 steps",
        width=1024,
        height=1024,
        steps=4,
    ),
    _about("images.edits", "0.0066", "transformation", "4 steps", steps=4),
    ListPrice(endpoint="audio.speech", usd=Decimal("0.77"), unit="1M characters", exact=True),
    _about("videos.generations", "0.0056", "video", "512x512, 4s", width=512, height=512),
    _about("videos.animations", "0.0056", "video", "512x512, 4s", width=512, height=512),
    _about("audio.music", "0.0009", "minute", duration=60),
    _about("audio.transcriptions", "0.021", "hour"),
    _about("images.ocr", "0.0093", "1K output chars"),
    _about("embeddings", "0.000068", "1K tokens"),
    _about("images.background-removals", "0.00046", "image", "1920x1080"),
    _about("images.upscales", "0.00059", "image", "512→2048, 4x"),
    ListPrice(endpoint="videos.upscales"),
    ListPrice(endpoint="videos.replacements"),
)
"""In the order of deapi.md; a test compares it with the facts."""
