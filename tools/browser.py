"""Find a Chromium that works, or get one; print its path.

In this order: the one that PLAYGROUND_TEST_BROWSER names, the one found last time, an installed
Chromium or Chrome, the system's package manager where it may be used without asking (root, or sudo
without a password), Playwright's own download. One that nobody named must first open a page: some
systems ship a `chromium-browser` that only says where to get it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

TOP = Path(__file__).resolve().parent.parent
REMEMBERED = TOP / ".venv" / "browser"
LOG = TOP / ".install.log"
SETTING = "PLAYGROUND_TEST_BROWSER"

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

# Headless, quiet, and silent towards the outside: a test browser speaks to this machine only.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--metrics-recording-only",
    "--proxy-server=direct://",
    # Names other than the loopback's don't resolve, so not even a look-up leaves.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)

# One line a package manager; each step of it must succeed.
PACKAGE_MANAGERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "apt-get": (
        ("apt-get", "update"),
        ("apt-get", "install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"),
    ),
    "dnf": (("dnf", "install", "--assumeyes", "chromium"),),
    "pacman": (("pacman", "--sync", "--refresh", "--noconfirm", "--needed", "chromium"),),
    "apk": (("apk", "add", "chromium"),),
    "brew": (("brew", "install", "--cask", "google-chrome"),),
}


def main() -> int:
    browser = find() or get()
    if browser is None:
        print(
            "The tests need a browser and none could be installed: install Chromium or Chrome, "
            f"or name one in {SETTING} ({LOG.name} says what was tried).",
            file=sys.stderr,
        )
        return 1
    print(browser)
    return 0


def find() -> str | None:
    """The path of a browser that is there, else None. Remembers one that it found to work."""
    named = os.environ.get(SETTING)
    if named:
        return named if Path(named).is_file() else None
    remembered = REMEMBERED.read_text() if REMEMBERED.exists() else ""
    if Path(remembered).is_file():
        return remembered
    for path in installed():
        if works(path):
            REMEMBERED.write_text(path)
            return path
    return None


def get() -> str | None:
    """Install a browser by whatever way there is, then find it; None when there is no way."""
    print("Getting a browser for the tests …", file=sys.stderr, flush=True)
    install_from_system()
    found = find()
    if found is None and run(sys.executable, "-m", "playwright", "install", "chromium"):
        found = find()
    return found


def installed() -> Iterator[str]:
    """Where a browser would be, best first."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            yield path
    yield from filter(os.path.exists, MAC_APPS)
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if Path(own).exists():
        yield own


def works(path: str) -> bool:
    """Whether Playwright can open a page in it."""
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
            browser.new_page().set_content("ready")
            browser.close()
    except Error as failure:
        with LOG.open("a") as log:
            print(path, failure, sep=": ", file=log)
        return False
    return True


def install_from_system() -> bool:
    """Ask the first package manager there is, when that needs nobody's password."""
    for name, steps in PACKAGE_MANAGERS.items():
        if shutil.which(name):
            prefix = () if name == "brew" else privilege()
            return prefix is not None and all(run(*prefix, *step) for step in steps)
    return False


def privilege() -> tuple[str, ...] | None:
    """What to put before a command that needs root; None when root is out of reach."""
    if os.geteuid() == 0:
        return ()
    if shutil.which("sudo") and run("sudo", "--non-interactive", "true"):
        return ("sudo", "--non-interactive")
    return None


def run(*command: str) -> bool:
    """Run a step quietly, its output in the log; whether it succeeded."""
    with LOG.open("a") as log:
        print("$", *command, file=log, flush=True)
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            check=False,
        )
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
