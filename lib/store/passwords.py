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
    return bcrypt.hashpw(digest(password).encode(), bcrypt.gensalt(ROUNDS)).decode()


def check_hash(_name: str, digest: str, kept: str) -> bool:
    """Whether it is the digest of the password that was kept as `kept`."""
    return bcrypt.checkpw(digest.encode(), kept.encode())


def _plain(password: str) -> str:
    """The same password, however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password)


def digest(password: str) -> str:
    """What is hashed: bcrypt takes 72 bytes and no NUL, and of a long password all characters must
    count. 64 hex digits."""
    plain = _plain(password[: 10 * MOST])
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


@cache
def nobody() -> str:
    """A hash that is no account's: to check it takes as long, so that the time does not tell which
    accounts there are."""
    return hashed("the password of nobody")


@cache
def _common() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text().split())
