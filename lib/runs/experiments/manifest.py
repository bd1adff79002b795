"""A plan as it is written down: everything that it takes to plan the same again, elsewhere too.

Files stand in it by their content, as in a run's parameters. Read back it is somebody's file, and
hostile until checked: only what a plan consists of is taken, and of a file only which one it is,
and what it is called where that person has to be told.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from lib.deapi.contract import ENDPOINTS
from lib.deapi.media import Upload
from lib.deapi.terms import Media
from lib.deapi.text import clean, short
from lib.runs.experiments.given import Brought
from lib.runs.experiments.plan import MOST_CELLS, Draft, Input, Variant
from lib.runs.experiments.table import MOST_ROWS, Unreadable
from lib.runs.params import stored
from lib.store import Store, files

VERSION = 1
_NAME, _TEXT = 200, 20_000
"""Characters of a name, and of a value."""
_KINDS: Mapping[str, Media] = {"image": "image", "audio": "audio", "video": "video"}
_TOLD = 60
"""So much of a name stands in the sentence about it."""


class BadManifest(ValueError):
    """This is no plan of ours; the message says what to do."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file something stands, for the sentence about it."""

    path: str

    def __truediv__(self, name: str | int) -> "_Place":
        # It is the file's own word, and a page must be able to show it.
        told = short(str(name), _TOLD) or "?"
        return _Place(f"{self.path} › {told}" if self.path else told)

    def wrong(self, wanted: str) -> BadManifest:
        return BadManifest(
            f"This is not the plan of an experiment: {self.path} must be {wanted}. Choose the "
            "manifest.json out of an export."
        )


def written(draft: Draft) -> dict[str, Any]:
    """The plan as JSON."""
    told = {
        "version": VERSION,
        "endpoint": draft.endpoint,
        "seed": draft.seed,
        "shared": stored(draft.shared),
        "inputs": [_input(each) for each in draft.inputs],
        "variants": [
            {
                "name": each.name,
                "endpoint": each.endpoint,
                "model": each.model,
                "values": stored(each.values),
                "words": each.words,
            }
            for each in draft.variants
        ],
        "own": [
            {"input": row, "variant": column, "values": stored(values)}
            for (row, column), values in sorted(draft.own.items())
        ],
    }
    told |= {"view": draft.view} if draft.view else {}
    told |= {"then": written(draft.then)} if draft.then else {}
    return told | ({"before": draft.before} if draft.before else {})


def _input(row: Input) -> dict[str, Any]:
    told = {"name": row.name, "values": stored(row.values)}
    told |= {"beside": [dict(each) for each in row.beside]} if row.beside else {}
    return told | ({"numbers": [*row.numbers]} if row.numbers else {})


def read(told: object, store: Store, person: str, brought: Brought | None = None) -> Draft:
    """The plan that `written` wrote, for `person`, whose uploads its files are, or become where
    they were `brought` with it. What was `before` it is elsewhere, and stays out. Raises
    `BadManifest`, and `StoreError`."""
    top = _Place("")
    facts = _object(told, top / "the file")
    if facts.get("version") != VERSION:
        raise (top / "version").wrong(str(VERSION))
    mine = _Mine(store, person, brought)
    draft = _draft(facts, top, mine)
    if facts.get("then") is None:
        return draft
    after = top / "then"
    return replace(draft, then=_draft(_object(facts["then"], after), after, mine))


def _draft(facts: Mapping[str, Any], top: _Place, mine: "_Mine") -> Draft:
    inputs = [_row(each, at, mine) for each, at in _objects(facts.get("inputs"), top / "inputs")]
    numbers = [number for each in inputs for number in each.numbers]
    if len({*numbers}) < len(numbers):  # rows go by them, and files in an export too
        raise (top / "inputs").wrong("rows that each have numbers of their own")
    listed = _objects(facts.get("variants"), top / "variants")
    variants = [_variant(each, at, mine) for each, at in listed]
    own = {
        (
            _index(each.get("input"), at / "input", len(inputs)),
            _index(each.get("variant"), at / "variant", len(variants)),
        ): _values(each.get("values"), at / "values", mine)
        for each, at in _objects(facts.get("own", []), top / "own")
    }
    return Draft(
        endpoint=_endpoint(facts.get("endpoint"), top / "endpoint"),
        inputs=inputs,
        variants=variants,
        seed=_index(facts.get("seed"), top / "seed", 2**63),
        shared=_values(facts.get("shared", {}), top / "shared", mine),
        own=own,
        view=_text(facts.get("view", ""), top / "view", _NAME),
    )


