"""Libraries of the extra (requirements-engines.txt): used where they are installed."""

import importlib
from functools import cache
from typing import Any


@cache
def optional(name: str) -> Any | None:
    """The module of this name, or None where it isn't installed or doesn't load.

    Looked for when an engine first needs it, not at the sandbox's start: these libraries take
    seconds to load. Untyped, so that the types check the same with and without them.
    """
    try:
        return importlib.import_module(name)
    except (ImportError, OSError):  # OSError: a shared library that it needs is missing
        return None
