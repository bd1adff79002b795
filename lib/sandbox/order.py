"""What a valid call asks for. Prices, durations and engines read it; validation made it."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from lib.deapi.contract import RANDOM, Endpoint
from lib.deapi.contract import endpoint as find_endpoint
from lib.sandbox.catalogue import Model, Raw


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one upload, or of what stands for it when only the price is asked.

    `width` and `height` in pixels, `seconds` that it lasts; None where there is none.
    """

    width: int | None = None
    height: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One call that deAPI would take."""

    endpoint: Endpoint
    model: Model | None
    """None where the endpoint takes no model."""
    params: Mapping[str, Any]
    """Typed, and what the model will really use: what it doesn't support is its default, or out."""
    measured: Mapping[str, tuple[Measured, ...]] = field(
        default_factory=dict[str, tuple[Measured, ...]]
    )
    """Of the uploads, by their parameter; `images[]` may have several."""
    files: Mapping[str, tuple[Path, ...]] = field(default_factory=dict[str, tuple[Path, ...]])
    """Where the uploads are kept; empty for a call that only asks the price."""

    @property
    def chosen(self) -> Model:
        """The model of an endpoint that takes one. Raises `LookupError` for the others."""
        if self.model is None:
            raise LookupError(f"{self.endpoint.id} takes no model")
        return self.model

    def file(self, name: str) -> Path | None:
        """The first upload of parameter `name`."""
        return next(iter(self.files.get(name, ())), None)

    def measure(self, name: str) -> Measured | None:
        """What is known of the first upload of parameter `name`."""
        return next(iter(self.measured.get(name, ())), None)

    def drawn(self) -> "Order":
        """With every value that was left to deAPI (a seed of -1) drawn, once and for all."""
        params = dict(self.params)
        for param in self.endpoint.params:
            random = RANDOM.get(param.name, param.random)
            if random is not None and params.get(param.name) == random:
                params[param.name] = secrets.randbelow(2**32)
        return replace(self, params=params)

    def as_json(self) -> Raw:
        """For the database; `from_json` is its inverse."""
        return {
            "endpoint": self.endpoint.id,
            "model": self.model and self.model.raw,
            "params": dict(self.params),
            "measured": {name: list(map(asdict, each)) for name, each in self.measured.items()},
            "files": {name: list(map(str, paths)) for name, paths in self.files.items()},
        }

    @classmethod
    def from_json(cls, kept: Raw) -> "Order":
        measured = cast(dict[str, list[dict[str, Any]]], kept["measured"])
        files = cast(dict[str, list[str]], kept["files"])
        return cls(
            endpoint=find_endpoint(kept["endpoint"]),
            model=kept["model"] and Model.parse(kept["model"]),
            params=kept["params"],
            measured={
                name: tuple(Measured(**each) for each in several)
                for name, several in measured.items()
            },
            files={name: tuple(map(Path, paths)) for name, paths in files.items()},
        )
