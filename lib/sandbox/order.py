"""What a valid call asks for. Prices, durations and engines read it; validation made it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from lib.deapi.contract import Endpoint
from lib.deapi.contract import endpoint as find_endpoint
from lib.sandbox.catalogue import Model, Raw
from lib.sandbox.images import Size


@dataclass(frozen=True, slots=True)
class Order:
    """One call that deAPI would take."""

    endpoint: Endpoint
    model: Model
    params: Mapping[str, Any]
    """What the model will really use: what it doesn't support is left out."""
    sizes: Mapping[str, Size]
    """Of each uploaded picture, by its parameter."""
    files: Mapping[str, Path] = field(default_factory=dict[str, Path])
    """Where the uploads are kept; empty for a call that only asks the price."""

    def drawn(self) -> "Order":
        """With every value that was left to deAPI (a seed of -1) drawn, once and for all."""
        params = dict(self.params)
        for param in self.endpoint.params:
            if param.random is not None and params.get(param.name) == param.random:
                params[param.name] = secrets.randbelow(2**32)
        return replace(self, params=params)

    def as_json(self) -> Raw:
        """For the database; `from_json` is its inverse."""
        return {
            "endpoint": self.endpoint.id,
            "model": self.model.raw,
            "params": dict(self.params),
            "sizes": dict(self.sizes),
            "files": {name: str(path) for name, path in self.files.items()},
        }

    @classmethod
    def from_json(cls, kept: Raw) -> "Order":
        sizes = cast(dict[str, tuple[int, int]], kept["sizes"])
        files = cast(dict[str, str], kept["files"])
        return cls(
            endpoint=find_endpoint(kept["endpoint"]),
            model=Model.parse(kept["model"]),
            params=kept["params"],
            sizes={name: Size(*size) for name, size in sizes.items()},
            files={name: Path(path) for name, path in files.items()},
        )
