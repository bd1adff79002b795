"""The rows of a workbook, read by a process of its own.

A workbook of a kilobyte can ask for half a terabyte: two cells in far corners are enough, and the
library that reads it makes room for all between them, or aborts. So another process reads it
(`sheet.py`), with a bound on its memory and its time, and no environment.
"""

import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from lib.runs.experiments import archive
from lib.runs.experiments.table import Unreadable

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MOST_UNPACKED_BYTES = 50 * 2**20
_SECONDS = 20
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_READER = Path(__file__).with_name("sheet.py")
_BROKEN = "This workbook can't be read. Open it, save it as .xlsx or as CSV, and choose that file."
_WHY = {
    "locked": "This workbook is locked with a password. Save it without one.",
    "large": "There is too much in this workbook. Take fewer rows, or save one sheet as CSV.",
}
"""What `sheet.py` says, in a sentence."""


def rows(content: bytes) -> list[list[str]]:
    """What its first sheet with anything in it says, cell by cell. Raises `Unreadable`."""
    if content.startswith(_ZIP):
        _check_unpacked(content)
    elif not content.startswith(_OLE):
        raise Unreadable(_BROKEN)
    told = _told(content)
    if why := told.get("problem"):
        raise Unreadable(_WHY[why])
    return told["rows"]


def _check_unpacked(content: bytes) -> None:
    """By what its ZIP announces."""
    try:
        with archive.opened(BytesIO(content)) as parts:
            size = sum(each.file_size for each in parts.infolist())
    except Unreadable as error:
        raise Unreadable(_BROKEN) from error
    if size > MOST_UNPACKED_BYTES:
        raise Unreadable(_WHY["large"])


def _told(content: bytes) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_READER), str(_SECONDS)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=True,
            # Without the secrets of ours. Windows starts nothing without this one.
            env={name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ},
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Unreadable(_BROKEN) from error
    return json.loads(done.stdout)
