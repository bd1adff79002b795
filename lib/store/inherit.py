"""What was made before there were accounts goes to the first admin who takes it."""

from sqlalchemy import Connection, delete, func, insert, select, update

from lib.store.database import Store
from lib.store.tables import (
    LOCAL,
    TEAM,
    bells,
    drafts,
    entries,
    experiments,
    favourites,
    looks,
    marks,
    recipe_runs,
    recipes,
    runs,
    showcases,
    texts,
    totals,
    uploads,
)


def left(store: Store) -> int:
    """How many runs belong to nobody's account."""
    query = select(func.count()).where(runs.c.person == LOCAL)
    with store.read() as connection:
        return connection.execute(query).scalar_one()


def take(store: Store, name: str) -> int:
    """Have `name` own all of it: runs with their spending, uploads and drafts and so on; how many
    runs that were. What `name` has already stays theirs. Raises `StoreError`."""
    with store.write() as connection:
        # First, so that nothing is admitted meanwhile whose hold went along and whose run did not.
        _lock_totals(connection)
        mine = {"person": name}
        taken = connection.execute(update(runs).where(runs.c.person == LOCAL).values(mine))
        for table in (
            *(entries, experiments, favourites, marks),
            *(recipe_runs, recipes, showcases, texts),
        ):
            connection.execute(update(table).where(table.c.person == LOCAL).values(mine))
        _add_totals(connection, name)
        for table, *key in (
            (uploads, uploads.c.sha256),
            (drafts, drafts.c.endpoint),
            (looks, looks.c.profile),
            (bells, bells.c.profile),
        ):
            has = select(*key).where(table.c.person == name)
            theirs = table.c.person == LOCAL
            connection.execute(delete(table).where(theirs, key[0].in_(has)))
            connection.execute(update(table).where(theirs).values(mine))
        return taken.rowcount


def _lock_totals(connection: Connection) -> None:
    """By the team's months, without which nobody changes any (`ledger.shift`)."""
    months = (totals.c.person == TEAM, totals.c.period.startswith("month:"))
    query = select(totals.c.period).where(*months).order_by(totals.c.profile, totals.c.period)
    connection.execute(query.with_for_update())


def _add_totals(connection: Connection, name: str) -> None:
    """The rows of a person are one for each profile and period."""
    theirs = select(totals).where(totals.c.person == LOCAL)
    for row in connection.execute(theirs).mappings().all():
        same = (totals.c.profile == row["profile"], totals.c.period == row["period"])
        sums = {each: totals.c[each] + row[each] for each in ("held", "posted")}
        added = update(totals).where(*same, totals.c.person == name).values(sums)
        if connection.execute(added).rowcount == 0:
            connection.execute(insert(totals).values({**row, "person": name}))
    connection.execute(delete(totals).where(totals.c.person == LOCAL))
