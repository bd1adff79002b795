"""`enhance_prompt`: the prompt is enhanced on the way, at a price of its own (gotchas §5)."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from lib.deapi.contract import endpoint
from lib.sandbox.engines.base import Engine
from lib.sandbox.order import Order

BOOSTER = endpoint("prompts.enhancements")
_TEXTS = ("prompt", "negative_prompt")
_SHORTEST = 3
"""Characters of a text that is enhanced (deapi.md, Unified Prompt Booster)."""


def boosting(order: Order) -> Order | None:
    """The order for what comes before `order`, if it asks for that."""
    if not order.params.get("enhance_prompt"):
        return None
    texts = {name: order.params.get(name, "") for name in _TEXTS}
    params = {name: text for name, text in texts.items() if len(text.strip()) >= _SHORTEST}
    params |= {"type": order.endpoint.enhanced_as, "model_slug": order.chosen.slug}
    image = next(iter(order.measured), None)
    measured = {"image": order.measured[image][:1]} if image else {}
    files = {"image": order.files[image][:1]} if image and image in order.files else {}
    return Order(BOOSTER, order.model, params, measured, files)


def boosted(order: Order, engine: Engine, folder: Path) -> tuple[Order, Mapping[str, Any]]:
    """`order` with its enhanced prompt, and what the job says about it (gotchas §1)."""
    first = boosting(order)
    if first is None:
        return order, {}
    made = engine.render(first, folder).data
    new = {name: made[name] for name in _TEXTS if made.get(name) and order.endpoint.has(name)}
    told = {name: new.get(name, order.params.get(name)) for name in _TEXTS}
    told |= {f"{name}_original": order.params.get(name) for name in _TEXTS}
    said = {"prompt_boosted": True, "prompt_boost": told}
    return replace(order, params={**order.params, **new}), said
