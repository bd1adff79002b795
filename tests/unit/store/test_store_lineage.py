import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, create_engine, insert, text

import lib.store
from lib.store import ResultFile, Run, Step, Store, history, inherit, ledger, lineage, runs
from lib.store.lineage import DEPTH, LONGEST
from lib.store.tables import LOCAL, metadata
from tests.unit.store.making import BERLIN, Clock, Making, OpenStore

MINE, BETTER = "a fox", "a red fox in deep snow"


@dataclass
class Doing:
    """Lets a person do one thing after the other."""

    store: Store
    clock: Clock
    new: Making

    def run(
        self,
        params: dict[str, Any],
        written: list[str] | None = None,
        *,
        sha256: str = "",
        **values: Any,
    ) -> Run:
        """A run with these parameters that wrote these texts, or made a file of this hash."""
        self.clock.move(seconds=1)
        run = ledger.admit(self.store, self.new(params=params, **values))
        run = runs.claim(self.store, run.id, "engine")
        assert run
        run = runs.settle_inline(self.store, run, "")
        assert run
        self.clock.move(seconds=1)
        name = {"n": 0, "name": "0.png", "media_type": "image/png", "size": 1}
        files = [ResultFile(**name, sha256=sha256)] if sha256 else []
        run = runs.keep(self.store, run, files, thumb=False, written=written or [])
        assert run
        return run

    def edit(self, before: str, after: str, person: str = "ada") -> None:
        self.clock.move(seconds=1)
        lineage.edited(self.store, "sandbox", person, before, after)

    def told(self, run: Run) -> list[str]:
        """The chain, each run by its id and each change by its text."""
        return [told(each) for each in lineage.chain(self.store, run)]


def told(step: Step) -> str:
    if step.change is not None:
        return step.change.text
    assert step.run is not None
    return step.run.id


@pytest.fixture
def doing(store: Store, clock: Clock, new: Making) -> Doing:
    return Doing(store, clock, new)


def test_a_prompt_knows_the_run_that_wrote_it_and_its_price(doing: Doing) -> None:
    improved = doing.run({"prompt": MINE}, [BETTER, "blur"], quote=Decimal("0.0004"))
    picture = doing.run({"prompt": BETTER, "negative_prompt": "blur"})
    found = lineage.sources(doing.store, picture)
    assert [(each.param, each.run) for each in found] == [
        ("prompt", improved),
        ("negative_prompt", improved),
    ]
    [step] = lineage.chain(doing.store, picture)
    assert step.run is not None
    assert step.run.price == Decimal("0.0004")
    assert doing.told(improved) == []


def test_a_change_by_hand_stands_between_what_was_written_and_what_was_made(doing: Doing) -> None:
    improved = doing.run({"prompt": MINE}, [BETTER])
    doing.edit(BETTER, "a red fox in light snow")
    again = doing.run({"prompt": "a red fox in light snow"}, ["a fox, 8k"])
    picture = doing.run({"prompt": "a fox, 8k"})
    assert doing.told(picture) == [improved.id, "a red fox in light snow", again.id]
    [_, change, last] = lineage.chain(doing.store, picture)
    assert (change.into, change.param, last.into) == (again, "prompt", picture)


def test_a_change_of_words_that_nobody_else_wrote_is_none(doing: Doing) -> None:
    doing.edit(MINE, "a fox in snow")
    assert doing.told(doing.run({"prompt": "a fox in snow"})) == []


def test_going_back_to_what_was_written_is_no_change(doing: Doing) -> None:
    improved = doing.run({"prompt": MINE}, [BETTER])
    doing.edit(BETTER, "changed")
    doing.edit("changed", BETTER)
    doing.edit(BETTER, BETTER)
    assert doing.told(doing.run({"prompt": BETTER})) == [improved.id]


def test_a_file_knows_the_run_that_made_it(doing: Doing) -> None:
    picture = doing.run({"prompt": MINE}, sha256="aa")
    given = {"upload": "aa", "name": "fox.png"}
    cut = doing.run({"image": given}, sha256="bb")
    both = doing.run({"images[]": [{"upload": "bb", "name": "cut.png"}, given]})
    [source] = lineage.sources(doing.store, cut)
    assert (source.param, source.run) == ("image", picture)
    assert doing.told(both) == [picture.id, cut.id]
    assert doing.told(doing.run({"image": {"upload": "cc", "name": "mine.png"}})) == []


def test_what_came_later_made_nothing_that_was_there_before(doing: Doing) -> None:
    early = doing.run({"prompt": BETTER, "image": {"upload": "aa", "name": "a.png"}})
    first = doing.run({"prompt": MINE}, [BETTER], sha256="aa")
    between = doing.run({"prompt": BETTER, "image": {"upload": "aa", "name": "a.png"}})
    second = doing.run({"prompt": "another"}, [BETTER], sha256="aa")
    late = doing.run({"prompt": BETTER, "image": {"upload": "aa", "name": "a.png"}})
    assert [doing.told(each) for each in (early, between, late)] == [[], [first.id], [second.id]]


