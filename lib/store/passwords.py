"""Passwords: which ones will do, and how they are kept."""

import hashlib
import unicodedata
from functools import cache
from pathlib import Path

import bcrypt

LEAST, MOST = 10, 200
"""Characters."""
ROUNDS = 12
"""Of bcrypt: 0.3 s a try on the machine this was written on."""


class WeakPassword(ValueError):
    """A password that won't do; the message is a sentence that says what to do."""


def check(password: str, name: str) -> None:
    """Raises `WeakPassword` when `password` won't do for the account `name`."""
    plain = _plain(password)
    if not LEAST <= len(plain) <= MOST:
        raise WeakPassword(f"Use at least {LEAST} characters, and at most {MOST}.")
    folded = plain.casefold()
    if folded in _common() or len(set(folded)) < 4:
        raise WeakPassword("Too many people use this one. Use a few words that belong to you.")
    if name.casefold() in folded and len(folded) < len(name) + LEAST:
        raise WeakPassword("Leave your own name out of it.")


def hashed(password: str) -> str:
    """How it is kept."""
    return bcrypt.hashpw(_digest(password), bcrypt.gensalt(ROUNDS)).decode()


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the one that was kept. Takes as long when nothing is kept, so that the time
    does not tell which accounts there are."""
    right = bcrypt.checkpw(_digest(password[: 10 * MOST]), (kept or _nobody()).encode())
    return right and kept is not None


def _plain(password: str) -> str:
    """The same password, however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password)


def _digest(password: str) -> bytes:
    """bcrypt takes 72 bytes and no NUL; of a long password all characters must count."""
    return hashlib.sha256(_plain(password).encode("utf-8", "replace")).hexdigest().encode()


@cache
def _nobody() -> str:
    return hashed("the password of nobody")


@cache
def _common() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text().split())
