"""Log lines that say which run they are about: for people, or one JSON object each.

What a line is about is known where a run goes on (`about`) and not in the lower rooms that write
it. So it travels with the context, into tasks that begin there and threads that work for it, and
is put on each record when that is written down.
"""

import json
import logging
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TextIO, TypeVar

T = TypeVar("T")

_NOTHING: Mapping[str, str] = {}
_facts: ContextVar[Mapping[str, str]] = ContextVar("facts", default=_NOTHING)


@contextmanager
def about(**facts: str) -> Generator[None]:
    """Every line from here on carries these facts, e.g. `run`, instead of those from outside."""
    token = _facts.set(facts)
    try:
        yield
    finally:
        _facts.reset(token)


def going_on(pieces: Iterator[T]) -> Iterator[T]:
    """The same pieces. Lines that are written as one of them is made are about what they would be
    now, whoever asks for it later and wherever."""
    facts = _facts.get()

    def each() -> Iterator[T]:
        while True:
            with about(**facts):
                try:
                    piece = next(pieces)
                except StopIteration:
                    return
            yield piece

    return each()


def begin(style: Literal["text", "json"], to: TextIO | None = None) -> None:
    """Have this process write its lines in this style, to standard error when not told where.

    Ours from INFO on, those of others from WARNING on: httpx tells at INFO each address that it
    asks, uvicorn each that it is asked for, and some of them are secrets.
    """
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(Lines() if style == "json" else Text())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("lib").setLevel(logging.INFO)
    logging.captureWarnings(True)


def hand_on(logger: logging.Logger) -> None:
    """Have a logger that somebody gave a handler and a level of its own go by ours."""
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)
    logger.propagate = True


class Text(logging.Formatter):
    """`2026-11-24T12:00:00.123Z WARNING lib.runs.keep: run 0193…: its result is not ours yet`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and below it what was raised, if anything was."""
        run = _facts.get().get("run")
        record.message = record.getMessage()
        where = f"run {run}: " if run else ""
        head = f"{_time(record)} {record.levelname} {record.name}: {where}{record.message}"
        return "\n".join([head, *([raised] if (raised := _raised(self, record)) else [])])


class Lines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, what it is about, and `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        """The object, in ASCII: no text that is in it can begin a line of its own."""
        told = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_facts.get(),
        }
        if raised := _raised(self, record):
            told["exception"] = raised
        return json.dumps(told)


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _raised(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return formatter.formatException(record.exc_info) if record.exc_info else ""
