import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lib.store import AlreadyHeld, hold

HOLDS = """
import sys
from pathlib import Path
from lib.store import hold
lock = hold(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_engine_is_told_who_holds_the_folder_until_that_process_ends(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, tmp_path],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(AlreadyHeld) as refused:
                hold(tmp_path)
        finally:
            holder.kill()
    message = str(refused.value)
    assert f"process {holder.pid} on {socket.gethostname()}, since 20" in message
    assert str(tmp_path) in message
    # It could not clean up, and holds nothing all the same.
    with hold(tmp_path), pytest.raises(AlreadyHeld, match=f"process {os.getpid()} "):
        hold(tmp_path)


def test_a_released_folder_can_be_held_again(tmp_path: Path) -> None:
    lock = hold(tmp_path / "not there yet")
    lock.release()
    lock.release()
    hold(tmp_path / "not there yet").release()


def test_any_thread_may_release(tmp_path: Path) -> None:
    lock = hold(tmp_path)
    thread = threading.Thread(target=lock.release)
    thread.start()
    thread.join()
    hold(tmp_path).release()


def test_a_note_that_can_not_be_read_does_not_matter(tmp_path: Path) -> None:
    with hold(tmp_path):
        (tmp_path / "lock.json").write_text("{")
        with pytest.raises(AlreadyHeld, match="not said which"):
            hold(tmp_path)
