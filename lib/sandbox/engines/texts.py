"""Orders for vectors and prompts."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lib.sandbox.engines import embedding, prompts
from lib.sandbox.engines.base import Outputs
from lib.sandbox.order import Order

_DIMENSION = "embedding_dimension"


def embeddings(order: Order, folder: Path) -> Outputs:
    """A vector a text, in order. The job says that they are of words alone."""
    model = order.chosen
    dimension = int(model.limits.get(_DIMENSION, embedding.DIMENSION))
    vectors = embedding.embed(inputs(order), dimension, model.slug)
    return kept(vectors, folder)


def kept(vectors: list[list[float]], folder: Path) -> Outputs:
    name = "result.json"
    (folder / name).write_text(json.dumps(vectors))
    return Outputs(name, data=vectors, more={"note": embedding.NOTE})


def inputs(order: Order) -> list[str]:
    given = order.params["input"]
    return [given] if isinstance(given, str) else list(given)


def enhancement(order: Order, _: Path) -> Outputs:
    return Outputs(data=_enhanced(order, order.params["type"], order.chosen.slug))


def booster(kind: str, kind_with_picture: str | None = None) -> Callable[[Order, Path], Outputs]:
    """The older boosters are of one kind each, or of another when a picture comes along."""

    def render(order: Order, _: Path) -> Outputs:
        this = kind_with_picture if kind_with_picture and order.file("image") else kind
        made = _enhanced(order, this, "")
        names = order.endpoint.answer_at
        return Outputs(data={name: made[name] for name in names})

    return render


def samples(order: Order, _: Path) -> Outputs:
    params = order.params
    found = prompts.samples(params["type"], params.get("topic", ""), params.get("lang_code", ""))
    # A fresh one each time: the answer is given at once, so it is never rendered again.
    sample = {"type": params["type"], "prompt": random.choice(found)}
    return Outputs(data={"success": True, "data": sample})


def _enhanced(order: Order, kind: str, model: str) -> dict[str, Any]:
    params = order.params
    made = prompts.enhance(
        kind,
        params["prompt"],
        negative=params.get("negative_prompt") or "",
        model=model,
        picture=order.file("image"),
        language=params.get("lang_code", ""),
    )
    return {"prompt": made.prompt, "negative_prompt": made.negative}
