"""What a person has to find: settings, commands, endpoints and folders stand where one looks."""

import re
from pathlib import Path

import pytest

from lib.deapi.contract import ENDPOINTS, Endpoint
from lib.sandbox.faults import KINDS, TAKES
from lib.settings import Settings
from lib.store.__main__ import parser
from lib.ui import words

TOP = Path(__file__).parents[2]
README = (TOP / "README.md").read_text()
EXAMPLE = (TOP / ".env.example").read_text()

SETTINGS = {name.upper() for name in Settings.model_fields}
FIXED_POINTS = {
    "DEAPI_API_KEY",
    "DEAPI_BASE_URL",
    "DEAPI_OPENAI_BASE_URL",
    "DEAPI_PUSH_URL",
    "DEAPI_PUSH_KEY",
    "DEAPI_CLIENT_ID",
    "DEAPI_WEBHOOK_SECRET",
    "PLAYGROUND_PORT",
    "PLAYGROUND_SANDBOX",
    "PLAYGROUND_TIMEZONE",
    "PLAYGROUND_DATA_DIR",
    "PLAYGROUND_DATABASE_URL",
    "PLAYGROUND_MEDIA_URL",
    "PLAYGROUND_PUBLIC_URL",
    "PLAYGROUND_COOKIE_SECRET",
}
"""The settings of the design's fixed points: names that others rely on, in use or not yet."""

FAULT_TESTS = (
    "contract/test_sandbox_faults.py",
    "faults/test_faults.py",
    "faults/test_webhooks.py",
)

LEAVINGS = {"test-results"}
"""Folders that tests and tools make, and git ignores."""


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_the_readme_has_a_row_for_every_setting(name: str) -> None:
    assert name in rows("Settings")


@pytest.mark.parametrize("name", sorted(SETTINGS | FIXED_POINTS))
def test_the_example_has_a_line_for_every_setting(name: str) -> None:
    assert name in example()


def test_nothing_is_documented_that_is_no_setting() -> None:
    assert rows("Settings") <= SETTINGS
    assert example() <= SETTINGS | FIXED_POINTS


def test_the_example_sets_nothing() -> None:
    told = [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")]
    assert not told


def test_the_readme_has_every_command_and_no_other() -> None:
    named = set(re.findall(r"^\| `make (\w+)`", section("Commands"), re.MULTILINE))
    targets = set(re.findall(r"^(\w+):.*##", (TOP / "Makefile").read_text(), re.MULTILINE))
    assert named == targets - {"help"}


def test_the_readme_has_every_benchmark_and_no_other() -> None:
    named = set(re.findall(r"^\| `benchmarks\.(\w+)`", section("Commands"), re.MULTILINE))
    folder = TOP / "benchmarks"
    assert named == {
        each.stem for each in folder.glob("*.py") if "\nif __name__" in each.read_text()
    }


def test_the_readme_has_every_command_of_the_store_and_no_other() -> None:
    row = r"^\| `\.venv/bin/python -m lib\.store (\w+) FOLDER`"
    told = set(re.findall(r"^    (\w+)  ", parser().format_help(), re.MULTILINE))
    assert set(re.findall(row, section("Commands"), re.MULTILINE)) == told


def test_the_readme_lists_every_endpoint_under_the_name_that_it_has_here_and_no_other() -> None:
    listed = re.findall(r"^\| (.+) \| (.+) \| `(.+)` \|$", section("What is in it"), re.MULTILINE)
    assert sorted(listed) == sorted((page(at), called(at), at.id) for at in ENDPOINTS)


def test_the_readme_says_where_everything_is() -> None:
    house = section("Where things are").split("```")[1]
    named = set(re.findall(r"^([\w./]+) ", house, re.MULTILINE))
    assert not {place for place in named if not (TOP / place).exists()}
    assert {f"{name}/" for name in folders(TOP) - LEAVINGS - {"lib"}} <= named
    assert {f"lib/{name}/" for name in folders(TOP / "lib")} <= named


def page(at: Endpoint) -> str:
    return words.FAMILIES[at.family].title


def called(at: Endpoint) -> str:
    told = words.endpoint(at.id)
    return f"{words.GROUPS[told.group].title}: {told.title}" if told.group else told.title


def section(title: str) -> str:
    """What stands in the README below this heading."""
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title!r}"
    return found[1]


def rows(title: str) -> set[str]:
    """The names in the first column of a section's table."""
    return set(re.findall(r"^\| `(\w+)`", section(title), re.MULTILINE))


def example() -> set[str]:
    """The settings that `.env.example` has a line for."""
    return set(re.findall(r"^#([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def folders(above: Path) -> set[str]:
    return {each.name for each in above.iterdir() if each.is_dir() and each.name[0] not in "._"}


def test_the_readme_has_a_row_for_every_fault_with_what_it_takes() -> None:
    table = README.split("### Faults")[1].split("###")[0]
    told = re.findall(r"^\| `(\w+)` \| .* \| (.*)\|$", table, re.MULTILINE)
    assert {kind: set(re.findall(r"`(\w+)`", takes)) for kind, takes in told} == {
        kind: set(TAKES.get(kind, ())) for kind in KINDS
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_of_the_sandbox_is_shown_striking(kind: str) -> None:
    told = [(TOP / "tests" / each).read_text() for each in FAULT_TESTS]
    assert any(f'"{kind}"' in each or f'fault(sandbox, "{kind}"' in each for each in told)
