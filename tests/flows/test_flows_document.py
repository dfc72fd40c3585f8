"""`docs/flows.md` is true: its names are there, its program runs, its tests exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.test_features import resolve

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "flows.md").read_text(encoding="utf-8")
ROWS = [line.split(" | ") for line in TEXT.splitlines() if line.startswith("| ")]


def test_each_name_on_our_side_is_there() -> None:
    """In the public door of flows."""
    names = [name for row in ROWS if len(row) == 3 for name in re.findall(r"`(threadlab[\w.]+)`", row[1])]
    assert len(names) > 16 and all(resolve(name) is not None for name in names)


def test_the_program_runs_as_it_is_written(tmp_path: Path) -> None:
    """In a folder of its own."""
    (program,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("hello Ada\n", "")
    assert list((tmp_path / "runs").glob("test-*/events.jsonl"))


def test_each_failure_that_cannot_happen_names_a_test_that_is_there() -> None:
    """By file and function."""
    tests = re.findall(r"`flows/(\w+\.py)::(test_\w+)`", TEXT)
    assert len(tests) == 12
    for file, function in tests:
        assert f"def {function}(" in (ROOT / "tests" / "flows" / file).read_text(encoding="utf-8")
