"""The least time that runs can take on so many requests a minute."""

from datetime import datetime

from tests.support.sandbox import Sandbox


def seconds(sandbox: Sandbox, runs: int, limit: int, minute: float) -> float:
    """For `runs` that a sandbox has done, at `limit` requests in each `minute` (seconds): the last
    of them may leave when the minute before theirs has ended, and then take one job."""
    return minute * (-(-runs // limit) - 1) + _job(sandbox)


def _job(sandbox: Sandbox) -> float:
    """Seconds that one job takes."""
    first = sandbox.charges()[0]
    ended, began = (datetime.fromisoformat(first[name]) for name in ("ended_at", "at"))
    return (ended - began).total_seconds()
