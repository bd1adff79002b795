"""A run is found by the beginnings of its words, wherever these stand, on both databases."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, create_engine, event, text

import lib.store
from lib.store import (
    Filters,
    Run,
    Store,
    experiments,
    history,
    inherit,
    ledger,
    marks,
    runs,
    search,
)
from lib.store.experiments import NewCell, NewExperiment
from tests.support.databases import ONLY_SQLITE
from tests.unit.store.making import BERLIN, Clock, Making

Made = Callable[..., Run]


@pytest.fixture
def made(store: Store, new: Making, clock: Clock) -> Made:
    """A run that has ended well, a second after the last one; `written` is what it wrote."""

    def made(said: str = "", *, written: Sequence[str] = (), **values: Any) -> Run:
        clock.move(seconds=1)
        params = values.pop("params", {})
        run = ledger.admit(store, new(text=said, params={"prompt": said, **params}, **values))
        run = runs.claim(store, run.id, "engine")
        assert run
        run = runs.accept(store, run, f"job of {run.id}")
        assert run
        run = runs.settle_done(store, run, run.quote)
        assert run
        kept = runs.keep(store, run, [], thumb=False, written=written)
        assert kept
        return kept

    return made


def found(store: Store, wanted: str = "", **filters: Any) -> list[str]:
    """The ids of what is found, newest first."""
    chosen = Filters(**{"profile": "sandbox", "text": wanted, **filters})
    listed = [run.id for run in history.page(store, chosen, limit=1000)]
    assert history.total(store, chosen).count == len(listed)
    return listed


@pytest.mark.parametrize(
    "wanted",
    [
        *("harbour", "harb", "HARBOUR", "boats harb", "  harb   boat ", '"harbour"', "harbour*"),
        *("strasse", "STRASSE", "straße", "köln", "koln", "Koeln"[:2], "snake", "case", "100%"),
        *("blurry", "lullaby", "港", "の港", "harbour.jpg"),
    ],
)
def test_every_word_of_a_prompt_is_found_by_its_beginning(
    store: Store, made: Made, wanted: str
) -> None:
    prompt = "Boats in a harbour, Straße nach Köln: a snake_case for 100% 夜の港"
    files = {"image": {"upload": "ab" * 32, "name": "harbour.jpg"}}
    also = {"negative_prompt": "blurry", "lyrics": "A lullaby", "voice": "heart"}
    run = made(prompt, params=files | also)
    made("something else")
    assert found(store, wanted) == [run.id]


@pytest.mark.parametrize(
    "wanted", ["arbour", "harbour airport", "heart", "harbourside", "upload", "NOT boats"]
)
def test_what_does_not_begin_every_word_finds_nothing(
    store: Store, made: Made, wanted: str
) -> None:
    made("Boats in a harbour", params={"voice": "heart"})
    assert found(store, wanted) == []


def test_what_was_written_or_heard_is_found_to_its_end(store: Store, made: Made) -> None:
    long = " ".join(f"w{n}" for n in range(20_000)) + " lighthouse"
    run = made("", written=[long, "a second text"])
    assert found(store, "lighth second w199") == [run.id]


def test_a_note_is_found_and_only_as_it_is_now(store: Store, made: Made) -> None:
    run = made("a fox")
    marks.note(store, run.id, "ada", "for the Newsletter")
    assert found(store, "newsl fox") == [run.id]
    marks.note(store, run.id, "ada", "for nobody")
    assert found(store, "newsletter") == []
    assert found(store, "nobody") == [run.id]


def test_found_runs_are_newest_first_page_by_page(store: Store, made: Made) -> None:
    wanted = [made(f"fox {n}").id for n in range(7)]
    made("a boat")
    chosen = Filters(profile="sandbox", text="fox")
    first = history.page(store, chosen, limit=3)
    second = history.page(store, chosen, before=first[-1].id, limit=3)
    third = history.page(store, chosen, before=second[-1].id, limit=3)
    assert [run.id for run in (*first, *second, *third)] == wanted[::-1]
    total = history.total(store, chosen, newest=3)
    assert (total.count, total.more) == (3, True)


def test_words_and_all_other_filters_meet(store: Store, made: Made) -> None:
    mine = made("a fox")
    theirs = made("a fox", person="bob", model="paint-2")
    made("a fox", profile="live")
    assert found(store, "fox") == [theirs.id, mine.id]
    assert found(store, "fox", person="ada") == [mine.id]
    assert found(store, "fox", model="paint-2", states=frozenset(lib.store.ENDED)) == [theirs.id]


ODD = st.text(max_size=40) | st.text(alphabet="\"'*:&|!()-^<>%_\\ aé0\0\u0301ﷺ", max_size=40)


@given(said=ODD, wanted=ODD)
@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_text_may_be_written_and_looked_for(
    store: Store, made: Made, said: str, wanted: str
) -> None:
    run = made("", written=[said])
    assert isinstance(found(store, wanted), list)
    if all_of_it := search.words(said):
        chosen = Filters(profile="sandbox", text=" ".join(all_of_it[:20]))
        assert history.page(store, chosen, limit=1)[0].id == run.id


def test_too_much_to_be_looked_into_is_kept_all_the_same(store: Store, made: Made) -> None:
    signs = "".join(chr(0x10400 + n % 40) + chr(0x20000 + n) for n in range(90_000))
    assert found(store, "fox") == []
    run = made("fox", written=[signs, signs[::-1], "x" * 300_000])
    assert found(store, "fox") == [run.id]
    assert found(store, "x" * 90) == [run.id]


def test_days_are_those_of_the_playground(store: Store, made: Made, clock: Clock) -> None:
    """It is in Berlin, where a day begins at eleven in the evening."""
    clock.move(hours=10, minutes=59)
    before = made("evening")
    clock.move(minutes=1)
    after = made("midnight")
    first, second = date(2026, 11, 24), date(2026, 11, 25)
    assert found(store, since=first) == [after.id, before.id]
    assert found(store, since=second) == [after.id]
    assert found(store, until=first) == [before.id]
    assert found(store, "even", since=first, until=first) == [before.id]
    assert found(store, until=date(2026, 11, 23)) == []


def test_prices_are_what_was_paid(store: Store, made: Made, new: Making) -> None:
    cheap, dear = made(quote=Decimal("0.001")), made(quote=Decimal("0.5"))
    free = ledger.admit(store, new())
    runs.cancel(store, free.id, "ada")
    assert found(store, least=Decimal("0.001")) == [dear.id, cheap.id]
    assert found(store, most=Decimal("0.001")) == [free.id, cheap.id]
    assert found(store, least=Decimal("0.0011"), most=Decimal("0.5")) == [dear.id]


def test_stars_and_tags_are_found_and_kept_apart(store: Store, made: Made) -> None:
    one, two = made(), made()
    marks.star(store, one.id, "ada", True)
    marks.retag(store, one.id, "ada", [" Poster", "blue"])
    marks.retag(store, two.id, "ada", ["blue"])
    assert found(store, starred=True) == [one.id]
    assert found(store, tag="blue") == [two.id, one.id]
    assert found(store, tag="poster", starred=True) == [one.id]
    assert found(store, tag="post") == []
    assert marks.tags_there(store, "sandbox", "ada") == ["blue", "poster"]
    assert marks.tags_there(store, "sandbox", "bob") == []
    marks.star(store, one.id, "ada", False)
    marks.retag(store, one.id, "ada", [])
    assert found(store, starred=True) == []
    assert marks.of(store, [one.id, two.id])[two.id].tags == ("blue",)
    assert marks.of(store, [one.id])[one.id] == marks.NONE


@pytest.mark.parametrize(
    "change",
    [
        lambda store, run: marks.note(store, run, "ada", "x" * (marks.LONGEST + 1)),
        lambda store, run: marks.retag(store, run, "ada", ["x" * 41]),
    ],
)
def test_too_long_a_note_or_tag_is_refused(
    store: Store, made: Made, change: Callable[[Store, str], None]
) -> None:
    run = made()
    with pytest.raises(ValueError, match=r"\.$"):
        change(store, run.id)
    assert marks.of(store, [run.id]) == {}


def test_what_was_said_before_accounts_goes_along(store: Store, made: Made) -> None:
    run = made("a fox", person=lib.store.LOCAL)
    marks.star(store, run.id, lib.store.LOCAL, True)
    inherit.take(store, "ada")
    assert found(store, "fox", person="ada", starred=True) == [run.id]


def test_the_runs_of_an_experiment(store: Store, made: Made) -> None:
    inside, outside = made("a fox"), made("a fox")
    cell = NewCell(
        input=0,
        variant=0,
        endpoint=inside.endpoint,
        model=inside.model,
        params={},
        quote=inside.quote,
        reserved=inside.quote,
        run_id=inside.id,
    )
    new = NewExperiment(
        profile="sandbox", person="ada", nonce="one", title="Foxes", plan={}, cells=[cell]
    )
    experiment = experiments.begin(store, new)
    assert found(store, experiment=experiment.id) == [inside.id]
    assert found(store, "fox", experiment="another") == []
    assert experiments.of_run(store, inside.id) == [experiment]
    assert experiments.of_run(store, outside.id) == []


@ONLY_SQLITE
def test_a_search_of_a_long_history_reads_no_more_than_it_shows(store: Store, new: Making) -> None:
    """From the newest words on, and of each its run: nothing is walked through or sorted."""
    asked: list[tuple[str, Any]] = []

    def before(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    run = ledger.admit(store, new())
    chosen = Filters(profile="sandbox", person="ada", text="red fox")
    event.listen(store._engine, "before_cursor_execute", before)
    history.page(store, chosen)
    history.page(store, chosen, before=run.id)
    history.total(store, chosen, newest=1)
    event.remove(store._engine, "before_cursor_execute", before)
    plans: list[str] = []
    with closing(sqlite3.connect(store.data_dir / "playground.db")) as database:
        for statement, values in asked:
            plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            plans += [told for *_, told in plan]
    assert len([each for each in plans if each.startswith("SCAN search_words VIRTUAL")]) == 4
    assert not [each for each in plans if each.startswith("SCAN runs") or "TEMP B-TREE" in each]


def test_what_was_there_before_the_search_is_found(tmp_path: Path) -> None:
    config = Config()
    folder = Path(lib.store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    engine = create_engine(URL.create("sqlite", database=str(tmp_path / "playground.db")))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0014")
        for n, said in enumerate(("a Harbour", "Ein Café")):
            row = {"id": f"0193a1b2-0000-7000-8000-00000000000{n}", "text": said}
            connection.execute(
                text(
                    "INSERT INTO runs (id, profile, person, endpoint, model, params, text, search,"
                    " nonce, state, fence, quote, reserved, price_estimated, alternatives, thumb,"
                    " keep_tries, created_at) VALUES (:id, 'sandbox', 'ada', 'images.ocr', 'm',"
                    " '{}', :text, '', :id, 'done', 1, 0, 0, 0, '{}', 0, 0,"
                    " '2026-11-24 12:00:00')"
                ),
                row,
            )
        connection.execute(
            text(
                "INSERT INTO texts (profile, person, digest, text, run_id, at) SELECT 'sandbox',"
                " 'ada', 'd', 'a lighthouse', id, created_at FROM runs WHERE text = 'a Harbour'"
            )
        )
    engine.dispose()
    with closing(Store(tmp_path, BERLIN)) as store:
        [first] = found(store, "lighth harb")
        assert found(store, "cafe") != [first]
        assert len(found(store, "cafe")) == 1
