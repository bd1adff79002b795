"""What is known about a run of which nobody knows whether it was paid for, in words."""

from lib.runs.evidence import Balance, Evidence, Says
from lib.ui import clock, money, words
from lib.ui.plain import clip

NAMED = 5
"""So many other runs of the moment are named."""

_BALANCE = {
    Says.PAID: "The balance fell from {before} to {after}, and other runs explain {others} of it: "
    "so it looks as if this one was paid.",
    Says.FREE: "The balance went from {before} to {after}, and other runs explain {others}: so it "
    "looks as if this one was not charged.",
    Says.NOTHING: "The balance went from {before} to {after} and does not tell, because other runs "
    "or changes may explain that as well.",
    Says.UNSEEN: "The balance does not tell: it was not seen both before and after this was sent.",
}

SHORT = {
    Says.PAID: "looks paid",
    Says.FREE: "looks not charged",
    Says.NOTHING: "can't be told",
    Says.UNSEEN: "can't be told",
}
"""What the balance says, in a list of such runs."""


def sentences(known: Evidence) -> list[str]:
    """One sentence for each kind of evidence, the strongest first."""
    return [_balance(known.balance), *_orphans(known), _neighbours(known)]


def _balance(balance: Balance) -> str:
    shown = {
        name: money.left(amount)
        for name in ("before", "after", "others")
        if (amount := getattr(balance, name)) is not None
    }
    return _BALANCE[balance.says].format(**shown)


def _orphans(known: Evidence) -> list[str]:
    """News of jobs that nobody here has: one of them may be this one's."""
    return [
        f"At {clock.hour(each.at)} deAPI told of a job that no run here has "
        f"({clip(each.job.request_id, 60)}): it may be this one."
        for each in known.orphans[:NAMED]
    ]


def _neighbours(known: Evidence) -> str:
    others = known.neighbours
    if not others:
        return "No other run was sent in that minute."
    told = [
        f"\u201c{clip(words.name(each), 40)}\u201d "
        f"({'deAPI took it' if each.request_id else 'not taken, as far as we know'})"
        for each in others[:NAMED]
    ]
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    return f"Sent within a minute of it: {', '.join(told)}{more}."
