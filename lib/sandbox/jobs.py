"""The life of a job: accepted and charged, rendered, done or failed, settled.

What a job looks like at a moment follows from the clock and from what its engine has written, so
nothing is stored while it runs but that it was accepted.
"""

import asyncio
import json
import logging
import os
import secrets
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from lib.sandbox import answer
from lib.sandbox.account import Account
from lib.sandbox.boost import BOOSTER, boosted, boosting
from lib.sandbox.database import Database
from lib.sandbox.engines.base import CannotRender, Engine, Outputs
from lib.sandbox.faults import Faults
from lib.sandbox.money import balance
from lib.sandbox.order import Order
from lib.sandbox.prices import final, is_estimated, price
from lib.sandbox.validate import Uploads

Status = Literal["pending", "processing", "done", "error"]

_PENDING = 0.1
"""The share of a job's time in which it waits for its turn."""
_WORKERS = 2
"""Engines at work at once; the loop stays free whatever they do."""

_REPORTS = 8
_LEAST_BETWEEN = 0.25
"""News of a job comes so often while it works, and never closer than so many seconds."""

_ENDS_KEPT = 10_000

_STEP_BACK = 10
"""How much nicer an engine's thread is than the one that answers."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A job at one moment. File names are relative to the file store."""

    status: Status
    progress: float
    """0 to 100."""
    preview: str | None = None
    result: str | None = None
    alternatives: Mapping[str, str] | None = None
    price: int | None = None
    """What it cost in nano-dollars, once it has ended; before, if that may change."""
    is_estimated: bool = False
    answer: Path | None = None
    """The folder of an answer that stands in the job (see `answer`)."""
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Further members of the job."""
    error_code: str | None = None
    error_message: str | None = None
    seconds: float = 0.0
    """How long it was at work, for who hears of its end."""


Fate = Mapping[str, Any]
"""What was asked to become of a job: `fault` and its details; empty for nothing special."""


@dataclass(slots=True)
class _Open:
    """A job that hasn't ended."""

    request_id: str
    token: str
    order: Order
    starts_at: float
    ends_at: float
    """Seconds since 1970, like `starts_at`; later if rendering takes longer."""
    outputs: Outputs | None = None
    fate: Fate = field(default_factory=dict[str, Any])

    def snapshot(self, now: float) -> Snapshot:
        estimated = is_estimated(self.order)
        amount = price(self.order) if estimated else None
        if now < self.starts_at:
            return Snapshot("pending", 0.0, price=amount, is_estimated=estimated)
        share = (now - self.starts_at) / max(self.ends_at - self.starts_at, 1e-9)
        progress = round(min(100 * share, 99.0), 2)
        preview = _preview(self.outputs, progress) if self.outputs else None
        return Snapshot(
            "processing",
            progress,
            preview and f"{self.token}/{preview}",
            price=amount,
            is_estimated=estimated,
        )


