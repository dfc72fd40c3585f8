"""The public door of flows: what `from threadlab.flows import ...` gives, and what it does not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from threadlab import flows


def test_type_checkers_read_the_same_names_from_the_same_homes() -> None:
    """`__init__.pyi` and the lazy door agree."""
    stub = ast.parse(Path(flows.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    assert {one.name: node.module for node in imports for one in node.names} == vars(flows)["_HOMES"]
    (exported,) = [node.value for node in stub.body if isinstance(node, ast.Assign)]
    assert ast.literal_eval(exported) == flows.__all__ == dir(flows)


def test_each_public_name_resolves_to_something_that_explains_itself() -> None:
    """And any other is an attribute error, named as Python names it."""
    assert all(getattr(flows, name).__doc__ for name in flows.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        vars(flows)["__getattr__"]("nothing")


def test_a_tree_is_written_down_and_isolated_work_is_done_without_git_and_without_a_service() -> None:
    """Those are slow to load, and each isolated node is a process."""
    program = (
        "import sys\n"
        "from threadlab.flows import AgentComponent, IsolatedExecution, PythonNode\n"
        "import threadlab.flows.child\n"
        "heavy = {'dulwich', 'azure', 'threadlab.connect.connect', 'threadlab.history.history'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
