"""Rules between parameters: which is broken, at which of them, and in what words."""

from collections.abc import Iterator, Mapping
from typing import Any

from lib.deapi.contract import LIVE_RULES, Endpoint, Rule
from lib.deapi.rules import AppliesTo, ExactlyOne, ForbiddenUnless, RequiredIf, Requires, Together
from lib.sandbox.catalogue import Model
from lib.sandbox.validate.wrong import words


def broken(
    endpoint: Endpoint, sent: Mapping[str, Any], model: Model | None, *, price: bool
) -> Iterator[tuple[str, str]]:
    """The parameters at which what was sent breaks a rule, each with its sentence."""
    for rule in _rules(endpoint, price=price):
        at = rule.broken_at(sent)
        if isinstance(rule, ForbiddenUnless) and rule.param in sent and _lacks(model, rule):
            at = rule.param
        if at is not None:
            yield at, f"The {words(at)} field {_said(rule, at, sent)}"


def applies(endpoint: Endpoint, name: str, sent: Mapping[str, Any]) -> bool:
    """Whether the parameter means something beside what else was sent; else deAPI ignores it."""
    return all(
        sent.get(rule.other, rule.value) == rule.value
        for rule in _rules(endpoint, price=False)
        if isinstance(rule, AppliesTo) and rule.param == name
    )


def _rules(endpoint: Endpoint, *, price: bool) -> tuple[Rule, ...]:
    """A price's own rules stand in place of the same rules of the submit."""
    rules = (*endpoint.rules, *LIVE_RULES.get(endpoint.id, ()))
    if not price:
        return rules
    instead = {type(rule) for rule in endpoint.price_rules}
    return (*endpoint.price_rules, *(rule for rule in rules if type(rule) not in instead))


def _lacks(model: Model | None, rule: ForbiddenUnless) -> bool:
    """Only an explicit no counts: what a model doesn't mention, it may well do."""
    return model is not None and model.features.get(rule.feature) is False


def _said(rule: Rule, at: str, sent: Mapping[str, Any]) -> str:
    match rule:
        case Requires(_, other):
            return f"requires the {words(other)} field."
        case ExactlyOne(params):
            others = " / ".join(words(name) for name in params if name != at)
            missing = not any(name in sent for name in params)
            return (
                f"is required when {others} is not present."
                if missing
                else f"prohibits {others} from being present."
            )
        case Together(params):
            others = " / ".join(words(name) for name in params if name != at)
            return f"is required when {others} is present."
        case RequiredIf(_, other):
            return f"is required when {words(other)} is {sent[other]}."
        case _:
            return "is prohibited."
