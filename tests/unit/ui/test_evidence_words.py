"""What is known about a lost run, as it is said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from lib.deapi.wire import Job
from lib.runs.delivery import Orphan
from lib.runs.evidence import Balance, Evidence, Says
from lib.store import Run
from lib.ui.evidence import sentences
from tests.unit.ui.making import AT, run

LOST = run(id="lost", sending_at=AT)


def known(balance: Balance, *neighbours: Run, orphans: list[Orphan] | None = None) -> Evidence:
    return Evidence(neighbours=neighbours, orphans=orphans or [], balance=balance)


def balance(says: Says, before: str, after: str, others: str = "0") -> str:
    found = Balance(says, Decimal(before), Decimal(after), Decimal(others))
    return sentences(LOST, known(found))[0]


PAID, FREE = "looks as if this one was paid.", "looks as if this one was not charged."


@pytest.mark.parametrize(
    ("says", "before", "after", "others", "moved", "told"),
    [
        (Says.PAID, "150", "149.99735", "0", "fell by $0.00265, from $150.00 to $149.99735", PAID),
        (Says.PAID, "5", "4.99", "0.005", "fell by $0.01, from $5.00 to $4.99", PAID),
        (Says.FREE, "5", "4.995", "0.005", "fell by $0.005, from $5.00 to $4.995", FREE),
        (Says.FREE, "1204.33", "1204.33", "0", "stayed at $1,204.33", FREE),
        (
            Says.NOTHING,
            "5",
            "9.000000001",
            "0",
            "rose by $4.000000001, from $5.00 to $9.000000001",
            "That does not tell: other runs or changes may explain it as well.",
        ),
    ],
)
def test_a_fall_is_said_in_all_its_digits(
    says: Says, before: str, after: str, others: str, moved: str, told: str
) -> None:
    said = balance(says, before, after, others)
    assert said.startswith(f"The balance {moved}. ")
    assert said.endswith(told)


def test_what_other_runs_explain_of_it_is_said() -> None:
    assert "Other runs explain $0.005 of that" in balance(Says.PAID, "5", "4.99", "0.005")
    assert "Other runs don't explain that" in balance(Says.PAID, "5", "4.99")


def test_as_long_as_a_look_would_come_too_early_it_says_when_one_comes() -> None:
    now = datetime.now(UTC)
    fresh = replace(LOST, sending_at=now - timedelta(seconds=30), lost_at=now)
    told = sentences(fresh, known(Balance(Says.UNSEEN)))[0]
    assert told.startswith("The balance does not tell yet: it is looked at again in 1")
    old = sentences(LOST, known(Balance(Says.UNSEEN)))[0]
    assert old.endswith("it was not seen both before and after this was sent.")


def test_news_of_a_stranger_s_job_may_be_of_this_one() -> None:
    orphan = Orphan(Job(request_id="job-7", state="done"), AT)
    told = sentences(LOST, known(Balance(Says.UNSEEN), orphans=[orphan]))
    assert "deAPI told of a job that no run here has (job-7): it may be this one." in told[1]


def test_own_runs_of_the_minute_are_named_and_those_of_others_counted() -> None:
    mine = run(id="m", text="My fox", request_id="job")
    hers = [run(id=str(n), text="Her secret", person="ada") for n in range(2)]
    told = sentences(LOST, known(Balance(Says.UNSEEN), mine, *hers))[-1]
    assert told == (
        "Sent within a minute of it: \u201cMy fox\u201d (deAPI took it) and 2 runs of other people."
    )
    assert sentences(LOST, known(Balance(Says.UNSEEN)))[-1].startswith("No other run")


def test_many_own_runs_are_named_up_to_a_handful() -> None:
    mine = [run(id=str(n), text=f"Fox {n}") for n in range(7)]
    told = sentences(LOST, known(Balance(Says.UNSEEN), *mine))[-1]
    assert "Fox 4" in told
    assert "Fox 5" not in told
    assert told.endswith("and 2 more of yours.")
