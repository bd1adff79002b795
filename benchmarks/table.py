"""The Batch page with 2,000 rows beside the same page with 20, in one browser and in turns.

The page of a batch whose results are all there, from its address to its table; and dropping a row
of a table that waits to be run, until the table, the count and the price stand there again.
"""

import re
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright
from sqlalchemy import insert

from benchmarks.done_runs import PRICE, done_run
from benchmarks.report import Measure, end
from lib.people.who import LOCAL
from lib.runs.experiments import manifest
from lib.runs.experiments.plan import Draft, Input, Variant
from lib.runs.profiles import LIVE
from lib.store import Store, experiments
from lib.store.experiments import NewCell, NewExperiment
from lib.store.tables import runs
from lib.ui import words
from lib.ui.experiment import place
from tests.support.playground import playgrounds
from tests.support.sandbox import Sandbox, sandboxes
from tools import browser as found

FEW, MANY = 20, 2_000
ROUNDS, WARM = 16, 4
AIM = 1.5
AT, MODEL = "images.generations", "Flux1schnell"
RUN = re.compile(r"^Run · \$")
PRICED = 60_000  # milliseconds

# Presses a button and waits, in the page itself, for the words that it leads to and for a table.
_PRESS = """([selector, words]) => new Promise((resolve, reject) => {
    const start = performance.now();
    const there = () => {
        const text = document.body.innerText;
        return words.every(each => text.includes(each))
            && document.querySelector('[data-testid="stDataFrame"] canvas');
    };
    const watch = new MutationObserver(() => {
        if (there()) { watch.disconnect(); resolve(performance.now() - start); }
    });
    watch.observe(document.body, {childList: true, subtree: true, characterData: true});
    setTimeout(() => { watch.disconnect(); reject(new Error('no ' + words)); }, 30000);
    document.querySelector(selector).click();
})"""


def main() -> None:
    """Measure, print and exit."""
    path = found.find()
    if path is None:
        sys.exit("No browser to measure with: `make test` finds or installs one.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        deapi = _deapi(stack, folder)
        start = stack.enter_context(playgrounds(folder))
        playground = start(live=deapi, PLAYGROUND_SANDBOX="off")
        playground.stop()
        with closing(Store(playground.data, ZoneInfo("UTC"))) as store:
            few, many = (_Batch(_filled(store, count), count) for count in (FEW, MANY))
        playground.start()
        playwright = stack.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(executable_path=path, args=list(found.FLAGS))
        url = f"{playground.url}/batch"
        opening = _opening(chromium, url, few, many)
        dropping = _dropping(chromium, url)
        end(opening, dropping)


def _deapi(stack: ExitStack, folder: Path) -> Sandbox:
    sandbox = stack.enter_context(sandboxes(folder))(engines="none", balance=1_000_000)
    sandbox.control("PUT", "tier", {"tier": "premium"})
    return sandbox


def _measure(name: str, few: Callable[[int], float], many: Callable[[int], float]) -> Measure:
    """Each in turn, so that what else the machine does falls on both."""
    turns = [(few(n), many(n)) for n in range(ROUNDS)]
    return Measure(
        name=name,
        ours=statistics.median(each for _, each in turns[WARM:]),
        peer=statistics.median(each for each, _ in turns[WARM:]),
        unit="ms",
        aim=AIM,
    )


# --- a batch that is done -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Batch:
    id: str
    count: int


def _opening(chromium: Browser, url: str, few: _Batch, many: _Batch) -> Measure:
    page = chromium.new_page()

    def opened(batch: _Batch) -> float:
        start = time.perf_counter()
        page.goto(f"{url}?experiment={batch.id}", wait_until="commit")
        page.get_by_text(f"{batch.count:,} of {batch.count:,} done").wait_for()
        page.locator('[data-testid="stDataFrame"] canvas').first.wait_for()
        return 1000 * (time.perf_counter() - start)

    measure = _measure(
        f"the page of a batch of {MANY:,} rows, beside one of {FEW}",
        lambda _: opened(few),
        lambda _: opened(many),
    )
    page.close()
    return measure


def _filled(store: Store, count: int) -> str:
    """The id of a batch of so many rows whose runs are all done."""
    now = datetime.now(UTC) - timedelta(hours=1)
    texts = [f"a fox number {n} in the snow" for n in range(count)]
    made = [_run(text, now + timedelta(milliseconds=n)) for n, text in enumerate(texts)]
    with store.write() as connection:
        connection.execute(insert(runs), made)
    draft = Draft(
        endpoint=AT,
        inputs=[
            Input(name=text, values={"prompt": text, "seed": n}, beside=({"sku": f"SKU {n}"},))
            for n, text in enumerate(texts)
        ],
        variants=[Variant(name=MODEL, model=MODEL)],
        seed=7,
        view=place.BATCH,
    )
    cells = [
        NewCell(
            input=n,
            variant=0,
            endpoint=AT,
            model=MODEL,
            params=run["params"],
            text=run["text"],
            quote=PRICE,
            reserved=PRICE,
            run_id=run["id"],
        )
        for n, run in enumerate(made)
    ]
    new = NewExperiment(
        profile=LIVE,
        person=LOCAL,
        nonce=uuid4().hex,
        title=f"{count} foxes",
        plan=manifest.written(draft),
        cells=cells,
    )
    return experiments.begin(store, new).id


def _run(text: str, at: datetime) -> dict[str, Any]:
    return done_run(
        at,
        person=LOCAL,
        endpoint=AT,
        model=MODEL,
        params={"prompt": text, "model": MODEL, "width": 768, "height": 768, "seed": 7},
        text=text,
    )


# --- a table that waits ---------------------------------------------------------------------------


def _dropping(chromium: Browser, url: str) -> Measure:
    few, many = (_waiting(chromium, url, count) for count in (FEW, MANY))
    return _measure(
        f"dropping a row of {MANY:,}, beside one of {FEW}",
        lambda n: _dropped(few, FEW, n),
        lambda n: _dropped(many, MANY, n),
    )


def _waiting(chromium: Browser, url: str, count: int) -> Page:
    """A table of so many rows and a bad one, with its price. What is spoken is priced by its
    length, so that all rows share a price: deAPI would take seven minutes to say 2,000."""
    page = chromium.new_page()
    page.goto(url)
    page.get_by_role("combobox", name="What is made of each row?").click()
    page.get_by_role("option", name=words.endpoint("audio.speech").title).click()
    rows = "".join(f"This is the sentence {n:05} of all,1\n" for n in range(count))
    content = f"text,speed\n{rows}And this is the sentence of all,soon\n"
    file: FilePayload = {"name": "said.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.get_by_text("Your rows will be here").wait_for()
    page.locator('input[type="file"]').first.set_input_files(file)
    expect(page.get_by_role("button", name=RUN)).to_be_enabled(timeout=PRICED)
    return page


def _dropped(page: Page, count: int, turn: int) -> float:
    """Drops the bad row, and next time puts it back."""
    button, said = (
        (".st-key-batch-drop button", f"{count:,} of {count + 1:,} rows are ready, 1 dropped"),
        (".st-key-batch-back button", f"Row {count + 1:,}: "),
    )[turn % 2]
    page.bring_to_front()
    page.locator(button).wait_for()
    return page.evaluate(_PRESS, [button, [said, "Run · $"]])


if __name__ == "__main__":
    main()
