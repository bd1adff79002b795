"""`python -m lib.sandbox`: run a sandbox until Ctrl-C."""

import argparse
import math
import signal
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from types import FrameType

from filelock import FileLock, Timeout

from lib import logs
from lib.sandbox.config import CLIENT_ID, Config
from lib.sandbox.money import balance
from lib.sandbox.parent import follow
from lib.sandbox.server import bound, serve

_LOCK_SECONDS = 10
"""How long to wait for a sandbox that is just ending to let go of the data folder."""


def main() -> int:
    options = _options()
    logs.begin(options.log)
    # The server hands the signal on when it has closed; it then unwinds like any other exit.
    signal.signal(signal.SIGTERM, _leave)
    follow(strict=options.with_parent)
    try:
        listening = bound(options.host, options.port)
    except (OSError, OverflowError) as error:
        print(f"Can't listen on {options.host}:{options.port}: {error}.", file=sys.stderr)
        return 1
    try:
        with listening, _data_folder(options.data) as data:
            serve(_config(options, data), listening)
    except Timeout:
        print(f"Another sandbox is using {options.data}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _leave(_: int, __: FrameType | None) -> None:
    sys.exit(0)


@contextmanager
def _data_folder(given: Path | None) -> Generator[Path]:
    """The folder given, locked; or a temporary one, removed at the end. Raises `Timeout`."""
    if given is None:
        with tempfile.TemporaryDirectory(prefix="deapi-sandbox-") as folder:
            yield Path(folder)
    else:
        given.mkdir(parents=True, exist_ok=True)
        with FileLock(given / "lock", timeout=_LOCK_SECONDS):
            yield given


def _config(options: argparse.Namespace, data: Path) -> Config:
    return Config(
        key=options.key,
        data=data.resolve(),
        tier=options.tier,
        role=options.role,
        balance=options.balance,
        speed=options.speed,
        engines=options.engines,
        client_id=options.client_id,
        webhook_secret=options.webhook_secret,
        ca=options.ca,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lib.sandbox", description="A local deAPI, for play money."
    )
    add = parser.add_argument
    add("--port", type=int, default=8787, help="0 picks a free one (default: %(default)s)")
    add("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    add("--key", help="the Bearer key to accept (default: sandbox)")
    add("--tier", choices=("basic", "premium"), default="premium", help="rate limits")
    add("--role", choices=("admin", "api"), default="admin", help="an api key sees no balance")
    add("--balance", type=_usd, default="5", help="opening balance in USD (default: 5)")
    add("--speed", type=_speed, default=1.0, help="how many times as fast jobs are (default: 1)")
    add("--data", type=Path, help="folder to keep jobs and files in (default: a temporary one)")
    add("--engines", choices=("real", "none"), default="real", help="none: one tiny fixed result")
    add("--client-id", default=CLIENT_ID, help="whose push channel it is (default: %(default)s)")
    add("--webhook-secret", help="signs webhooks that have none by request (default: the key)")
    add("--ca", type=Path, help="certificates (PEM) that webhook receivers may have too")
    add("--log", choices=("text", "json"), default="text", help="json: an object a line")
    add("--with-parent", action="store_true", help="always end when standard input does")
    options = parser.parse_args()
    if options.key is None:
        if not _is_loopback(options.host):
            parser.error("a sandbox that others can reach needs a --key of its own")
        options.key = "sandbox"
    return options


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _usd(text: str) -> int:
    """Nano-dollars."""
    try:
        return balance(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not 0 < speed < math.inf:
        raise argparse.ArgumentTypeError("must be a number above 0")
    return speed


if __name__ == "__main__":
    sys.exit(main())
