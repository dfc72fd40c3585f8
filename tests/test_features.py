"""`docs/features.md` is true: each public name resolves, each named test exists."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROW = re.compile(
    r"^\| (?P<number>[FKUOD]\d+[a-z]?) \| (?P<what>.+?) \| `(?P<name>[\w.]+)` \| `(?P<test>[^`]+)` \|$"
)
TABLE = (ROOT / "docs/features.md").read_text(encoding="utf-8").splitlines()
LINES = [line for line in TABLE if re.match(r"\| [FKUOD]", line)]
ROWS = [match for line in LINES if (match := ROW.match(line))]


def resolve(name: str) -> object:
    """The object of a dotted name: the longest module, then attributes."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[length:]:
            found = getattr(found, attribute)
        return found
    raise AssertionError(f"nothing is called {name}")


def test_every_row_has_a_number_a_name_and_a_test() -> None:
    """A row that cannot be read would not be checked either."""
    assert len(ROWS) == len(LINES) > 40
    numbers = [row["number"] for row in ROWS]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["number"])
def test_a_row_names_what_exists(row: re.Match[str]) -> None:
    """The public name resolves and the test is there."""
    assert resolve(row["name"]) is not None
    path, _, function = row["test"].partition("::")
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    tests = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }
    assert function in tests if function else tests
