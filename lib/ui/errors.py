"""What went wrong, as one sentence that says what to do.

Works on `DeapiError` and on the facts that a run remembers of one (`facts()`), so that a card says
the same a week later. deAPI's own words are shown under Details, or here where they alone know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lib.deapi.errors import DeapiError
from lib.ui.plain import clip, seconds


@dataclass(frozen=True, slots=True)
class Link:
    """Where it is mended."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence for a person, and where to go if there is such a place."""

    sentence: str
    link: Link | None = None


KEYS = Link("Open your API keys", "https://app.deapi.ai/dashboard/api-keys")
BILLING = Link("Open billing", "https://app.deapi.ai/billing")
STATUS = Link("See deAPI's status page", "https://status.deapi.ai")

_ADVICE: Mapping[str, Advice] = {
    # lib/deapi/errors.py
    "DeapiError": Advice("Something went wrong with deAPI. Try again in a moment.", STATUS),
    "NotDelivered": Advice(
        "deAPI can't be reached just now. Check the connection, then try again.", STATUS
    ),
    "NoAnswer": Advice("deAPI did not answer in time. Look at its status, then try again.", STATUS),
    "NotUnderstood": Advice(
        "deAPI gave an answer that makes no sense to us. Try again in a few minutes.", STATUS
    ),
    "ServerError": Advice("deAPI has a problem on its side. Try again in a few minutes.", STATUS),
    "Unauthorized": Advice(
        "deAPI does not accept this key. Make a new one and put it into the settings.", KEYS
    ),
    "Forbidden": Advice(
        "This key may not do that. See what the key is allowed to do, or use another one.", KEYS
    ),
    "NotFound": Advice(
        "deAPI does not know this any more. Run it again to get a new one.",
    ),
    "Invalid": Advice("deAPI refused one of the settings. Change it and run again."),
    "NotEnoughBalance": Advice(
        "There is not enough money on the account for this. Top it up, then run again.", BILLING
    ),
    "RateLimited": Advice("deAPI asks us to wait. Try again in a moment."),
    "MinuteLimit": Advice("That was as much as deAPI takes in a minute. Try again in a moment."),
    "DailyLimit": Advice(
        "Today's runs of this kind are used up. Go on tomorrow, or move to a larger plan.",
        BILLING,
    ),
    "Refused": Advice("deAPI turned this down. Change the settings and run again."),
    "DownloadFailed": Advice(
        "The result is ready at deAPI, but it could not be fetched yet. It is tried again by "
        "itself."
    ),
    "Expired": Advice(
        "deAPI no longer has the result. Use these settings again to make a new one."
    ),
    "UnsafeAddress": Advice(
        "The result stands at an address that we don't open, for safety. Tell whoever looks "
        "after this playground."
    ),
    "TooLarge": Advice(
        "The result is larger than this playground keeps. Choose a smaller size and run again."
    ),
    # lib/runs
    "NoFile": Advice("deAPI says it is done but gave no file. It is asked again by itself."),
    "FileGone": Advice("A file that this needs is gone. Choose it again, then run again."),
    "FileAway": Advice(
        "A file that this needs can't be had just now. It is tried again by itself; nothing was "
        "sent."
    ),
    "JobFailed": Advice("deAPI could not finish this. Change the settings a little and run again."),
    "Interrupted": Advice(
        "The playground was stopped while this was being sent, so nobody knows whether deAPI "
        "got it."
    ),
    "PriceRose": Advice("The price went up while this was waiting. Decide whether to go on."),
    # lib/store and the machine below it
    "StoreError": Advice(
        "The playground could not write this down. Check its data folder, then try again."
    ),
    "DiskFull": Advice("There is no room left on the disk. Free some space, then try again."),
    "MediaDown": Advice(
        "The place where files are kept can't be used just now. It is tried again by itself."
    ),
    "MediaRefused": Advice(
        "The place where files are kept is gone, or lets the playground in no more. Tell whoever "
        "runs it; until then it is tried again by itself."
    ),
    "AlreadyHeld": Advice("Another playground uses the same data folder. Stop one of the two."),
    "SandboxTwice": Advice(
        "Another server runs the sandbox of this playground. Have one of the two run without it."
    ),
    "NewerData": Advice("The data folder belongs to a newer playground. Update this one."),
    "BadPicture": Advice("The result is not a picture that can be opened. Run it again."),
    "OSError": Advice(
        "A file could not be read or written. Check the disk of this machine, then try again."
    ),
}

NO_PLAY_MONEY = Advice(
    "There is not enough play money for this. Take some more, then run again.",
    Link("Open the sandbox's page", "./sandbox"),
)

UNFORESEEN = Advice("Something went wrong that nobody foresaw. Try again; the details help us.")

_SAYS_WHY = frozenset({"Invalid", "Refused", "Forbidden", "JobFailed"})
"""Kinds where only deAPI knows the reason, so that its words belong in the sentence."""


def kinds() -> frozenset[str]:
    """Every kind of error that has a sentence of its own."""
    return frozenset(_ADVICE)


def advice(error: DeapiError | Mapping[str, Any], *, rehearsing: bool = False) -> Advice:
    """What to tell a person about `error`, or about the facts a run has kept of one; `rehearsing`
    where it is the sandbox that said so."""
    facts = error.facts() if isinstance(error, DeapiError) else error
    kind = str(facts.get("kind") or "")
    if rehearsing and kind == "NotEnoughBalance":
        return NO_PLAY_MONEY
    found = _ADVICE.get(kind, UNFORESEEN)
    if kind in _SAYS_WHY and (why := reason(facts)):
        return Advice(f"{found.sentence} It says: “{why}”", found.link)
    if (wait := facts.get("retry_after")) and kind in ("RateLimited", "MinuteLimit"):
        return Advice(f"{found.sentence} It takes about {seconds(float(wait))}.", found.link)
    if wait and kind == "DailyLimit":
        return Advice(f"{found.sentence} It goes on in about {seconds(float(wait))}.", found.link)
    return found


def reason(facts: Mapping[str, Any]) -> str:
    """deAPI's own words about it, short; its code where it gave one."""
    message, code = clip(str(facts.get("message") or ""), 200), facts.get("code")
    if code and str(code) not in message:
        return f"{message} ({clip(str(code), 60)})" if message else clip(str(code), 60)
    return message


def fields(error: DeapiError | Mapping[str, Any]) -> dict[str, str]:
    """What deAPI says about single fields: one sentence each, by field name."""
    facts = error.facts() if isinstance(error, DeapiError) else error
    found: Mapping[str, Any] = facts.get("fields") or {}
    return {
        name.partition(".")[0]: clip(str(texts[0]), 200) for name, texts in found.items() if texts
    }
