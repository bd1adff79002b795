"""How the models have done so far, out of our own history."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median

from sqlalchemy import and_, or_, select

from lib.store.database import Store
from lib.store.states import State
from lib.store.tables import runs

LAST = 2000
"""So many of the newest runs are looked at: models change, and what was long ago says little."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """How one model did on one endpoint: how many runs it took up and ended, how many of them
    well, and of those the median time (seconds from sent to heard) and price (USD)."""

    endpoint: str
    model: str
    ended: int
    done: int
    seconds: float | None
    price: Decimal | None

    @property
    def success(self) -> float:
        """From 0 to 1."""
        return self.done / self.ended


def records(store: Store, profile: str, person: str) -> list[Record]:
    """The record of each model on each endpoint that `person` has run there; those without an
    ended run are left out."""
    columns = runs.c
    query = (
        select(
            columns.endpoint,
            columns.model,
            columns.state,
            columns.price,
            columns.sending_at,
            columns.ended_at,
        )
        .where(
            columns.profile == profile,
            columns.person == person,
            # What deAPI refused says something of the request or the purse, not of the model.
            or_(
                columns.state == State.DONE,
                and_(columns.state == State.FAILED, columns.accepted_at.is_not(None)),
            ),
        )
        .order_by(columns.id.desc())
        .limit(LAST)
    )
    found: defaultdict[tuple[str, str], list[_Ended]] = defaultdict(list)
    with store.read() as connection:
        for row in connection.execute(query):
            ended = _Ended(
                row.state is State.DONE, row.price, _seconds(row.sending_at, row.ended_at)
            )
            found[row.endpoint, row.model].append(ended)
    return [_record(endpoint, model, some) for (endpoint, model), some in sorted(found.items())]


@dataclass(frozen=True, slots=True)
class _Ended:
    done: bool
    price: Decimal | None
    seconds: float | None


def _record(endpoint: str, model: str, some: list[_Ended]) -> Record:
    well = [each for each in some if each.done]
    seconds = [each.seconds for each in well if each.seconds is not None]
    prices = [each.price for each in well if each.price is not None]
    return Record(
        endpoint=endpoint,
        model=model,
        ended=len(some),
        done=len(well),
        seconds=median(seconds) if seconds else None,
        price=median(prices) if prices else None,
    )


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if end else None
