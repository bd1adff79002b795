"""The sandbox as a process: how it starts, goes on after a crash, and ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from lib.deapi.contract import BALANCE, JOB, MODELS, endpoint
from lib.sandbox.process import DidNotStart, NotChanged, start
from tests.conftest import StartSandbox
from tests.support.processes import TOP
from tests.support.sandbox import Sandbox
from tests.support.waiting import eventually

GENERATIONS = endpoint("images.generations")


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Accept": "application/json"}


def submit(sandbox: Sandbox) -> str:
    query = {"filter[inference_types]": "txt2img"}
    models = httpx.get(sandbox.url + MODELS.path, params=query, headers=headers(sandbox.key))
    call = {"prompt": "a lake", "model": models.json()["data"][0]["slug"], "seed": -1}
    call |= {"width": 256, "height": 256, "guidance": 1, "steps": 4}
    answer = httpx.post(sandbox.url + GENERATIONS.path, json=call, headers=headers(sandbox.key))
    return answer.raise_for_status().json()["data"]["request_id"]


def job(sandbox: Sandbox, request_id: str) -> dict[str, object]:
    address = sandbox.url + JOB.path.format(request_id=request_id)
    return httpx.get(address, headers=headers(sandbox.key)).json()["data"]


def balance(sandbox: Sandbox) -> float:
    answer = httpx.get(sandbox.url + BALANCE.path, headers=headers(sandbox.key))
    return answer.json()["data"]["balance"]


def test_it_says_that_it_is_ready_before_anything_else(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(engines="none")
    assert sandbox.process.output.splitlines() == [f"ready {sandbox.url}"]
    assert sandbox.url.startswith("http://127.0.0.1:")


def test_a_job_goes_on_when_the_sandbox_is_killed_and_started_again(
    start_sandbox: StartSandbox,
) -> None:
    first = start_sandbox(engines="none", speed=0.001)
    request_id = submit(first)
    assert job(first, request_id)["status"] in ("pending", "processing")
    left, charges = balance(first), first.charges()
    first.process.kill()

    second = start_sandbox(engines="none", speed=1000, data=first.data)
    done = eventually(lambda: seen if (seen := job(second, request_id))["result_url"] else None)
    assert done["status"] == "done"
    assert httpx.get(str(done["result_url"])).status_code == 200
    assert balance(second) == left
    assert [{**each, "ended_at": None} for each in second.charges()] == charges
    second.process.kill()

    third = start_sandbox(engines="none", balance=100, data=first.data)
    assert job(third, request_id)["status"] == "done"
    assert balance(third) == left


def test_an_upload_is_still_there_after_a_restart_and_gone_after_its_job(
    start_sandbox: StartSandbox,
) -> None:
    first = start_sandbox(speed=0.001)
    picture = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
    models = httpx.get(
        first.url + MODELS.path,
        params={"filter[inference_types]": "img_upscale"},
        headers=headers(first.key),
    )
    answer = httpx.post(
        first.url + endpoint("images.upscales").path,
        data={"model": models.json()["data"][0]["slug"]},
        files={"image": picture.getvalue()},
        headers=headers(first.key),
    )
    request_id = answer.json()["data"]["request_id"]
    first.process.kill()
    second = start_sandbox(speed=1000, data=first.data)
    eventually(lambda: job(second, request_id)["status"] == "done", timeout=30)
    eventually(lambda: not any((first.data / "uploads").iterdir()))


def test_it_ends_cleanly_when_asked_to(tmp_path: Path) -> None:
    sandbox = start(tmp_path, "key", engines="none")
    assert sandbox.alive
    sandbox.stop()
    assert not sandbox.alive
    assert sandbox.process is not None
    assert sandbox.process.returncode == 0


def test_it_ends_with_its_parent_even_when_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from lib.sandbox.process import start;"
        "sandbox = start(Path(sys.argv[1]), 'key', engines='none');"
        "print(sandbox.process.pid, sandbox.url, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=TOP
    ) as parent:
        assert parent.stdout is not None
        child, url = parent.stdout.readline().split()
        assert httpx.get(url + BALANCE.path, headers=headers("key")).status_code == 200
        parent.kill()
    eventually(lambda: not _exists(int(child)))


def test_it_stays_when_its_input_is_closed_from_the_start(tmp_path: Path) -> None:
    with _by_hand(tmp_path, stdin=subprocess.DEVNULL) as (process, url):
        assert httpx.get(url + BALANCE.path, headers=headers("sandbox")).status_code == 200
        assert process.poll() is None


def test_a_temporary_folder_is_removed_at_the_end(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with _by_hand(None, stdin=subprocess.DEVNULL, env=environment) as (process, _):
        assert len(list(tmp_path.glob("deapi-sandbox-*"))) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert list(tmp_path.glob("deapi-sandbox-*")) == []


def test_a_taken_port_gets_one_sentence(free_port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port))
        taken.listen()
        command = [sys.executable, "-m", "lib.sandbox", "--port", str(free_port)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=TOP, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Can't listen on 127.0.0.1:{free_port}")
    assert len(done.stderr.splitlines()) == 1


def test_a_sandbox_that_cannot_start_says_so_to_its_parent(tmp_path: Path, free_port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port))
        taken.listen()
        with pytest.raises(DidNotStart):
            start(tmp_path, "key", port=free_port)


@contextmanager
def _by_hand(
    data: Path | None, *, stdin: int, env: dict[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A sandbox as somebody starts it from a terminal, and where it answers."""
    command = [sys.executable, "-m", "lib.sandbox", "--port", "0", "--engines", "none"]
    command += ["--data", str(data)] if data else []
    with subprocess.Popen(
        command, stdin=stdin, stdout=subprocess.PIPE, text=True, cwd=TOP, env=env
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().removeprefix("ready ").strip()
        finally:
            process.terminate()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Ended, but not yet collected by whoever inherited it.
    return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()


def test_its_holder_changes_money_and_limits(tmp_path: Path) -> None:
    held = start(tmp_path, "a-key", engines="none")
    try:
        held.set_balance(Decimal("0.20"))
        held.set_tier("basic")
        assert (held.balance(), held.tier()) == (Decimal("0.2"), "basic")
        with pytest.raises(NotChanged, match="must be an amount in USD"):
            held.set_balance(Decimal(-1))
        assert held.balance() == Decimal("0.2")
    finally:
        held.stop()
    with pytest.raises(NotChanged, match="does not answer"):
        held.tier()
