"""The form pages: from a click to the updated page, and what live runs cost the server.

The images page, which everybody sees first, and the largest form that there is, each beside a bare
Streamlit script with as many widgets, in turns and in one browser. The click changes the shape,
which redraws the form and asks for its price; the page has it when both stand there.
"""

import json
import statistics
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.peer import bare_server, cpu_seconds
from benchmarks.report import Measure, end
from lib.deapi.contract import ENDPOINTS, Endpoint
from lib.deapi.fields import fields
from lib.deapi.models import Model
from lib.ui import words
from lib.ui.sizes import presets
from tests.support.playground import playgrounds
from tests.support.sandbox import sandboxes
from tools import browser as found

TOP = Path(__file__).resolve().parents[1]
CLICKS = 24
RUNS = 20
WATCHED_SECONDS = 20.0
CORE_IDLE_AIM = 0.005
"""Of one core, when nothing runs."""

SHAPES = ("Portrait 3:4", "Square")
"""The second one is what the form begins with."""
PRICED = '.st-key-run_bar button:not([disabled]):has-text("$")'

# Clicks a pill and waits, in the page itself, for the words that it leads to.
_CLICK = """([name, words]) => new Promise((resolve, reject) => {
    const pill = [...document.querySelectorAll('[data-testid="stButtonGroup"] button')]
        .find(each => each.innerText.trim() === name);
    if (!pill) return reject(new Error('no pill ' + name));
    const start = performance.now();
    const there = () => words.every(each => document.body.innerText.includes(each));
    const watch = new MutationObserver(() => {
        if (there()) { watch.disconnect(); resolve(performance.now() - start); }
    });
    watch.observe(document.body, {childList: true, subtree: true, characterData: true});
    setTimeout(() => { watch.disconnect(); reject(new Error('no ' + words)); }, 20000);
    pill.click();
})"""


def main() -> None:
    """Measure, print and exit."""
    path = found.find()
    if path is None:
        sys.exit("No browser to measure with: `make test` finds or installs one.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        # So slow that runs stay live.
        deapi = stack.enter_context(sandboxes(folder))(speed=0.05, balance=1000)
        start = stack.enter_context(playgrounds(folder))
        playground = start(live=deapi, PLAYGROUND_SANDBOX="off")
        bare = stack.enter_context(bare_server(folder))
        playwright = stack.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(executable_path=path, args=list(found.FLAGS))
        page, peer = chromium.new_page(), chromium.new_page()
        page.goto(f"{playground.url}/{FIRST.at.family}")
        peer.goto(bare.url)
        clicks = _clicks("click to updated page", FIRST, page, peer)
        page.goto(f"{playground.url}/{LARGEST.at.family}")
        peer.goto(f"{bare.url}?form=largest")
        _open(page, LARGEST)
        largest = _clicks("click to updated page, largest form", LARGEST, page, peer)
        peer.close()
        page.goto(f"{playground.url}/{FIRST.at.family}")
        idle = _core(playground.process.pid, WATCHED_SECONDS)
        _start_runs(page)
        live = _core(playground.process.pid, WATCHED_SECONDS)
        print(f"CPU of the server: {idle:.2%} of a core idle, {live:.2%} with {RUNS} live runs")
        end(
            clicks,
            largest,
            Measure(name="idle CPU", ours=idle, peer=1.0, unit="cores", aim=CORE_IDLE_AIM),
        )


def _clicks(name: str, form: "Form", page: Page, peer: Page) -> Measure:
    """Each in turn, so that what else the machine does falls on both."""
    prices = {shape: _price_of(page, form, shape) for shape in SHAPES}
    shapes = [SHAPES[at % 2] for at in range(CLICKS)]
    turns = [(_ours(page, form, each, prices[each]), _peer(peer, each)) for each in shapes]
    return Measure(
        name=name,
        ours=statistics.median(each for each, _ in turns[4:]),
        peer=statistics.median(each for _, each in turns[4:]),
        unit="ms",
        aim=1.5,
    )


def _open(page: Page, form: "Form") -> None:
    """Choose the form on its page, and give it the file without which it has no price."""
    page.get_by_role("radio", name=words.endpoint(form.at.id).title, exact=True).click()
    needed = next(each for each in fields(form.at, form.model) if each.required and each.media)
    assert needed.media is not None
    sample = words.sample(form.at.id, needed.name, needed.media)
    page.get_by_role("button", name=sample.button).first.click()
    page.get_by_text(sample.file).first.wait_for()


def _price_of(page: Page, form: "Form", shape: str) -> str:
    """What stands on the Run button when this shape is chosen."""
    button = page.locator(PRICED).first
    before = button.inner_text()
    page.get_by_text(shape, exact=True).first.click()
    page.get_by_text(form.caption(shape)).first.wait_for()
    expect(button).not_to_have_text(before)
    return button.inner_text().split("\n")[0]


def _ours(page: Page, form: "Form", shape: str, price: str) -> float:
    page.locator(PRICED).first.wait_for()
    return page.evaluate(_CLICK, [shape, [form.caption(shape), price]])


def _peer(page: Page, name: str) -> float:
    page.get_by_text("Run as").first.wait_for()
    return page.evaluate(_CLICK, [name, [f"shape is {name}", f"Run as {name}"]])


@dataclass(frozen=True, slots=True)
class Form:
    """A form with a choice of shapes, as it opens: on the first model that there is."""

    at: Endpoint
    model: Model
    sizes: Mapping[str, tuple[int, int]]
    """The size in pixels behind each shape."""

    def caption(self, shape: str) -> str:
        width, height = self.sizes[shape]
        return f"{width} × {height} pixels"


def _forms() -> list[Form]:
    """Every form with a choice of shapes, those with the most fields last."""
    models = [Model.parse(raw) for raw in json.loads((TOP / "lib/sandbox/models.json").read_text())]
    found: list[tuple[int, Form]] = []
    for at in ENDPOINTS:
        first = next(
            (each for each in models if each.inference_types & set(at.inference_types)), None
        )
        form = {each.name: each for each in fields(at, first)} if first else {}
        if first and {"width", "height"} <= form.keys():
            sizes = presets(form["width"], form["height"])
            if sizes.keys() >= set(SHAPES):
                found.append((len(form), Form(at, first, sizes)))
    return [form for _, form in sorted(found, key=lambda each: each[0])]


def _start_runs(page: Page) -> None:
    field = page.get_by_role("textbox", name="What should it show?")
    button = page.locator(PRICED).first
    for number in range(RUNS):
        field.fill(f"A landscape, number {number}")
        field.blur()
        button.click()
        page.get_by_text(f"A landscape, number {number}", exact=True).first.wait_for()


def _core(pid: int, seconds: float) -> float:
    """The share of one core that process `pid` takes over `seconds`."""
    before, start = cpu_seconds(pid), time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / (time.monotonic() - start)


FORMS = _forms()
FIRST = next(each for each in FORMS if each.at is ENDPOINTS[0])
LARGEST = FORMS[-1]


if __name__ == "__main__":
    main()
