"""The times that one chooses from, as days. Pure functions."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

from lib.store.usage import Period

WEEK, DAYS, MONTH, YEAR, OWN = "7 days", "30 days", "This month", "12 months", "Own dates"
CHOICES = (WEEK, DAYS, MONTH, YEAR, OWN)

DAILY = 92
"""So many days at most are drawn one by one; a longer time is drawn by months."""


def chosen(choice: str, today: date) -> Period:
    """What each choice but one's own dates means today, which is in all of them."""
    first = {
        WEEK: today - timedelta(days=6),
        DAYS: today - timedelta(days=29),
        MONTH: today.replace(day=1),
        YEAR: _eleven_months_before(today),
    }[choice]
    return Period(first=first, last=today)


def _eleven_months_before(today: date) -> date:
    """The first of the month after this one, a year ago."""
    return date(today.year - (today.month < 12), today.month % 12 + 1, 1)


def days(period: Period) -> int:
    return (period.last - period.first).days + 1


def monthly(period: Period) -> bool:
    """Whether it is drawn by months."""
    return days(period) > DAILY


def steps(period: Period, today: date) -> list[date]:
    """Every day of it, or the first of every month. This month goes on to its end, which is still
    to come."""
    last = period.last
    if not monthly(period) and period == chosen(MONTH, today):
        last = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    every = (period.first + timedelta(days=n) for n in range((last - period.first).days + 1))
    return list(dict.fromkeys(_step(each, monthly(period)) for each in every))


def step(day: date, period: Period) -> date:
    """Where `day` is drawn."""
    return _step(day, monthly(period))


def told(day: date, period: Period) -> str:
    """The same for a person: `24 Nov`, or `Nov 2026`."""
    return f"{day:%b %Y}" if monthly(period) else f"{day.day} {day:%b}"


def _step(day: date, by_month: bool) -> date:
    return day.replace(day=1) if by_month else day


def rest_of_month(today: date) -> Iterator[date]:
    """The days of this month after today."""
    for day in range(today.day + 1, calendar.monthrange(today.year, today.month)[1] + 1):
        yield today.replace(day=day)