class Jobs:
    """Every job of this data folder. Belongs to the server's loop."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        account: Account,
        engines: Mapping[str, Engine],
        speed: float,
        clock: Callable[[], float],
        told: Callable[[str, Snapshot, Order], None] | None = None,
        faults: Faults | None = None,
    ) -> None:
        """`files` and `uploads` are made in `folder`; `clock` gives seconds since 1970. `told` is
        called with a request id, its job and its order whenever there is news of it; `faults` says
        what becomes of jobs."""
        self.files = folder / "files"
        self._uploads = folder / "uploads"
        self._database = database
        self._account = account
        self._engines = engines
        self._speed = speed
        self._clock = clock
        self._told = told or _nobody
        self._faults = faults or Faults()
        self._open: dict[str, _Open] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended_at: OrderedDict[str, float] = OrderedDict()
        self._workers = ThreadPoolExecutor(
            _WORKERS, thread_name_prefix="engine", initializer=_step_back
        )

    def resume(self) -> None:
        """Go on with what an earlier process left unfinished."""
        for row in self._database.rows(
            "SELECT request_id, token, work, accepted_at FROM jobs WHERE status = 'open'"
            " ORDER BY accepted_at"
        ):
            work = json.loads(row["work"])
            try:
                order = Order.from_json(work)
            except LookupError:  # kept by an older sandbox, which wrote orders in another way
                self._give_up(row["request_id"])
            else:
                fate = work.get("fate", {})
                self._start(row["request_id"], row["token"], order, row["accepted_at"], fate)
        if self._uploads.is_dir():
            for folder in self._uploads.iterdir():  # killed before the job was kept, or after it
                if folder.name not in self._open:
                    shutil.rmtree(folder, ignore_errors=True)

    async def close(self) -> None:
        """Let go; what isn't finished is resumed by the next process."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._workers.shutdown(wait=False, cancel_futures=True)

    async def accept(self, order: Order, uploads: Uploads) -> str:
        """Charge and begin a job; its request id. Raises `NotEnough`."""
        request_id = str(uuid4())
        files = await asyncio.to_thread(self._keep, request_id, uploads)
        order = replace(order, files=files).drawn()
        token, now = secrets.token_urlsafe(24), self._clock()
        try:
            with self._database.transaction():
                self._account.charge(request_id, order.endpoint.id, price(order))
                if first := boosting(order):
                    self._account.charge(_boost_id(request_id), BOOSTER.id, price(first))
                # Not before it is paid: a submit that is refused must not use a fault up.
                fault = self._faults.job(order.endpoint.method, order.endpoint.path)
                fate = {"fault": fault.kind, **fault.details} if fault else {}
                self._database.execute(
                    "INSERT INTO jobs (request_id, token, accepted_at, work, status)"
                    " VALUES (?, ?, ?, ?, 'open')",
                    [request_id, token, now, json.dumps({**order.as_json(), "fate": fate})],
                )
        except BaseException:
            await asyncio.to_thread(self._discard, request_id)
            raise
        self._start(request_id, token, order, now, fate)
        return request_id

    async def ended(self, request_id: str, seconds: float | None) -> Snapshot | None:
        """The job when it has ended; None when it goes on after `seconds`."""
        if task := self._tasks.get(request_id):
            await asyncio.wait([task], timeout=seconds)
        found = self.find(request_id)
        return found if found and found.status in ("done", "error") else None

    def ended_at(self, request_id: str) -> float | None:
        """When the job ended, in seconds since 1970: the moment from which `find` says so. None for
        one that goes on, or that ended in another process or long ago."""
        return self._ended_at.get(request_id)

    def find(self, request_id: str) -> Snapshot | None:
        if request_id in self._open:
            return self._open[request_id].snapshot(self._clock())
        rows = self._database.rows(
            "SELECT token, status, outputs, price, error_code, error_message FROM jobs"
            " WHERE request_id = ?",
            [request_id],
        )
        return _ended(self.files, *rows[0]) if rows else None

    def _start(
        self, request_id: str, token: str, order: Order, accepted_at: float, fate: Fate
    ) -> None:
        seconds = self._engines[order.endpoint.id].seconds(order) / self._speed
        starts_at, ends_at = accepted_at + seconds * _PENDING, accepted_at + seconds
        job = _Open(request_id, token, order, starts_at, ends_at, fate=fate)
        self._open[request_id] = job
        task = asyncio.create_task(self._run(job))
        self._tasks[request_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(request_id, None))

    async def _tell(self, job: _Open) -> None:
        """News of a job from its acceptance on, until it has ended."""
        step = max((job.ends_at - job.starts_at) / _REPORTS, _LEAST_BETWEEN)
        self._told(job.request_id, job.snapshot(self._clock()), job.order)
        await asyncio.sleep(max(0.0, job.starts_at - self._clock()))
        while True:
            self._told(job.request_id, job.snapshot(self._clock()), job.order)
            await asyncio.sleep(step)

    async def _run(self, job: _Open) -> None:
        telling = asyncio.create_task(self._tell(job))
        try:
            await self._rendered(job)
        finally:
            telling.cancel()

    async def _rendered(self, job: _Open) -> None:
        try:
            loop = asyncio.get_running_loop()
            outputs = await loop.run_in_executor(self._workers, self._render, job)
            job.outputs = outputs
            await asyncio.sleep(max(0.0, job.ends_at - self._clock()))
            await self._meet(job, final(job.order, outputs.text))
        except CannotRender as failure:
            self._end(job, "error", 0, "cannot_render", str(failure))
        except Exception:  # noqa: BLE001 -- whatever it was: the job ends, its money goes back
            _log.exception("The engine of job %s failed", job.request_id)
            self._end(job, "error", 0, "internal_error", "The sandbox failed to make this.")
        await asyncio.to_thread(self._discard, job.request_id)

    async def _meet(self, job: _Open, price: int) -> None:
        """The end that was asked for, else the usual one at `price`."""
        match job.fate.get("fault"):
            case "job_never_ends":
                await asyncio.Event().wait()
            case "job_error":
                code = job.fate.get("code", "PROCESSING_ERROR")
                message = job.fate.get("message", "Error during inference processing")
                self._end(job, "error", 0, code, message)
            case "final_price":
                self._end(job, "done", _in_the_end(price, job.fate))
            case _:
                self._end(job, "done", price)

    def _render(self, job: _Open) -> Outputs:
        folder = self.files / job.token
        folder.mkdir(parents=True, exist_ok=True)
        order, said = boosted(job.order, self._engines[BOOSTER.id], folder)
        outputs = self._engines[order.endpoint.id].render(order, folder)
        answer.keep(outputs, folder)
        return replace(outputs, more={**outputs.more, **said})

    def _end(
        self,
        job: _Open,
        status: Literal["done", "error"],
        final: int,
        code: str | None = None,
        message: str | None = None,
    ) -> None:
        """Settle the charge and the job together; `final` is what it costs in the end."""
        outputs = json.dumps(_kept(job)) if job.outputs and status == "done" else None
        with self._database.transaction():
            self._account.settle(job.request_id, final)
            if status == "error" and boosting(job.order):
                self._account.settle(_boost_id(job.request_id), 0)
            self._database.execute(
                "UPDATE jobs SET status = ?, outputs = ?, price = ?, error_code = ?,"
                " error_message = ? WHERE request_id = ?",
                [status, outputs, final, code, message, job.request_id],
            )
        del self._open[job.request_id]
        self._ended_at[job.request_id] = self._clock()
        if len(self._ended_at) > _ENDS_KEPT:
            self._ended_at.popitem(last=False)
        if (ended := self.find(job.request_id)) is not None:
            took = self._clock() - job.starts_at
            self._told(job.request_id, replace(ended, seconds=took), job.order)

    def _give_up(self, request_id: str) -> None:
        with self._database.transaction():
            self._account.settle(request_id, 0)
            self._database.execute(
                "UPDATE jobs SET status = 'error', price = 0, error_code = 'internal_error',"
                " error_message = 'The sandbox was changed meanwhile.' WHERE request_id = ?",
                [request_id],
            )

    def _keep(self, request_id: str, uploads: Uploads) -> dict[str, tuple[Path, ...]]:
        kept: dict[str, tuple[Path, ...]] = {}
        for name, several in uploads.items():
            folder = self._uploads / request_id / name
            folder.mkdir(parents=True, exist_ok=True)
            kept[name] = tuple(folder / str(number) for number in range(len(several)))
            for path, upload in zip(kept[name], several, strict=True):
                upload.file.seek(0)
                with path.open("wb") as target:
                    shutil.copyfileobj(upload.file, target)
        return kept

    def _discard(self, request_id: str) -> None:
        shutil.rmtree(self._uploads / request_id, ignore_errors=True)


