"""A playground without its pages: the store and the engine over a data folder, in a process that
a test can kill. `python -m tests.faults.driver FOLDER URL KEY [SECONDS] [--push]
[--webhooks=PORT:PEM] [--minute=SECONDS] [--database=URL] [--media=URL]
[--lease=SECONDS]`

Takes one order a line on standard input, as JSON, and answers one JSON object a line: `{"quote":
VALUES}`, `{"order": VALUES, "nonce": …}`, `{"cancel": run id}`, `{"words": run id}` for what its
card says, `{"experiment": …, "nonce": …}` of `prompts` and `steps`, `{"look": true}` at the
balance, `{"orphans": true}` for news of jobs that no run has, `{"pushed": true}` for how much news
has come by push. Beside the form's own, VALUES may hold an `endpoint`, and `fallback` when another
model may do it. `SECONDS` is how long deAPI may be silent, where the real playground is patient.
With `--push` it hears a sandbox's push, with `--webhooks` it takes them in at that port, by the key
and certificate in that file. With `--minute=SECONDS` deAPI's minutes are so short. `--database` is
a PostgreSQL in place of the folder's SQLite, `--media` a bucket for files, and `--lease` how long a
server of it counts as alive.
"""

import argparse
import json
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from starlette.applications import Starlette

from lib.deapi import client, fields, media
from lib.deapi.contract import Endpoint, endpoint
from lib.deapi.errors import DeapiError
from lib.deapi.limits import MINUTE
from lib.deapi.models import Model
from lib.deapi.push import Push, PushAddress
from lib.deapi.wire import Job
from lib.playground import Receiver, drawn
from lib.runs import lease, profiles
from lib.runs.callbacks import Callbacks
from lib.runs.engine import Engine
from lib.runs.experiments import plan
from lib.runs.experiments.order import order
from lib.runs.experiments.plan import Cell, Draft, Input, Variant
from lib.runs.orders import Order, OrderRefused
from lib.runs.profiles import LIVE, Address
from lib.runs.quotes import Quote
from lib.sandbox.config import APP_KEY, CLIENT_ID
from lib.store import Store, StoreError, files, hold, runs, servers
from lib.web import webhooks
from tests.support.waiting import eventually

PERSON = "local"


class CountingPush(Push):
    """Push that counts what it hears."""

    count = 0

    def __init__(
        self,
        address: PushAddress,
        authorise: Callable[[str, str], Awaitable[str]],
        heard: Callable[[Job], None],
        changed: Callable[[bool], None],
    ) -> None:
        def counted(job: Job) -> None:
            CountingPush.count += 1
            heard(job)

        super().__init__(address, authorise, counted, changed)


