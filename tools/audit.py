"""Compare what the lock pins with known advisories, by pip-audit, which runs as a tool of its own.

Exits with 0 when all of it was asked for and nothing is known, with 1 when something is, and with
2 when (a part of) it could not be asked for: that is said plainly, as nothing found by nobody
asked is no good news.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
PIP_AUDIT = "pip-audit==2.9.0"
LOCKS = ("requirements.txt", "requirements-engines.txt")
SECONDS = 300.0


def main() -> int:
    """Ask, print and return the exit code."""
    command = [Path(sys.executable).with_name("uvx"), "--from", PIP_AUDIT, "pip-audit"]
    command += ["--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json"]
    command += [part for lock in LOCKS for part in ("-r", lock)]
    try:
        ran = subprocess.run(
            command, cwd=TOP, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        report = json.loads(ran.stdout)
    except subprocess.TimeoutExpired:
        print(f"Nothing was checked: pip-audit was not done after {SECONDS:.0f} seconds.")
        return 2
    except ValueError:
        last = (ran.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"Nothing was checked: pip-audit, or whom it asks, can't be reached ({last}).")
        return 2
    lines, code = judged(report)
    print("\n".join(lines))
    return code


def judged(report: Mapping[str, Any]) -> tuple[list[str], int]:
    """What to say of pip-audit's report, and the exit code."""
    asked = [each for each in report["dependencies"] if "skip_reason" not in each]
    skipped = [each["name"] for each in report["dependencies"] if "skip_reason" in each]
    lines = [
        f"{each['name']} {each['version']}: {known['id']}, mended in "
        f"{', '.join(known['fix_versions']) or 'no version yet'}"
        for each in asked
        for known in each["vulns"]
    ]
    if lines:
        return [*lines, f"{len(lines)} advisories for {len(asked)} packages."], 1
    if not asked:
        return ["Nothing was checked: no advisory service can be reached from here."], 2
    if skipped:
        told = f"Nothing known of {len(asked)} packages. Not checked: {', '.join(skipped)}."
        return [told], 2
    return [f"Nothing known of all {len(asked)} packages."], 0


if __name__ == "__main__":
    sys.exit(main())
