"""Every model of the sandbox's catalogue, with the endpoints that can use it."""

import json
from datetime import UTC, datetime
from pathlib import Path

from lib.deapi.catalogue import Listing
from lib.deapi.contract import ENDPOINTS, Endpoint
from lib.deapi.models import Model

TOP = Path(__file__).parents[3]

MODELS = tuple(
    Model.parse(raw) for raw in json.loads((TOP / "lib/sandbox/models.json").read_text())
)

LISTING = Listing(MODELS, datetime.now(UTC))

PAIRS: tuple[tuple[Endpoint, Model], ...] = tuple(
    (endpoint, model) for endpoint in ENDPOINTS for model in LISTING.for_endpoint(endpoint)
)


def name(pair: tuple[Endpoint, Model]) -> str:
    """A test's id for an endpoint and model."""
    return f"{pair[0].id}-{pair[1].slug}"
