"""The layers of the house, where import-linter can't look: in the module `app`."""

import ast
from pathlib import Path

APP = Path(__file__).parents[2] / "app.py"
NOT_ITS_BUSINESS = {"httpx", "sqlalchemy", "alembic"}


def test_app_speaks_no_http_and_no_sql() -> None:
    assert not imported(APP) & NOT_ITS_BUSINESS


def imported(module: Path) -> set[str]:
    """The top-level names of everything that a module imports, wherever it does."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module.partition(".")[0])
    return names
