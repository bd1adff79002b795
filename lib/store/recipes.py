"""Recipes as they are kept: chains of steps, and what became of each time that one was run.

A step is a run's endpoint, model and parameters, and says which of these it takes from the result
of an earlier step. A run of a recipe has its own copy of the steps, so that a recipe may change or
go. Its steps become runs one after the other, each in the transaction that notes it, and only while
the whole goes on: nothing is sent twice, or after a stop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, select, update

from lib.store import ledger, servers
from lib.store.database import Store, insert_missing
from lib.store.money import final
from lib.store.recalled import recall
from lib.store.run import RUN_COLUMNS, NewRun, Run, as_run, is_part, time_ordered_id
from lib.store.states import ASKING, State
from lib.store.tables import GOES_ON, Status, recipe_runs, recipe_steps, recipes, runs

LONGEST_TITLE = 120

What = Literal["prompt", "negative_prompt", "text", "result"]
"""What of a result is taken: one of the texts that a prompt's run wrote, the text that was read or
heard, or the file itself."""


@dataclass(frozen=True, kw_only=True)
class Take:
    """The parameter `param` takes this of the result of an earlier `step`. Of a list of files it is
    the one at `place`."""

    param: str
    step: int
    what: What
    place: int = 0


@dataclass(frozen=True, kw_only=True)
class Step:
    """One run of the chain. `params` are stored as a run's; where something is taken, they hold
    what it was when the recipe was saved. `inputs` are the parameters that a person fills."""

    endpoint: str
    model: str
    params: Mapping[str, Any]
    takes: tuple[Take, ...] = ()
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A recipe as it was when it was read."""

    id: str
    person: str
    title: str
    steps: tuple[Step, ...]
    shared: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A step as a person agreed to it: at exactly this price in USD, or about that."""

    step: Step
    price: Decimal
    exact: bool


@dataclass(frozen=True, kw_only=True)
class NewRecipeRun:
    """A run of a recipe to be begun; `nonce` belongs to the press that begins it."""

    recipe_id: str
    title: str
    profile: str
    person: str
    nonce: str
    steps: Sequence[Planned]


@dataclass(frozen=True, kw_only=True)
class RecipeRun:
    """One time that a recipe is run, as it was when it was read."""

    id: str
    recipe_id: str
    profile: str
    person: str
    title: str
    status: Status
    problem: str | None
    """Why nothing is sent just now, in a sentence."""
    created_at: datetime
    ended_at: datetime | None
    owner: str | None = None
    """The server on which it goes on."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A step of a recipe's run, and its own run once it was sent. `asks` is what it costs instead
    of `planned`, until its person agrees."""

    n: int
    step: Step
    planned: Decimal
    exact: bool
    asks: Decimal | None
    tries: int
    run: Run | None

    @property
    def price(self) -> Decimal:
        """What agreeing to it now means, in USD."""
        return self.planned if self.asks is None else self.asks


_COLUMNS = [recipes.c[each.name] for each in fields(Recipe)]
_RUN_COLUMNS = [recipe_runs.c[each.name] for each in fields(RecipeRun)]
_STAGE_COLUMNS = [recipe_steps.c[each.name] for each in fields(Stage) if each.name != "run"]
_FAILED = (State.FAILED, State.CANCELLED)


# --- recipes --------------------------------------------------------------------------------------


def save(
    store: Store, person: str, title: str, steps: Sequence[Step], *, shared: bool = False
) -> Recipe:
    """Keep a chain. Raises `ValueError` without a title or a step, and `StoreError`."""
    if not steps:
        raise ValueError("a recipe needs a step")
    now = store.now()
    recipe = Recipe(
        id=time_ordered_id(now),
        person=person,
        title=_title(title),
        steps=tuple(steps),
        shared=shared,
        at=now,
    )
    restore(store, recipe)
    return recipe


def get(store: Store, recipe_id: str) -> Recipe | None:
    with store.read() as connection:
        return _one(connection, recipe_id)


def page(store: Store, person: str, *, limit: int = 50) -> list[Recipe]:
    """Those of a person and those that are shared with the team, the newest first."""
    seen = (recipes.c.person == person) | recipes.c.shared.is_(True)
    query = select(*_COLUMNS).where(seen).order_by(recipes.c.id.desc()).limit(limit)
    with store.read() as connection:
        return [_recipe(row) for row in connection.execute(query).mappings()]


def change(
    store: Store, recipe_id: str, *, title: str | None = None, shared: bool | None = None
) -> None:
    """Call it otherwise, have the team see it, or no longer. Raises `ValueError` without a title,
    and `StoreError`."""
    values: dict[str, Any] = {} if title is None else {"title": _title(title)}
    values |= {} if shared is None else {"shared": shared}
    if values:
        with store.write() as connection:
            connection.execute(update(recipes).where(recipes.c.id == recipe_id).values(values))


def remove(store: Store, recipe_id: str) -> Recipe | None:
    """Take it away; what it was, for `restore`, or None when it is gone. Its runs stay. Raises
    `StoreError`."""
    with store.write() as connection:
        there = _one(connection, recipe_id)
        connection.execute(delete(recipes).where(recipes.c.id == recipe_id))
        return there


def restore(store: Store, recipe: Recipe) -> None:
    """Undo `remove`. Raises `StoreError`."""
    row = {each.name: getattr(recipe, each.name) for each in fields(Recipe)}
    row["steps"] = [asdict(each) for each in recipe.steps]
    with store.write() as connection:
        insert_missing(connection, recipes, [row])


# --- their runs -----------------------------------------------------------------------------------


def begin(store: Store, new: NewRecipeRun) -> RecipeRun:
    """Commit a run of a recipe with all its steps, none of which is sent yet. The same nonce again
    returns what it began. Raises `StoreError`."""
    with store.write() as connection:
        now = store.now()
        own = {
            "id": time_ordered_id(now),
            "recipe_id": new.recipe_id,
            "profile": new.profile,
            "person": new.person,
            "nonce": new.nonce,
            "title": new.title,
            "status": Status.RUNNING,
            "created_at": now,
            "owner": store.server,
        }
        is_new = insert_missing(connection, recipe_runs, [own]) == 1
        known = select(*_RUN_COLUMNS).where(recipe_runs.c.nonce == new.nonce)
        begun = RecipeRun(**connection.execute(known).mappings().one())
        if not is_new:
            return begun
        rows = [
            {
                "recipe_run_id": begun.id,
                "n": n,
                "step": asdict(each.step),
                "planned": final(each.price),
                "exact": each.exact,
                "tries": 0,
            }
            for n, each in enumerate(new.steps)
        ]
        connection.execute(insert(recipe_steps), rows)
        return begun


def run(store: Store, recipe_run_id: str) -> RecipeRun | None:
    query = select(*_RUN_COLUMNS).where(recipe_runs.c.id == recipe_run_id)
    with store.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
        return RecipeRun(**row) if row else None


def runs_of(
    store: Store, recipe_id: str, profile: str, person: str, *, limit: int = 10
) -> list[RecipeRun]:
    """How often a person has run this recipe on a profile, the last time first."""
    query = (
        select(*_RUN_COLUMNS)
        .where(
            recipe_runs.c.recipe_id == recipe_id,
            recipe_runs.c.profile == profile,
            recipe_runs.c.person == person,
        )
        .order_by(recipe_runs.c.id.desc())
        .limit(limit)
    )
    with store.read() as connection:
        return [RecipeRun(**row) for row in connection.execute(query).mappings()]


def running(store: Store, profile: str, person: str) -> dict[str, str]:
    """The ids of a person's runs of recipes that go on by themselves, and what they are called:
    none of which a step waits for an answer."""
    query = select(recipe_runs.c.id, recipe_runs.c.title).where(
        recipe_runs.c.profile == profile,
        recipe_runs.c.person == person,
        recipe_runs.c.status == Status.RUNNING,
        ~_step_asks(),
    )
    with store.read() as connection:
        return {row.id: row.title for row in connection.execute(query.order_by(recipe_runs.c.id))}


def asking(store: Store, profile: str, person: str, *, limit: int = 20) -> list[RecipeRun]:
    """A person's runs of recipes that go on once they have answered, the newest first."""
    query = select(*_RUN_COLUMNS).where(
        recipe_runs.c.profile == profile,
        recipe_runs.c.person == person,
        (recipe_runs.c.status == Status.PAUSED)
        | ((recipe_runs.c.status == Status.RUNNING) & _step_asks()),
    )
    with store.read() as connection:
        found = connection.execute(query.order_by(recipe_runs.c.id.desc()).limit(limit))
        return [RecipeRun(**row) for row in found.mappings()]


