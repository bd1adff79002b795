"""A plan as it is written down: everything that it takes to plan the same again, elsewhere too.

Files stand in it by their content, as in a run's parameters. Read back it is somebody's file, and
hostile until checked: only what a plan consists of is taken, and of a file only which one it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from lib.deapi.contract import ENDPOINTS
from lib.deapi.media import Upload
from lib.runs.experiments.plan import MOST_CELLS, Draft, Input, Variant
from lib.runs.experiments.table import MOST_ROWS
from lib.runs.params import stored
from lib.store import Store, files

VERSION = 1
_NAME, _TEXT = 200, 20_000
"""Characters of a name, and of a value."""


class BadManifest(ValueError):
    """This is no plan of ours; the message says what to do."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file something stands, for the sentence about it."""

    path: str

    def __truediv__(self, name: str | int) -> "_Place":
        return _Place(f"{self.path} › {name}" if self.path else str(name))

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


def read(told: object, store: Store, person: str) -> Draft:
    """The plan that `written` wrote, for `person`, whose uploads its files are. What was `before`
    it is elsewhere, and stays out. Raises `BadManifest`, and `StoreError`."""
    top = _Place("")
    facts = _object(told, top / "the file")
    if facts.get("version") != VERSION:
        raise (top / "version").wrong(str(VERSION))
    mine = _Mine(store, person)
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
    return {str(name): each for name, each in cast(dict[object, Any], value).items()}


def _objects(value: object, at: _Place) -> list[tuple[dict[str, Any], _Place]]:
    if not isinstance(value, list) or len(cast(list[object], value)) > MOST_CELLS:
        raise at.wrong(f"a list of at most {MOST_CELLS:,}")
    listed = enumerate(cast(list[object], value))
    return [(_object(each, at / n), at / n) for n, each in listed]


def _text(value: object, at: _Place, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise at.wrong(f"a text of at most {most:,} characters")
    return value


def _index(value: object, at: _Place, below: int, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < below:
        raise at.wrong(f"a whole number from {least} to {below - 1:,}")
    return value


@dataclass(frozen=True, slots=True)
class _Mine:
    """Whose uploads may stand in a plan."""

    store: Store
    person: str

    def upload(self, sha256: str, at: _Place) -> Upload:
        found = files.upload(self.store, self.person, sha256)
        if found is None:
            raise BadManifest(
                f"This plan works on a file that you have not given yet: {at.path}. Upload it "
                "once on any page, then import the plan again."
            )
        return found


def _values(value: object, at: _Place, mine: _Mine) -> Mapping[str, Any]:
    return {name: _value(each, at / name, mine) for name, each in _object(value, at).items()}


def _value(value: object, at: _Place, mine: _Mine, depth: int = 3) -> Any:
    """What values consist of: texts, numbers, files, and a few of them together."""
    if isinstance(value, str):
        return _text(value, at, _TEXT)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list) and depth:
        return [_value(each, at, mine, depth - 1) for each in cast(list[object], value)]
    if isinstance(value, dict) and depth:
        facts = _object(cast(object, value), at)
        if "upload" in facts:
            return mine.upload(_text(facts["upload"], at, _NAME), at)
        return {name: _value(each, at, mine, depth - 1) for name, each in facts.items()}
    raise at.wrong("a text, a number or a list of them")
