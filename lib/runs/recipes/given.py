"""What a step takes from the results of those before it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lib.deapi import transcripts
from lib.deapi.contract import Param, endpoint
from lib.deapi.media import BadMedia, Upload, inspect
from lib.deapi.terms import Media
from lib.deapi.values import several
from lib.runs.params import restored
from lib.runs.texts import prompts
from lib.store import Run, Store, files, history
from lib.store.recipes import Step, Take

_MOST_TEXT = 2 * 1024 * 1024


class NothingThere(Exception):
    """A step can't take what it needs: the message says why."""


def values(store: Store, step: Step, before: Sequence[Run]) -> dict[str, Any]:
    """The values of a step's form, with what it takes from the runs `before` it. Raises
    `NothingThere`, and `StoreError`."""
    found = restored(step.params, store)
    at = endpoint(step.endpoint)
    for take in step.takes:
        param = at.param(take.param)
        given = _given(store, before[take.step], take, param)
        if given is None:
            if param.required:
                raise NothingThere(f"Step {take.step + 1} wrote no text to go on with.")
            found.pop(take.param, None)
        else:
            put(found, take, given)
    return found


def put(found: dict[str, Any], take: Take, given: Any) -> None:
    """Have `given` be what `take` takes, among the values `found`."""
    now = found.get(take.param)
    if isinstance(given, Upload) and isinstance(now, list):
        some = several(now)
        found[take.param] = [*some[: take.place], given, *some[take.place + 1 :]]
    else:
        found[take.param] = given


def as_upload(store: Store, person: str, run: Run, media: Media) -> Upload:
    """The kept result of a run as `media` for another, counted as `person`'s. Raises `KeyError`
    when there is none, `BadMedia`, `OSError` and `StoreError`."""
    kept = history.results_of(store, [run.id])[run.id][0]
    words = re.findall(r"\w+", run.text)[:6]
    name = f"{'-'.join(words).lower() or 'result'}{Path(kept.name).suffix}"
    with store.media.local(files.result_name(run.id, kept.name)) as path:
        return files.save_upload(store, person, inspect(path, name, media=media))


def _given(store: Store, run: Run, take: Take, param: Param) -> Any:
    """None for a text that is not there."""
    try:
        if take.what == "result":
            return as_upload(store, run.person, run, param.media or "image")
        text = _text(store, run, take)
    except BadMedia as error:
        raise NothingThere(f"The result of step {take.step + 1}: {error}") from error
    except (KeyError, OSError) as error:
        raise NothingThere(f"The file of step {take.step + 1} is no longer here.") from error
    if not text.strip():
        return None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines if param.type == "string|array" else text


def _text(store: Store, run: Run, take: Take) -> str:
    kept = history.results_of(store, [run.id])[run.id][0]
    said = files.content(store, files.result_name(run.id, kept.name), _MOST_TEXT)
    content = said.decode("utf-8-sig", "replace")
    if take.what == "text":
        return transcripts.parse(content).text
    return prompts(content).get(take.what, "")
