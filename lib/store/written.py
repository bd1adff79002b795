"""Texts as they are kept: people, models and deAPI may say anything, and no database keeps all.

PostgreSQL refuses NUL, and neither writes half characters down. They are left out on the way in,
and of what is looked for: a result that was paid for must be kept whatever it says.
"""

from typing import Any

import sqlalchemy
from sqlalchemy import Dialect
from sqlalchemy.types import TypeDecorator


def writable(text: str) -> str:
    """Without what no database keeps: half characters and NUL."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


class _Written(TypeDecorator[str]):
    impl = sqlalchemy.String

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else writable(value)


class String(_Written):
    """A text of limited length."""

    cache_ok = True


class Text(_Written):
    """A text of any length."""

    impl = sqlalchemy.Text
    cache_ok = True
