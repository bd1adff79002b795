"""A run's parameters, in memory and as the database keeps them.

In memory a file is an `Upload` with its path; in the database it is named by its content, so that
a data folder can move.
"""

from collections.abc import Mapping
from typing import Any, cast

from lib.deapi.errors import DeapiError
from lib.deapi.media import Upload, from_json, to_json
from lib.store import Store, files


class FileGone(DeapiError):
    """Raised when a file among the parameters can't be read any more: nothing can be sent."""

    def __init__(self, error: OSError) -> None:
        # Its own text names a path of this machine.
        super().__init__(error.strerror or type(error).__name__)


def stored(params: Mapping[str, Any]) -> dict[str, Any]:
    """`params` as JSON: each `Upload` becomes `{"upload": sha256, "name": …}`."""
    return {name: _stored(value) for name, value in params.items()}


def restored(params: Mapping[str, Any], store: Store) -> dict[str, Any]:
    """The way back: each file is an `Upload` in the uploads of `store` again."""
    return {name: _restored(value, store) for name, value in params.items()}


def _stored(value: Any) -> Any:
    if isinstance(value, list):
        return [_stored(each) for each in cast(list[Any], value)]
    return to_json(value) if isinstance(value, Upload) else value


def _restored(value: Any, store: Store) -> Any:
    if isinstance(value, list):
        return [_restored(each, store) for each in cast(list[Any], value)]
    facts = cast(dict[str, Any], value) if isinstance(value, dict) else {}
    if "upload" not in facts:
        return cast(Any, value)
    return from_json(facts, files.upload_path(store, facts["upload"]))
