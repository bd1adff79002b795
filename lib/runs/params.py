"""A run's parameters, in memory and as the database keeps them.

In memory a file is an `Upload` with its path; in the database it is named by its content, so that
a data folder can move.
"""

from collections.abc import Mapping
from typing import Any, cast

from lib.deapi.errors import DeapiError
from lib.deapi.media import Upload, from_json, to_json
from lib.deapi.values import files_in
from lib.store import Store, StoreError, files


class FileGone(DeapiError):
    """Raised when a file among the parameters can't be read any more: nothing can be sent."""

    def __init__(self, error: OSError) -> None:
        # Its own text names a path of this machine.
        super().__init__(error.strerror or type(error).__name__)


class FileAway(DeapiError):
    """Raised when a file among the parameters can't be had just now: it is kept in a bucket that
    does not answer, or there is no room for it here. Nothing was sent."""


def stored(params: Mapping[str, Any]) -> dict[str, Any]:
    """`params` as JSON: each `Upload` becomes `{"upload": sha256, "name": …}`."""
    return {name: _stored(value) for name, value in params.items()}


def restored(params: Mapping[str, Any], store: Store) -> dict[str, Any]:
    """The way back: each file is an `Upload` of `store` again, and may be read once it is
    `at_hand`."""
    return {name: _restored(value, store) for name, value in params.items()}


def at_hand(params: Mapping[str, Any], store: Store) -> None:
    """Have every file among `params` on this machine, which may take long. Raises `FileGone` and
    `FileAway`."""
    try:
        for upload in files_in(params.values()):
            files.at_hand(store, upload)
    except FileNotFoundError as error:
        raise FileGone(error) from error
    except StoreError as error:
        raise FileAway(str(error)) from error
    except OSError as error:
        raise FileAway(error.strerror or type(error).__name__) from error


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
