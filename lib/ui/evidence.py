"""What is known about a run of which nobody knows whether it was paid for, in words."""

from datetime import UTC, datetime
from decimal import Decimal

from lib.runs.evidence import Balance, Evidence, Says, told_from
from lib.store import Run
from lib.ui import clock, money, words
from lib.ui.plain import clip, seconds

NAMED = 5
"""So many other runs of the moment are named."""

_TOLD = {
    (Says.PAID, True): "Other runs explain {others} of that, so it looks as if this one was paid.",
    (Says.PAID, False): "Other runs don't explain that, so it looks as if this one was paid.",
    (Says.FREE, True): "Other runs explain that, so it looks as if this one was not charged.",
    (Says.FREE, False): "So it looks as if this one was not charged.",
    (Says.NOTHING, True): "That does not tell: other runs or changes may explain it as well.",
    (Says.NOTHING, False): "That does not tell: other runs or changes may explain it as well.",
}
"""By what the balance says, and whether other runs were booked meanwhile."""

SHORT = {
    Says.PAID: "looks paid",
    Says.FREE: "looks not charged",
    Says.NOTHING: "can't be told",
    Says.UNSEEN: "can't be told",
}
"""What the balance says, in a list of such runs."""


def sentences(run: Run, known: Evidence) -> list[str]:
    """One sentence for each kind of evidence, the strongest first."""
    return [_balance(run, known.balance), *_orphans(known), _neighbours(run, known)]


def _balance(run: Run, balance: Balance) -> str:
    if balance.before is None or balance.after is None or balance.others is None:
        return _unseen(run)
    told = _TOLD[balance.says, bool(balance.others)].format(others=money.exact(balance.others))
    return f"{_moved(balance.before, balance.after)} {told}"


def _unseen(run: Run) -> str:
    wait = (told_from(run) - datetime.now(UTC)).total_seconds()
    if wait > 0:
        return f"The balance does not tell yet: it is looked at again in {seconds(wait + 1)}."
    return "The balance does not tell: it was not seen both before and after this was sent."


def _moved(before: Decimal, after: Decimal) -> str:
    if before == after:
        return f"The balance stayed at {money.exact(before)}."
    how = "fell" if after < before else "rose"
    by, one, other = (money.exact(each) for each in (abs(before - after), before, after))
    return f"The balance {how} by {by}, from {one} to {other}."


def _orphans(known: Evidence) -> list[str]:
    """News of jobs that nobody here has: one of them may be this one's."""
    return [
        f"At {clock.hour(each.at)} deAPI told of a job that no run here has "
        f"({clip(each.job.request_id, 60)}): it may be this one."
        for each in known.orphans[:NAMED]
    ]


def _neighbours(run: Run, known: Evidence) -> str:
    """The person's own by name; of other people's only how many there were."""
    if not known.neighbours:
        return "No other run was sent in that minute."
    mine = [each for each in known.neighbours if each.person == run.person]
    told = [
        f"\u201c{clip(words.name(each), 40)}\u201d "
        f"({'deAPI took it' if each.request_id else 'not taken, as far as we know'})"
        for each in mine[:NAMED]
    ]
    if len(mine) > NAMED:
        told.append(f"{len(mine) - NAMED} more of yours")
    if others := len(known.neighbours) - len(mine):
        told.append("one run of somebody else" if others == 1 else f"{others} runs of other people")
    return f"Sent within a minute of it: {_and(told)}."


def _and(told: list[str]) -> str:
    return " and ".join([", ".join(told[:-1]), told[-1]]) if told[1:] else told[0]
