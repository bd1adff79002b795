"""A store that has something of everything, for tests of moving it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from PIL import Image

from lib.deapi.media import inspect
from lib.store import (
    Books,
    Caps,
    NewFavourite,
    Purpose,
    ResultFile,
    Role,
    Run,
    State,
    Store,
    Winner,
    attempts,
    balances,
    bells,
    caps,
    catalogues,
    deletion,
    deliveries,
    drafts,
    experiments,
    favourites,
    files,
    ledger,
    lineage,
    looks,
    marks,
    recipes,
    runs,
    servers,
    sessions,
    showcases,
    tokens,
    users,
    votes,
)
from lib.store.experiments import Experiment, NewCell, NewExperiment
from lib.store.recipes import NewRecipeRun, Planned, Step
from tests.support.media import put
from tests.unit.store.making import Clock, Making

ODD = "Ein Füchslein 🦊 im Schnee\u202e \"'\\ — 雪の中の狐\n\tПривет\u200b"
"""A prompt of signs that go wrong where somebody splits, quotes or counts them."""
PRICE = Decimal("0.002000001")
OpenFolder = Callable[[Path], Store]
OpenEmpty = Callable[[], Store]
FAULT = {"kind": "Invalid", "message": "Schade: “nein”\n"}


@dataclass
class Filled:
    """A store, and the runs in it by what has become of them."""

    store: Store
    clock: Clock
    new: Making
    runs: dict[str, Run]

    def admitted(self, said: str = "a red fox", **values: Any) -> Run:
        """A run that waits."""
        self.clock.move(seconds=1.000001)
        params = {"prompt": said, **values.pop("params", {})}
        return ledger.admit(self.store, self.new(text=said, params=params, **values))

    def sent(self, said: str = "a red fox", **values: Any) -> Run:
        """A run that leaves."""
        run = self.admitted(said, **values)
        return there(runs.claim(self.store, run.id, self.store.server or "engine"))

    def accepted(self, said: str = "a red fox", **values: Any) -> Run:
        """A run that deAPI has."""
        run = self.sent(said, **values)
        return there(runs.accept(self.store, run, f"job {run.id}"))

    def done(
        self,
        said: str = "a red fox",
        written: Sequence[str] = (),
        content: bytes = b"",
        **values: Any,
    ) -> Run:
        """A run whose results are kept, with a thumbnail, if it has any."""
        return self.kept(self.accepted(said, **values), written, content)

    def kept(self, run: Run, written: Sequence[str] = (), content: bytes = b"") -> Run:
        """The same of a run that deAPI has."""
        run = there(runs.settle_done(self.store, run, PRICE, took=1.1, result_url="https://x.y/ö"))
        found: list[ResultFile] = []
        if content:
            for n, name in enumerate(("0.png", "1.webp")):
                whole = content + name.encode()
                put(self.store, files.result_name(run.id, name), whole)
                sha256 = hashlib.sha256(whole).hexdigest()
                facts = {"size": len(whole), "sha256": sha256, "seconds": 0.1 + n}
                found.append(ResultFile(n=n, name=name, media_type="image/png", **facts))
            put(self.store, files.thumb_name(run.id), b"small " + content)
        kept = runs.keep(self.store, run, found, thumb=bool(content), written=written)
        return there(kept)


def there(run: Run | None) -> Run:
    assert run is not None
    return run


def fill(store: Store, clock: Clock, new: Making, scratch: Path) -> Filled:
    """Fills every table; a test says when one was forgotten."""
    filled = Filled(store, clock, new, {})
    _people(store)
    _runs(filled)
    _given(filled, scratch)
    _said(filled)
    _experiment(filled)
    _recipe(filled)
    _seen(filled)
    return filled


def _people(store: Store) -> None:
    users.add(store, "ada", "four green kettles", Role.ADMIN)
    users.add(store, "bob", None, Role.MEMBER)
    users.disable(store, "bob")
    sessions.begin(store, "ada", "127.0.0.1", "a browser")
    users.add(store, "cleo", None, Role.MEMBER)
    assert tokens.give(store, "cleo", Purpose.PASSWORD)
    attempts.count(store, "ada", "127.0.0.1")
    caps.put(store, "sandbox", "", Caps(day=Decimal("0.25"), month=Decimal(100)))
    caps.put(store, "sandbox", "ada", Caps(day=Decimal("0.2")))


def _runs(filled: Filled) -> None:
    store, found = filled.store, filled.runs
    found["done"] = filled.done(ODD, content=b"picture", written=["better: " + ODD])
    found["inline"] = there(runs.settle_inline(store, filled.sent("an idea"), "Ein Text\r\n"))
    found["waiting"] = filled.admitted("later")
    found["sending"] = filled.sent("just now")
    found["accepted"] = filled.accepted("taken")
    working = filled.accepted("at it")
    found["working"] = there(runs.news(store, working, State.WORKING, 33.3, "https://x.y/p?q=1"))
    found["stalled"] = there(runs.stall(store, filled.accepted("no end")))
    keeping = filled.accepted("nearly")
    alternatives = {"webp": "https://x.y/é.webp"}
    found["keeping"] = there(
        runs.settle_done(store, keeping, PRICE, estimated=True, alternatives=alternatives)
    )
    found["unknown"] = there(runs.lose(store, filled.sent("who knows"), FAULT))
    found["failed"] = there(runs.settle_error(store, filled.accepted("bad"), None, FAULT))
    lost = there(runs.lose(store, filled.sent("paid anyway"), FAULT))
    found["settled"] = there(runs.settle_unknown(store, lost.id, None, paid=True))
    found["cancelled"] = there(runs.cancel(store, filled.admitted("no").id, "ada"))
    gone = filled.done("to be deleted", content=b"nobody sees it")
    found["deleted"] = there(deletion.delete(store, gone.id, "ada"))
    found["live"] = filled.done("for money", profile="live", person="bob", content=b"dear")
    there(ledger.correct(store, found["live"].id, Decimal("0.0019")))


def _given(filled: Filled, scratch: Path) -> None:
    for n, colour in enumerate(("red", "green")):
        picture = scratch / f"given {n}.png"
        Image.new("RGB", (20, 10 + n), colour).save(picture)
        given = inspect(picture, f"Bild “{n}” ñ🦊.png")
        for person in ("ada", "bob"):
            files.save_upload(filled.store, person, given)


def _said(filled: Filled) -> None:
    store, run_id = filled.store, filled.runs["done"].id
    marks.star(store, run_id, "ada", True)
    marks.note(store, run_id, "bob", "für Freitag, “sehr” schön")
    marks.retag(store, run_id, "ada", ["schnee", "fuchs"])
    lineage.edited(store, "sandbox", "ada", ODD, "Another one")
    favourites.keep(
        store,
        NewFavourite(
            person="ada",
            text=ODD,
            endpoint="images.generations",
            avoid="Regen",
            tags=("weiß",),
            run_id=run_id,
        ),
    )
    showcases.begin(store, "sandbox", "ada", "Für Freitag", [run_id, filled.runs["inline"].id])


def _experiment(filled: Filled) -> None:
    begun = experiment(filled, 4)
    for n in range(2):
        filled.clock.move(seconds=1)
        run = there(experiments.send(filled.store, begun.id, n, PRICE, Decimal(1)))
        run = there(runs.claim(filled.store, run.id, "engine"))
        filled.kept(there(runs.accept(filled.store, run, f"job {run.id}")))
    assert votes.cast(filled.store, begun.id, "bob", 0, 0, 1, Winner.A)


def experiment(filled: Filled, cells: int) -> Experiment:
    """One input in so many variants."""
    planned = [
        NewCell(
            input=0,
            variant=n,
            endpoint="images.generations",
            model="paint-1",
            params={"prompt": ODD, "guidance": 7.5},
            quote=PRICE,
            reserved=PRICE,
        )
        for n in range(cells)
    ]
    filled.clock.move(seconds=1)
    return experiments.begin(
        filled.store,
        NewExperiment(
            profile="sandbox",
            person="ada",
            nonce=f"study of {cells}",
            title="Füchse",
            plan={"variants": ["as written"], "z": None, "a": [1, 0.1, True]},
            cells=planned,
            shared=True,
        ),
    )


def _recipe(filled: Filled) -> None:
    store = filled.store
    step = Step(endpoint="images.generations", model="paint-1", params={"prompt": ODD})
    recipe = recipes.save(store, "ada", "Große Füchse", [step])
    planned = [Planned(step=step, price=PRICE, exact=True)]
    named: dict[str, Any] = {"recipe_id": recipe.id, "title": recipe.title, "profile": "sandbox"}
    recipes.begin(store, NewRecipeRun(**named, person="ada", nonce="cook", steps=planned))


def _seen(filled: Filled) -> None:
    store, run = filled.store, filled.runs["accepted"]
    drafts.save(store, "ada", "images.generations", "paint-1", {"prompt": ODD, "seed": -1})
    catalogues.save(store, "sandbox", [{"slug": "paint-1", "limits": {"max": 1e3}}], store.now())
    looks.save(store, "sandbox", "ada", {"paint-1": "Paint"})
    bells.open_at(store, "sandbox", "ada", store.now())
    told: dict[str, Any] = {"run_id": run.id, "delivery_id": "one", "event": "job.done"}
    deliveries.record(store, "sandbox", **told, request_id="job", body={"ü": [None]})
    servers.enter(store, "home")
    books = Books(held=Decimal(0), posted=PRICE, estimates=1)
    balances.begin_anew(store, "sandbox")
    filled.clock.move(seconds=1)
    balances.note(store, "sandbox", Decimal("4.99"), books, store.now(), store.now())