def _nobody(_: str, __: Snapshot, ___: Order) -> None:
    """Hears news where nobody else wants to."""


def _in_the_end(price: int, fate: Fate) -> int:
    """What `final_price` makes of the usual price, in nano-dollars."""
    if "factor" in fate:
        return round(price * Decimal(str(fate["factor"])))
    return balance(fate.get("price", 0))


def _preview(outputs: Outputs, progress: float) -> str | None:
    """Of four previews: the first from 25 %, the last at 100."""
    reached = int(progress * len(outputs.previews) / 100)
    return outputs.previews[reached - 1] if reached else None


def _boost_id(request_id: str) -> str:
    """Under what the enhancement of a job's prompt is charged."""
    return f"{request_id}/prompt"


def _kept(job: _Open) -> dict[str, Any]:
    """What is remembered of what a job made; its text and data are in a file."""
    assert job.outputs is not None
    kept = asdict(replace(job.outputs, text=None, data=None))
    asked = job.order.params.get("return_result_in_response", False)
    # What has no file, or is text, is said in any case.
    said = asked or job.outputs.text is not None or job.outputs.result is None
    return {**kept, "is_said": said}


def _ended(
    files: Path,
    token: str,
    status: Status,
    outputs: str | None,
    price: int,
    code: str | None,
    why: str | None,
) -> Snapshot:
    if status == "error" or outputs is None:
        return Snapshot("error", 0.0, price=price, error_code=code, error_message=why)
    kept: dict[str, Any] = json.loads(outputs)
    alternatives = {kind: f"{token}/{name}" for kind, name in kept["alternatives"].items()}
    previews: list[str] = kept["previews"]
    return Snapshot(
        "done",
        100.0,
        preview=f"{token}/{previews[-1]}" if previews else None,
        result=f"{token}/{kept['result']}" if kept["result"] else None,
        alternatives=alternatives or None,
        price=price,
        answer=files / token if kept.get("is_said") else None,
        more=kept.get("more", {}),
    )


def _step_back() -> None:
    """Let who answers go before who works, where both want the same processor."""
    with suppress(OSError, AttributeError):  # only where threads have a niceness of their own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _STEP_BACK)