@dataclass
class Driver:
    """Gives orders to an engine as a page would."""

    store: Store
    engine: Engine

    def quote(self, values: Mapping[str, Any]) -> Quote:
        at, model, full = self._filled(values)
        params = fields.request(at, model, full)
        quote = self.engine.quote(LIVE, at, params, wait=20)
        if not isinstance(quote, Quote):
            raise quote or RuntimeError("no quote in time")
        return quote

    def order(self, values: Mapping[str, Any], nonce: str) -> str:
        at, model, full = self._filled(values)
        order = Order(
            profile=LIVE,
            person=PERSON,
            endpoint=at,
            model=model,
            values=full,
            nonce=nonce,
            shown=self.quote(values).price,
            fallback=bool(values.get("fallback")),
        )
        return self.engine.submit(order).id

    def experiment(self, told: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """Plan each prompt with each number of steps, price it, and have it begin."""
        at = endpoint("images.generations")
        models = self.engine.listing(LIVE).for_endpoint(at)
        draft = Draft(
            endpoint=at.id,
            inputs=[Input(name=text, values={"prompt": text}) for text in told["prompts"]],
            variants=[
                Variant(name=str(each), model=models[0].slug, values={"steps": each})
                for each in told["steps"]
            ],
            seed=7,
        )
        cells = plan.plan(draft, models)
        known = self._prices(cells)
        begun = self.engine.begin(
            order(
                self.store,
                draft,
                cells,
                known,
                profile=LIVE,
                person=PERSON,
                nonce=nonce,
                title="Foxes",
            )
        )
        return {"experiment": begun.id, "price": str(sum(plan.price(cells, known)))}

    def _prices(self, cells: Sequence[Cell]) -> dict[str, Decimal]:
        def all_known() -> dict[str, Decimal] | None:
            found = self.engine.prices(LIVE, cells)
            known = {key: each.price for key, each in found.items() if isinstance(each, Quote)}
            return known if len(known) == len(found) else None

        return eventually(all_known, timeout=60)

    def _filled(self, values: Mapping[str, Any]) -> tuple[Endpoint, Model, dict[str, Any]]:
        """The form of the first model, filled with what it begins with and `values`."""
        usual = "images.upscales" if "image" in values else "images.generations"
        at = endpoint(values.get("endpoint", usual))
        model = self.engine.listing(LIVE).for_endpoint(at, values)[0]
        form = {each.name: each for each in fields.fields(at, model, values)}
        given = {name: value for name, value in values.items() if at.has(name)}
        for param in at.files:
            if param.name in given and param.media:
                path = Path(given[param.name])
                found = media.inspect(path, path.name, media=param.media)
                given[param.name] = files.save_upload(self.store, PERSON, found)
        filled = {name: each.default for name, each in form.items()} | given
        return at, model, {name: value for name, value in filled.items() if value is not None}

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What the first name in the order says, done."""
        name = next(iter(asked))
        orders: Mapping[str, Callable[[], dict[str, Any]]] = {
            "quote": lambda: {"price": str(self.quote(asked["quote"]).price)},
            "order": lambda: {"run": self.order(asked["order"], asked["nonce"])},
            "experiment": lambda: self.experiment(asked["experiment"], asked["nonce"]),
            "cancel": lambda: {
                "cancelled": self.engine.cancel(asked["cancel"], PERSON) is not None
            },
            "words": lambda: {"words": self.words(asked["words"])},
            "look": lambda: {"looked": self.engine.look(LIVE, wait=20)},
            "orphans": lambda: {
                "orphans": [each.job.request_id for each in self.engine.orphans(LIVE)]
            },
            "pushed": lambda: {"news": CountingPush.count},
        }
        return orders[name]()

    def words(self, run_id: str) -> str:
        # It brings Streamlit along, which no other order needs and would take a third of the start.
        from lib.ui import run_status  # noqa: PLC0415

        run = runs.get(self.store, run_id)
        assert run is not None
        return run_status.sentence(run, self.engine.delay(run))


def main() -> None:
    told = _told()
    folder, url, key, called = told.folder, told.url, told.key, told.webhooks
    if told.lease is not None:
        servers.LEASE = timedelta(seconds=told.lease)
        lease.BEAT = told.lease / 3
    if told.silence is not None:
        client._TIMEOUT = httpx.Timeout(told.silence)
    socket = url.replace("http://", "ws://", 1)
    push = PushAddress(socket, APP_KEY, CLIENT_ID) if told.push else None
    profiles.Push = CountingPush
    with hold(folder):
        store = Store(folder, ZoneInfo("UTC"), url=told.database, media_url=told.media)
        callbacks = called and Callbacks(f"https://127.0.0.1:{called.split(':')[0]}", b"ours", key)
        address = Address(LIVE, url, key, push, callbacks or None, told.minute)
        engine = Engine(store, [address], home=drawn(folder / "server.id"))
        engine.start()
        if called and callbacks:
            receive(engine, callbacks, *called.split(":", 1))
        driver = Driver(store, engine)
        say({"ready": True})
        for line in sys.stdin:
            try:
                say(driver.answer(json.loads(line)))
            except (OrderRefused, StoreError, DeapiError) as error:
                say({"refused": type(error).__name__, "why": str(error)})
        engine.stop()
        store.close()


def _told() -> argparse.Namespace:
    reading = argparse.ArgumentParser()
    reading.add_argument("folder", type=Path)
    reading.add_argument("url")
    reading.add_argument("key")
    reading.add_argument("silence", type=float, nargs="?")
    reading.add_argument("--push", action="store_true")
    reading.add_argument("--minute", type=float, default=MINUTE)
    reading.add_argument("--lease", type=float)
    for each in ("--webhooks", "--database", "--media"):
        reading.add_argument(each)
    return reading.parse_args()


def receive(engine: Engine, callbacks: Callbacks, port: str, pem: str) -> None:
    """Serve the playground's own webhook route, over TLS."""
    app = Starlette(routes=webhooks.routes(lambda: Receiver(engine, callbacks)))
    config = uvicorn.Config(
        app, port=int(port), ssl_certfile=pem, ssl_keyfile=pem, log_level="warning"
    )
    threading.Thread(target=uvicorn.Server(config).run, daemon=True).start()


def say(what: Mapping[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