def _step_asks() -> ColumnElement[bool]:
    """Whether a step of a recipe's run waits for an answer."""
    return (
        select(recipe_steps.c.n)
        .join(runs, runs.c.id == recipe_steps.c.run_id)
        .where(recipe_steps.c.recipe_run_id == recipe_runs.c.id, runs.c.state.in_(ASKING))
        .exists()
    )


def ended(
    store: Store, profile: str, person: str, since: datetime, *, limit: int = 20
) -> list[RecipeRun]:
    """A person's runs of recipes that were done later than `since`, the last first."""
    query = select(*_RUN_COLUMNS).where(
        recipe_runs.c.profile == profile,
        recipe_runs.c.person == person,
        recipe_runs.c.status == Status.DONE,
        recipe_runs.c.ended_at > since,
    )
    with store.read() as connection:
        found = connection.execute(query.order_by(recipe_runs.c.ended_at.desc()).limit(limit))
        return [RecipeRun(**row) for row in found.mappings()]


def going_on(store: Store, profile: str, server: str) -> list[RecipeRun]:
    """Every run of a recipe that goes on at `server`, the oldest first: what a server that has
    ended has left is taken over. Raises `StoreError`."""
    running = (recipe_runs.c.profile == profile, recipe_runs.c.status == Status.RUNNING)
    mine = select(*_RUN_COLUMNS).where(*running, recipe_runs.c.owner == server)
    with store.write() as connection:
        servers.take(connection, store, recipe_runs, server, *running)
        found = connection.execute(mine.order_by(recipe_runs.c.id)).mappings()
        return [RecipeRun(**row) for row in found]