def test_nobody_is_told_of_another_persons_or_profiles_runs(doing: Doing) -> None:
    given = {"prompt": BETTER, "image": {"upload": "aa", "name": "a.png"}}
    doing.run({"prompt": MINE}, [BETTER], sha256="aa", person="bob")
    doing.run({"prompt": MINE}, [BETTER], sha256="aa", profile="live")
    assert doing.told(doing.run(given)) == []
    doing.edit(BETTER, "changed")
    assert doing.told(doing.run({"prompt": "changed"})) == []


def test_spaces_and_lines_make_no_other_text(doing: Doing) -> None:
    read = doing.run({"image": {"upload": "aa", "name": "page.png"}}, ["One line.\n\n  Another. "])
    assert doing.told(doing.run({"input": ["One line.", "Another."]})) == [read.id]
    assert doing.told(doing.run({"text": "One line. Another."})) == [read.id]
    assert doing.told(doing.run({"text": "one line. another."})) == []


def test_what_no_database_holds_hinders_no_result(doing: Doing) -> None:
    odd = ["", " ", "with \0", "half \ud800", "x" * (LONGEST + 1)]
    run = doing.run({"prompt": MINE}, [*odd, BETTER, BETTER])
    for each in odd:
        assert doing.told(doing.run({"prompt": each.replace("\ud800", "?")})) == []
    assert doing.told(doing.run({"prompt": BETTER})) == [run.id]


def test_a_long_chain_ends_at_its_nearest_steps(doing: Doing) -> None:
    made = [doing.run({"prompt": f"text {n}"}, [f"text {n + 1}"]) for n in range(DEPTH + 5)]
    assert doing.told(made[-1]) == [each.id for each in made[-1 - DEPTH : -1]]


def test_what_was_made_before_the_accounts_keeps_its_lineage(doing: Doing) -> None:
    improved = doing.run({"prompt": MINE}, [BETTER], person=LOCAL)
    doing.edit(BETTER, "changed", person=LOCAL)
    picture = doing.run({"prompt": "changed"}, person=LOCAL)
    inherit.take(doing.store, "ada")
    now = runs.get(doing.store, picture.id)
    assert now is not None
    assert doing.told(now) == [improved.id, "changed"]


letters = st.sampled_from("abcd")
acts = st.lists(
    st.tuples(st.sampled_from(["run", "edit"]), letters, letters, st.sampled_from([0, 0, 1, -3])),
    max_size=40,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=acts)
def test_nothing_is_made_from_itself_or_from_anything_twice(
    open_store: OpenStore, acts: list[tuple[str, str, str, int]]
) -> None:
    """Whatever was written and changed into whatever, also under a clock that stands or steps
    back."""
    clock = Clock()
    with open_store(clock) as store:
        doing = Doing(store, clock, Making())
        for what, one, other, seconds in acts:
            if what == "run":
                given = {"prompt": one, "image": {"upload": other, "name": ""}}
                doing.run(given, [other], sha256=one)
            else:
                doing.edit(one, other)
            clock.move(seconds=seconds)
        for run in history.page(doing.store, history.Filters(profile="sandbox")):
            steps = lineage.chain(doing.store, run)
            keys = [each.key for each in steps]
            assert run.id not in keys
            assert len(keys) == len(set(keys)) <= DEPTH
            place = {key: at for at, key in enumerate([*keys, run.id])}
            assert all(place[each.key] < place[each.into.id] for each in steps)


def test_the_prompts_of_before_the_update_are_known(tmp_path: Path, clock: Clock) -> None:
    config = Config()
    folder = Path(lib.store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    engine = create_engine(URL.create("sqlite", database=str(tmp_path / "playground.db")))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        said = {"prompt": f"{BETTER}\n", "negative_prompt": None}
        for n, result in enumerate([json.dumps(said), "no JSON", "[]", '{"prompt": "\\u0000"}']):
            connection.execute(insert(metadata.tables["runs"]), row(clock, n, result))
    engine.dispose()
    clock.move(hours=1)
    with closing(Store(tmp_path, BERLIN, now=clock)) as store:
        picture = Doing(store, clock, Making()).run({"prompt": BETTER})
        [step] = lineage.chain(store, picture)
        assert told(step) == "0 0"
        with store.read() as connection:
            [digest] = connection.scalars(text("SELECT digest FROM texts"))
        assert digest == hashlib.sha256(BETTER.encode()).hexdigest()


def row(clock: Clock, n: int, result: str) -> dict[str, Any]:
    """A run that has written this, as it was kept before."""
    amounts = dict.fromkeys(("quote", "reserved"), Decimal("0.001"))
    known = {"profile": "sandbox", "person": "ada", "endpoint": "prompts.enhancements"}
    empty = {"model": "", "text": "", "search": "", "params": {}, "alternatives": {}}
    facts = {"fence": 1, "keep_tries": 0, "thumb": False, "price_estimated": False}
    times = {"created_at": clock(), "kept_at": clock()}
    mine = {"id": f"0 {n}", "nonce": f"{n}", "state": "done", "result_text": result}
    return amounts | known | empty | facts | times | mine