def _row(facts: Mapping[str, Any], at: _Place, mine: "_Mine") -> Input:
    beside = tuple(
        {name: _text(said, where / name, _TEXT) for name, said in line.items()}
        for line, where in _objects(facts.get("beside", []), at / "beside")
    )
    return Input(
        name=_text(facts.get("name"), at / "name", _NAME),
        values=_values(facts.get("values"), at / "values", mine),
        beside=beside,
        numbers=_numbers(facts["numbers"], at / "numbers", len(beside))
        if "numbers" in facts
        else (),
    )


def _numbers(value: object, at: _Place, count: int) -> tuple[int, ...]:
    """Those that lines have in a table."""
    if not isinstance(value, list) or len(cast(list[object], value)) != count:
        raise at.wrong("a list with a number for each line beside it")
    listed = enumerate(cast(list[object], value))
    return tuple(_index(each, at / n, MOST_ROWS + 1, least=1) for n, each in listed)


def _variant(facts: Mapping[str, Any], at: _Place, mine: "_Mine") -> Variant:
    other, words = facts.get("endpoint", ""), facts.get("words")
    return Variant(
        name=_text(facts.get("name"), at / "name", _NAME),
        endpoint=_endpoint(other, at / "endpoint") if other != "" else "",
        model=_text(facts.get("model"), at / "model", _NAME),
        values=_values(facts.get("values"), at / "values", mine),
        words=None if words is None else _index(words, at / "words", MOST_CELLS),
    )


def _endpoint(value: object, at: _Place) -> str:
    found = _text(value, at, _NAME)
    if found not in {each.id for each in ENDPOINTS}:
        raise at.wrong("one that deAPI has")
    return found


def _object(value: object, at: _Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise at.wrong("an object")
    named = {str(name): each for name, each in cast(dict[object, Any], value).items()}
    return {_text(name, at / name, _NAME): each for name, each in named.items()}


def _objects(value: object, at: _Place) -> list[tuple[dict[str, Any], _Place]]:
    if not isinstance(value, list) or len(cast(list[object], value)) > MOST_CELLS:
        raise at.wrong(f"a list of at most {MOST_CELLS:,}")
    listed = enumerate(cast(list[object], value))
    return [(_object(each, at / n), at / n) for n, each in listed]


def _text(value: object, at: _Place, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise at.wrong(f"a text of at most {most:,} characters")
    if clean(value) != value:
        raise at.wrong("a text without broken characters")
    return value


def _index(value: object, at: _Place, below: int, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < below:
        raise at.wrong(f"a whole number from {least} to {below - 1:,}")
    return value


@dataclass(frozen=True, slots=True)
class _Mine:
    """Whose uploads may stand in a plan, and where others may come from."""

    store: Store
    person: str
    brought: Brought | None

    def upload(self, facts: Mapping[str, Any], at: _Place) -> Upload:
        sha256 = _text(facts["upload"], at, _NAME)
        found = files.upload(self.store, self.person, sha256)
        name = str(facts.get("name", ""))
        told = short(name, _TOLD) or at.path
        if found is None and self.brought is not None:
            try:
                found = self.brought.take(sha256, name, _media(facts))
            except Unreadable as error:
                raise BadManifest(f"“{told}”, a file that this plan works on: {error}") from error
        if found is None:
            raise BadManifest(
                f"This plan works on “{told}”, a file that you have not given yet. Upload it once "
                "on any page, or choose the whole ZIP of an export that has it inside; then take "
                "the plan again."
            )
        return found


def _media(facts: Mapping[str, Any]) -> Media:
    """What a file is said to be; whether it is, its content tells."""
    kind = str(facts.get("media_type", "")).partition("/")[0]
    return _KINDS.get(kind, "image")


def _values(value: object, at: _Place, mine: _Mine) -> Mapping[str, Any]:
    return {name: _value(each, at / name, mine) for name, each in _object(value, at).items()}


def _value(value: object, at: _Place, mine: _Mine, depth: int = 3) -> Any:
    """What values consist of: texts, numbers, files, and a few of them together."""
    if isinstance(value, str):
        return _text(value, at, _TEXT)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list) and depth:
        return [_value(each, at, mine, depth - 1) for each in cast(list[object], value)]
    if isinstance(value, dict) and depth:
        facts = _object(cast(object, value), at)
        if "upload" in facts:
            return mine.upload(facts, at)
        return {name: _value(each, at, mine, depth - 1) for name, each in facts.items()}
    raise at.wrong("a text, a number or a list of them")