def stages(store: Store, recipe_run_id: str) -> list[Stage]:
    """Its steps in their order, each with its run."""
    with store.read() as connection:
        return _stages(connection, recipe_run_id)


def of_nonce(nonce: str) -> str:
    """The run of a recipe that a run with this nonce is a step of; of other runs nothing that is
    one."""
    return nonce.partition(":")[0]


def nonce_of(going: RecipeRun, stage: Stage) -> str:
    """The nonce of a step's run: it exists once, whatever happens in between."""
    return f"{going.id}:{stage.n}:{stage.tries}"


def send(store: Store, going: RecipeRun, stage: Stage, new: NewRun) -> Run | None:
    """Admit the run of a step; None when it has one, or the whole does not go on. Raises `OverCap`
    when the caps leave no room for it, and `StoreError`."""
    with store.write() as connection:
        now = _locked(connection, going.id)
        waits = next((each for each in _stages(connection, going.id) if each.n == stage.n), None)
        if now is None or now.status is not Status.RUNNING or waits is None or waits.run:
            return None
        made = ledger.admit_in(connection, store, new)
        _put_stage(connection, going.id, stage.n, {"run_id": made.id})
        _put(connection, going.id, {"problem": None})
        return made


def note(store: Store, recipe_run_id: str, problem: str | None) -> None:
    """Note why nothing is sent just now, or that nothing is in the way. Raises `StoreError`."""
    with store.write() as connection:
        _put(connection, recipe_run_id, {"problem": problem})


def pause(store: Store, recipe_run_id: str, problem: str) -> None:
    """Send nothing more until its person says so, because of `problem`. Raises `StoreError`."""
    with store.write() as connection:
        _pause(connection, recipe_run_id, problem)


def ask(store: Store, recipe_run_id: str, n: int, price: Decimal) -> None:
    """A step costs `price` USD, more than was agreed to: pause, so that its person says whether it
    is worth that. Raises `StoreError`."""
    with store.write() as connection:
        if _locked(connection, recipe_run_id) is not None:
            _put_stage(connection, recipe_run_id, n, {"asks": final(price)})
            _pause(connection, recipe_run_id, None)


def resume(store: Store, recipe_run_id: str, shown: Decimal) -> RecipeRun | None:
    """Go on with the step that is next, at a price of `shown` USD, with another run where its last
    one failed. None when it was not paused, or that is not what it asks for. Raises
    `StoreError`."""
    with store.write() as connection:
        going = _locked(connection, recipe_run_id)
        if going is None or going.status is not Status.PAUSED:
            return None
        stage = following(_stages(connection, recipe_run_id))
        if stage is None or stage.price != final(shown):
            return None
        agreed: dict[str, Any] = {"planned": stage.price, "asks": None}
        agreed["exact"] = stage.exact or stage.asks is not None
        if stage.run is not None and stage.run.state in _FAILED:
            agreed |= {"run_id": None, "tries": stage.tries + 1}
        _put_stage(connection, recipe_run_id, stage.n, agreed)
        owner = servers.kept(store, recipe_runs.c.owner)
        goes_on = {"status": Status.RUNNING, "problem": None, "owner": owner}
        return _put(connection, recipe_run_id, goes_on)


def stop(store: Store, recipe_run_id: str) -> RecipeRun | None:
    """Send nothing more of it, for good, and take back what still waits; None when that is so
    already. Raises `StoreError`."""
    return _end(store, recipe_run_id, Status.STOPPED, GOES_ON)


def lets_send(connection: Connection, nonce: str) -> bool:
    """Whether a run with this nonce is none of a recipe that was stopped, within a transaction that
    keeps it from being stopped meanwhile."""
    going = _locked(connection, of_nonce(nonce)) if is_part(nonce) else None
    return going is None or going.status is not Status.STOPPED


