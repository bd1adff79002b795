"""Texts as they are kept: people, models and deAPI may say anything, and no database keeps all.

PostgreSQL refuses NUL, and neither writes half characters down. A result that was paid for must be
kept whatever it says, and what nothing is called must be found to be nothing.
"""

import re
from typing import Any

import sqlalchemy
from sqlalchemy import Dialect
from sqlalchemy.types import TypeDecorator

_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def writable(text: str) -> str:
    """Without what no database keeps: half characters and NUL."""
    return _UNWRITABLE.sub("", text)


class String(TypeDecorator[str]):
    """A name or a key, of limited length. What can't be kept has a sign in its place: left out, an
    id with something in it would be that of another."""

    impl = sqlalchemy.String
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else _UNWRITABLE.sub("\ufffd", value)


class Text(TypeDecorator[str]):
    """What somebody has said, of any length and without what can't be kept."""

    impl = sqlalchemy.Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else writable(value)
