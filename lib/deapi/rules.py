"""Rules between the parameters of one endpoint, as data.

Each reads as the specification's facts write it, and `broken_at` names the parameter at which what
was sent breaks it. Fields, the client's own check and the sandbox all ask the same rules, and each
puts the answer into its own words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Requires:
    """`param` may only be sent together with `other`."""

    param: str
    other: str

    def __str__(self) -> str:
        return f"{self.param} requires {self.other}"

    def broken_at(self, sent: Mapping[str, Any]) -> str | None:
        """The parameter at which the rule is broken, or None."""
        return self.param if self.param in sent and self.other not in sent else None


@dataclass(frozen=True, slots=True)
class ExactlyOne:
    """One of `params` must be sent, and no more than one."""

    params: tuple[str, ...]

    def __str__(self) -> str:
        return f"exactly_one_of: {','.join(self.params)}"

    def broken_at(self, sent: Mapping[str, Any]) -> str | None:
        there = [name for name in self.params if name in sent]
        if len(there) == 1:
            return None
        return there[1] if there else self.params[0]


@dataclass(frozen=True, slots=True)
class Together:
    """All of `params`, or none of them."""

    params: tuple[str, ...]

    def __str__(self) -> str:
        return f"together: {','.join(self.params)}"

    def broken_at(self, sent: Mapping[str, Any]) -> str | None:
        missing = [name for name in self.params if name not in sent]
        return missing[0] if 0 < len(missing) < len(self.params) else None


@dataclass(frozen=True, slots=True)
class RequiredIf:
    """`param` must be sent when `other` has one of `values`."""

    param: str
    other: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        sign = "=" if len(self.values) == 1 else " in "
        return f"required_if: {self.param} when {self.other}{sign}{','.join(self.values)}"

    def broken_at(self, sent: Mapping[str, Any]) -> str | None:
        needed = sent.get(self.other) in self.values
        return self.param if needed and self.param not in sent else None


@dataclass(frozen=True, slots=True)
class AppliesTo:
    """`param` means something only when `other` is `value`; it is not sent otherwise."""

    param: str
    other: str
    value: str | bool

    def __str__(self) -> str:
        return f"{self.param} applies to {self.other}={self.value}"

    def broken_at(self, sent: Mapping[str, Any]) -> str | None:
        return None  # deAPI ignores it: nothing to refuse


@dataclass(frozen=True, slots=True)
class ForbiddenUnless:
    """`param` is refused by models that don't have `feature`."""

    param: str
    feature: str

    def __str__(self) -> str:
        return f"forbidden_unless: {self.param} requires model.info.features.{self.feature}"

    def broken_at(self, sent: Mapping[str, Any]) -> str | None:
        return None  # a matter between parameter and model, held by `Param.feature`


@dataclass(frozen=True, slots=True)
class AtMost:
    """No more items in `param` than the model's `limit`, by default `default`."""

    param: str
    limit: str
    default: int

    def __str__(self) -> str:
        return f"max_items: {self.param} <= model.info.limits.{self.limit} (default {self.default})"

    def broken_at(self, sent: Mapping[str, Any]) -> str | None:
        return None  # held by `Param.max_items_limit`


Rule = Requires | ExactlyOne | Together | RequiredIf | AppliesTo | ForbiddenUnless | AtMost
