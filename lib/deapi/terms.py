"""The words in which the contract is written: what a parameter, an endpoint and a price are.

What carries no documented name (`role`, `media`, `result` and the like) is ours: how the playground
uses the fact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lib.deapi.rules import ExactlyOne, Rule

ParamType = Literal[
    "string", "integer", "number", "boolean", "array", "string|array", "file", "file[]"
]
Encoding = Literal["json", "multipart", "query"]
Media = Literal["image", "audio", "video", "recording"]
"""What a file is: a picture, sound, moving pictures, or a recording (sound or moving pictures)."""
Result = Literal["image", "video", "audio", "text", "transcript", "vectors", "prompt"]
"""What a run gives its person."""
Source = Literal["spec", "live"]
Role = Literal["value", "model", "delivery", "inline", "extra"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One parameter of an endpoint.

    `limits` and `feature` name keys of a model's `info`; where a model publishes them, they bound
    the parameter further. `role` says who fills it: a person (`value`), the model picker
    (`model`), or the playground itself (`delivery`: where news of the job should go; `inline`:
    whether the answer should carry the result; `extra`: nobody, as no model says it has it).
    """

    name: str
    type: ParamType
    required: bool = False
    role: Role = "value"
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    choices: tuple[str | int, ...] = ()
    choice_features: Mapping[str, str] | None = None
    """Which of `info.features` each choice needs."""
    scheme: str | None = None
    address: bool = False
    """Whether the text is a web address; deAPI fetches it, we never do."""
    sources: tuple[str, ...] = ()
    """The platforms that an address may lead to."""
    media: Media | None = None
    formats: tuple[str, ...] = ()
    max_bytes: int | None = None
    min_seconds: int | None = None
    max_seconds: int | None = None
    max_minutes: int | None = None
    max_items: int | None = None
    max_items_limit: str | None = None
    """Key of `info.limits` that says how many files; without it, `max_items_default`."""
    max_items_default: int | None = None
    max_tokens: int | None = None
    max_total_tokens: int | None = None
    default: str | int | None = None
    """What deAPI takes when it is left out."""
    random: int | None = None
    """The value that asks deAPI to choose (a seed of -1)."""
    nothing: str | None = None
    """The value that stands for none: "[Instrumental]" are no lyrics."""
    rate: str | None = None
    """The parameter that says how many of these make a second."""
    limits: tuple[str, ...] = ()
    """Keys of `info.limits` that bound the value."""
    feature: str | None = None
    """Key of `info.features` without which the parameter is not offered."""
    listed: str | None = None
    """Where the model lists the legal values, e.g. its `loras`."""
    item: Mapping[str, ParamType] | None = None
    """What one item of an array holds."""
    must_be_present: bool = False
    """Sent even when it is empty."""
    measures: tuple[str, str] | None = None
    """Of a measure that stands for another parameter in a price: that parameter, and what of it."""
    source: Source = "spec"

    @property
    def is_file(self) -> bool:
        return self.type in ("file", "file[]")

    @property
    def is_own_text(self) -> bool:
        """Whether a person fills it with words of their own."""
        return (
            self.role == "value"
            and self.type in ("string", "string|array")
            and not (self.choices or self.listed or self.address)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBy:
    """One way of asking a price: these parameters instead of the endpoint's own files or text.

    `optional` ones may go along. The parameters that the endpoint itself doesn't have are in
    `Endpoint.measures`.
    """

    params: tuple[str, ...]
    optional: tuple[str, ...] = ()
    source: Source = "spec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One operation that costs money.

    `answers` is `job` when the answer names a job, and `inline` when it is the result itself;
    `answer_at` is where the parts of either stand, and `result` is what a person gets. A price is
    asked with the same verb as the operation, and stands at `price_at`.
    """

    id: str
    family: str
    title: str
    path: str
    encoding: Encoding
    params: tuple[Param, ...]
    rules: tuple[Rule, ...] = ()
    price_path: str
    price_encoding: Encoding
    price_at: Literal["data.price", "price"] = "data.price"
    price_by: tuple[PriceBy, ...] = ()
    measures: tuple[Param, ...] = ()
    price_rules: tuple[Rule, ...] = ()
    v1_paths: tuple[str, ...] = ()
    v1_price_paths: tuple[str, ...] = ()
    inference_types: tuple[str, ...] = ()
    decided_by: str | None = None
    """The parameter whose value decides which models there are, by `inference_types_of`."""
    inference_types_of: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    method: Literal["POST", "GET"] = "POST"
    version: Literal["v2", "v1"] = "v2"
    answers: Literal["job", "inline"] = "job"
    answer_at: tuple[str, ...] = ("data.request_id",)
    result: Result
    enhanced_as: str | None = None
    """The `type` under which `prompts.enhancements` knows it."""
    replaced_by: str | None = None
    """The v2 path that does the same."""
    replaces: tuple[str, ...] = ()
    """The v1 paths of which it does the work."""

    def param(self, name: str) -> Param:
        """The parameter called `name`; raises `KeyError` when the endpoint has none."""
        for param in self.params:
            if param.name == name:
                return param
        raise KeyError(name)

    def has(self, name: str) -> bool:
        return any(param.name == name for param in self.params)

    def twin(self, name: str) -> Param | None:
        """Where one file may be given or several: the other of the two parameters."""
        for rule in self.rules:
            if isinstance(rule, ExactlyOne) and name in rule.params:
                both = [self.param(each) for each in rule.params]
                if {each.type for each in both} == {"file", "file[]"}:
                    return next(each for each in both if each.name != name)
        return None

    @property
    def files(self) -> tuple[Param, ...]:
        """The parameters that are files."""
        return tuple(param for param in self.params if param.is_file)

    def serving(self, values: Mapping[str, object]) -> tuple[str, ...]:
        """The inference types of the models that can do it: those for the value that decides, and
        those for any value where it is not among `values`."""
        if self.decided_by is None:
            return self.inference_types
        decisive = values.get(self.decided_by)
        if decisive is None:
            return tuple(each for types in self.inference_types_of.values() for each in types)
        return self.inference_types_of.get(str(decisive), ())

    @property
    def model_param(self) -> Param | None:
        """The parameter that names the model; some endpoints have none."""
        return next((param for param in self.params if param.role == "model"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A GET that costs nothing (deapi.md, Utility Endpoints)."""

    id: str
    path: str
    v1_paths: tuple[str, ...]
    params: tuple[Param, ...] = ()
