"""The public door of user runs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from threadlab import runs


def test_type_checkers_see_the_same_names() -> None:
    """`runs.pyi` and the lazy door agree."""
    stub = ast.parse(Path(runs.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    seen = {alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen == set(runs.__all__) == set(dir(runs))
    assert all(getattr(runs, name) is not None for name in runs.__all__)


def test_opening_the_door_loads_no_service() -> None:
    """Only the first use of a name does."""
    heavy = "{'azure', 'pydantic', 'rich', 'threadlab.history', 'threadlab.journal'}"
    script = f"import sys, threadlab.runs; print(sorted({heavy} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