def take_back(connection: Connection, store: Store, nonce: str) -> None:
    """Take back what still waits of the recipe's run that a run with this nonce is a step of."""
    if is_part(nonce):
        _recall(connection, store, of_nonce(nonce))


def finish(store: Store, recipe_run_id: str) -> RecipeRun | None:
    """Note that every step is done; None when it does not go on. Raises `StoreError`."""
    return _end(store, recipe_run_id, Status.DONE, (Status.RUNNING,))


def following(there: Sequence[Stage]) -> Stage | None:
    """The first that is not done; None when all are."""
    undone = (each for each in there if each.run is None or each.run.state is not State.DONE)
    return next(undone, None)


# --- inside a transaction -------------------------------------------------------------------------


def _one(connection: Connection, recipe_id: str) -> Recipe | None:
    query = select(*_COLUMNS).where(recipes.c.id == recipe_id)
    row = connection.execute(query).mappings().one_or_none()
    return _recipe(row) if row else None


def _locked(connection: Connection, recipe_run_id: str) -> RecipeRun | None:
    query = select(*_RUN_COLUMNS).where(recipe_runs.c.id == recipe_run_id).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    return RecipeRun(**row) if row else None


def _stages(connection: Connection, recipe_run_id: str) -> list[Stage]:
    joined = recipe_steps.outerjoin(runs, runs.c.id == recipe_steps.c.run_id)
    run_columns = [each.label(f"run_{each.name}") for each in RUN_COLUMNS]
    query = select(*_STAGE_COLUMNS, *run_columns).select_from(joined)
    query = query.where(recipe_steps.c.recipe_run_id == recipe_run_id)
    found = connection.execute(query.order_by(recipe_steps.c.n)).mappings()
    return [_stage(row) for row in found]


def _pause(connection: Connection, recipe_run_id: str, problem: str | None) -> None:
    going = (recipe_runs.c.id == recipe_run_id, recipe_runs.c.status == Status.RUNNING)
    values = {"status": Status.PAUSED, "problem": problem}
    connection.execute(update(recipe_runs).where(*going).values(values))


def _end(
    store: Store, recipe_run_id: str, status: Status, before: Sequence[Status]
) -> RecipeRun | None:
    with store.write() as connection:
        going = _locked(connection, recipe_run_id)
        if going is None or going.status not in before:
            return None
        _recall(connection, store, recipe_run_id)
        ended = {"status": status, "problem": None, "ended_at": store.now()}
        return _put(connection, recipe_run_id, ended)


def _recall(connection: Connection, store: Store, recipe_run_id: str) -> None:
    mine = select(recipe_steps.c.run_id).where(recipe_steps.c.recipe_run_id == recipe_run_id)
    recall(connection, store, runs.c.id.in_(mine))


def _put(connection: Connection, recipe_run_id: str, values: Mapping[str, Any]) -> RecipeRun:
    changed = update(recipe_runs).where(recipe_runs.c.id == recipe_run_id).values(dict(values))
    return RecipeRun(**connection.execute(changed.returning(*_RUN_COLUMNS)).mappings().one())


def _put_stage(
    connection: Connection, recipe_run_id: str, n: int, values: Mapping[str, Any]
) -> None:
    mine: tuple[ColumnElement[bool], ...] = (
        recipe_steps.c.recipe_run_id == recipe_run_id,
        recipe_steps.c.n == n,
    )
    connection.execute(update(recipe_steps).where(*mine).values(dict(values)))


# --- rows -----------------------------------------------------------------------------------------


def _title(title: str) -> str:
    line = " ".join(title.replace("\0", " ").encode("utf-8", "ignore").decode().split())
    if not line:
        raise ValueError("Give it a name first.")
    return line[:LONGEST_TITLE]


def _step(told: Mapping[str, Any]) -> Step:
    return Step(
        endpoint=told["endpoint"],
        model=told["model"],
        params=told["params"],
        takes=tuple(Take(**each) for each in told["takes"]),
        inputs=tuple(told["inputs"]),
    )


def _recipe(row: RowMapping) -> Recipe:
    values = {str(name): value for name, value in row.items()}
    values["steps"] = tuple(_step(each) for each in values["steps"])
    return Recipe(**values)


def _stage(row: RowMapping) -> Stage:
    values = {str(name): value for name, value in row.items()}
    of_run = {each.name: values.pop(f"run_{each.name}") for each in RUN_COLUMNS}
    values["step"] = _step(values["step"])
    return Stage(**values, run=as_run(of_run) if of_run["id"] else None)
