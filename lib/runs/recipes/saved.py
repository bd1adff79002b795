"""From what a result was made from to the steps of a recipe."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from lib.deapi.checks import is_empty
from lib.deapi.contract import Endpoint, Param, endpoint
from lib.deapi.values import several
from lib.runs.texts import WRITING
from lib.store import Run, Store, history, lineage
from lib.store import Step as Link
from lib.store.lineage import DEPTH
from lib.store.recipes import Step, Take, What

AVOID: What = "negative_prompt"


def steps_of(store: Store, run: Run) -> list[Step]:
    """The chain that led to `run`, from its beginning, each run once; what somebody changed by hand
    in between is left out, as it belongs to these words alone."""
    links = _links(store, run)
    order = sorted(links)  # ids sort by time, and nothing is made from what came later
    known = {run.id: run} | {
        link.run.id: link.run for each in links.values() for link in each if link.run
    }
    files = _files(store, order)
    return [_step(known[run_id], links[run_id], order, files) for run_id in order]


def _links(store: Store, run: Run) -> dict[str, list[Link]]:
    """What each run of the chain came from, by its id."""
    found: dict[str, list[Link]] = {}
    waiting = [run]
    while waiting:
        each = waiting.pop(0)
        if each.id in found:
            continue
        behind = lineage.runs_behind(store, each) if len(found) < DEPTH else []
        found[each.id] = behind
        waiting += [link.run for link in behind if link.run]
    return found


def _files(store: Store, run_ids: Sequence[str]) -> dict[str, set[str]]:
    """The hashes of each run's files."""
    kept = history.results_of(store, list(run_ids))
    return {run_id: {file.sha256 for file in some} for run_id, some in kept.items()}


def _step(
    run: Run, links: Sequence[Link], order: Sequence[str], files: Mapping[str, set[str]]
) -> Step:
    at = endpoint(run.endpoint)
    takes = tuple(
        _take(link, link.run, order.index(link.run.id), files.get(link.run.id, set()))
        for link in links
        if link.run
    )
    taken = {each.param for each in takes}
    inputs = tuple(name for name in _own(at, run.params) if name not in taken)
    return Step(
        endpoint=run.endpoint, model=run.model, params=run.params, takes=takes, inputs=inputs
    )


def _take(link: Link, source: Run, step: int, hashes: set[str]) -> Take:
    result = endpoint(source.endpoint).result
    if result == "prompt":
        return Take(param=link.param, step=step, what=AVOID if link.param == AVOID else "prompt")
    if result in WRITING:
        return Take(param=link.param, step=step, what="text")
    given = several(link.into.params.get(link.param))
    places = (n for n, each in enumerate(given) if _hash(each) in hashes)
    return Take(param=link.param, step=step, what="result", place=next(places, 0))


def _own(at: Endpoint, params: Mapping[str, Any]) -> Iterator[str]:
    """The texts and files that a person gave it."""
    for param in at.params:
        value = params.get(param.name)
        if _is_input(param) and not is_empty(value) and value != param.nothing:
            yield param.name


def _is_input(param: Param) -> bool:
    address = param.address and param.role == "value"
    return param.is_own_text or address or (param.is_file and param.role == "value")


def _hash(value: Any) -> object:
    return cast(dict[str, Any], value).get("upload") if isinstance(value, dict) else None
