"""One call under check, field by field."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import UploadFile

from lib.deapi.contract import (
    GATES,
    SIZE_GATE,
    Endpoint,
    Param,
)
from lib.sandbox.catalogue import Catalogue, Model
from lib.sandbox.errors import invalid
from lib.sandbox.order import Measured, Order
from lib.sandbox.validate import rules, uploads
from lib.sandbox.validate.asked import Asked
from lib.sandbox.validate.bounds import between, bounded
from lib.sandbox.validate.types import is_empty, typed
from lib.sandbox.validate.wrong import Unlisted, Wrong

Values = Mapping[str, object]
Uploads = Mapping[str, tuple[UploadFile, ...]]
"""The files of an order, proven to be what they should, by their parameters."""

_SIZES = ("width", "height")


def check(
    endpoint: Endpoint, values: Values, catalogue: Catalogue, *, price: bool
) -> tuple[Order, Uploads]:
    """Check a submit, or a call that only asks its `price`. Raises `Refused` (422).

    `values` are by parameter, `images[]` included. Decodes uploads: call it off the loop.
    """
    return _Check(endpoint, values, catalogue, price=price).run()


class _Check:
    """Collects a sentence for each field that is wrong."""

    def __init__(
        self, endpoint: Endpoint, values: Values, catalogue: Catalogue, *, price: bool
    ) -> None:
        self._endpoint = endpoint
        self._given = values.keys()
        self._values = {key: value for key, value in values.items() if not is_empty(value)}
        self._asked = Asked(endpoint, self._values.keys(), price=price)
        self._model = _model(endpoint, self._values, catalogue)
        self._errors: dict[str, list[str]] = {}
        self._taken: dict[str, Any] = {}
        self._measured: dict[str, tuple[Measured, ...]] = {}
        self._uploads: dict[str, tuple[UploadFile, ...]] = {}

    def run(self) -> tuple[Order, Uploads]:
        for param in self._asked.params:
            try:
                self._check(param)
            except Wrong as wrong:
                self._fail(param.name, wrong.about(param.name))
        self._rules()
        if self._errors:
            raise invalid(self._errors)
        params = self._used()
        kept = {name for name in self._uploads if self._is_used(self._endpoint.param(name))}
        measured = {
            name: each for name, each in self._measured.items() if name not in self._uploads
        }
        measured |= {name: self._measured[name] for name in kept}
        order = Order(self._endpoint, self._model, params, measured)
        return order, {name: self._uploads[name] for name in kept}

    def _check(self, param: Param) -> None:
        value = self._values.get(param.name)
        if value is None:
            self._check_missing(param)
        elif param.is_file:
            self._uploads[param.name], self._measured[param.name] = uploads.taken(
                self._endpoint, param, value, self._model
            )
        elif param.measures:
            self._take_measure(param, typed(param, value))
        elif param.role == "model":
            if self._model is None:
                raise Unlisted
            self._taken[param.name] = self._model.slug
        else:
            self._take(param, typed(param, value))

    def _check_missing(self, param: Param) -> None:
        if param.must_be_present and self._asked.needs(param):
            # Its value may be empty, or null (gotchas §4).
            if param.name not in self._given:
                raise Wrong("must be present.")
        elif self._asked.needs(param):
            raise Wrong("is required.")

    def _take(self, param: Param, value: Any) -> None:
        if _is_prohibited(param, value, self._model):
            raise Wrong("is prohibited.")
        if _supports(param, self._model):
            bounded(self._endpoint, param, value, self._model, self._taken)
        self._taken[param.name] = value

    def _take_measure(self, param: Param, value: Any) -> None:
        """What is said of a file must be as its file would have to be."""
        bounded(self._endpoint, param, value, None, {})
        source, what = param.measures or ("", "")
        if what == "seconds":
            file = self._endpoint.param(source)
            uploads.lasts(self._endpoint, file, value, self._model)
        elif what in _SIZES:
            wide_high = uploads.sides(self._endpoint, self._model)
            between(value, wide_high[_SIZES.index(what)])
        self._taken[param.name] = value

    def _rules(self) -> None:
        sent = {**self._values, **self._taken}
        for at, said in rules.broken(self._endpoint, sent, self._model, price=self._asked.price):
            if not self._asked.may_miss(at) and at not in self._errors:
                self._fail(at, said)
        prompt = self._taken.get("prompt", "")
        if self._taken.get("enhance_prompt") and len(prompt.strip()) < _BOOSTED_LENGTH:
            self._fail("prompt", f"The prompt field must be at least {_BOOSTED_LENGTH} characters.")

    def _is_used(self, param: Param) -> bool:
        """What a model doesn't support, or what doesn't apply, is ignored and not refused."""
        sent = {**self._values, **self._taken}
        return _supports(param, self._model) and rules.applies(self._endpoint, param.name, sent)

    def _used(self) -> dict[str, Any]:
        """The parameters that count, with the model's own numbers where it does as it always does
        or nothing was said."""
        used: dict[str, Any] = {}
        for param in self._asked.params:
            if param.is_file:
                continue
            if param.name in self._taken and self._is_used(param):
                used[param.name] = self._taken[param.name]
            elif (own := _default(param, self._model)) is not None:
                used[param.name] = own
        self._measure_by(used)
        return used

    def _measure_by(self, used: Mapping[str, Any]) -> None:
        """What was said of a file in place of it, as if it had been looked at."""
        for source in self._asked.replaced:
            if not self._endpoint.param(source).is_file:
                continue
            said = {
                param.measures[1]: used[param.name]
                for param in self._asked.params
                if param.measures and param.measures[0] == source and param.name in used
            }
            self._measured[source] = (Measured(**said),)

    def _fail(self, field: str, sentence: str) -> None:
        self._errors.setdefault(field, []).append(sentence)


_BOOSTED_LENGTH = 3
"""Characters of a prompt that can be enhanced (deapi.md, Unified Prompt Booster)."""


def _model(endpoint: Endpoint, values: Values, catalogue: Catalogue) -> Model | None:
    """The model that is named, if there is one and it does this work."""
    param = endpoint.model_param
    slug = values.get(param.name) if param else None
    model = catalogue.find(slug) if isinstance(slug, str) else None
    types = endpoint.serving(values)
    serves = model is not None and (not types or bool(model.inference_types & set(types)))
    return model if serves else None


def _supports(param: Param, model: Model | None) -> bool:
    """Only an explicit no counts: what a model doesn't mention, it may well do."""
    if model is None:
        return True
    if param.type == "array":
        return bool(model.loras)
    gate = param.feature or GATES.get(param.name)
    if gate is None and param.name in _SIZES and not param.required:
        gate = SIZE_GATE
    return gate is None or model.features.get(gate, True)


def _is_prohibited(param: Param, value: Any, model: Model | None) -> bool:
    """What only the live service knows is refused by models that don't say they have it
    (gotchas §11: `diarize`)."""
    needs = param.source == "live" and param.feature
    return bool(needs and value and model and not model.features.get(needs, False))


def _default(param: Param, model: Model | None) -> Any:
    """The number that holds when none is given; a size follows what is uploaded."""
    if param.type not in ("integer", "number") or param.measures:
        return None
    if model and param.name in model.defaults and (param.name not in _SIZES or param.required):
        try:
            return typed(param, model.defaults[param.name])
        except Wrong:  # a catalogue put in by a test may hold anything
            pass
    return param.default if isinstance(param.default, int) else None
