"""The facade: what `import threadlab` gives."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import threadlab

NAMES = {
    "Agent",
    "Conversation",
    "ConversationManager",
    "Lab",
    "Message",
    "Run",
    "Thread",
    "ThreadlabError",
    "Toolbox",
    "__version__",
    "connect",
    "explain",
    "diagnose",
    "follow",
    "object_map",
    "show",
    "timeline",
    "tool",
    "wait",
    "watch",
}


def test_the_public_names_are_these_and_few() -> None:
    """A new one is a decision, and is written here too."""
    assert set(threadlab.__all__) == NAMES
    assert len(threadlab.__all__) <= 20
    assert list(threadlab.__all__) == sorted(threadlab.__all__)


def test_type_checkers_read_the_same_names_from_the_same_homes() -> None:
    """`__init__.pyi` and the lazy facade agree."""
    stub = ast.parse((Path(threadlab.__file__).parent / "__init__.pyi").read_text(encoding="utf-8"))
    homes = {node.names[0].asname: node.module for node in stub.body if isinstance(node, ast.ImportFrom)}
    assert homes == vars(threadlab)["_HOMES"]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_public_name_resolves_to_something_that_explains_itself(name: str) -> None:
    """By attribute, and by `from threadlab import`."""
    found = getattr(threadlab, name)
    assert found.__doc__


def test_another_name_is_an_attribute_error() -> None:
    """Named as Python names it."""
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        vars(threadlab)["__getattr__"]("nothing")


def python(program: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_threadlab_imports_no_third_party() -> None:
    """So it costs next to nothing."""
    program = (
        "import sys; before = set(sys.modules); import threadlab\n"
        "tops = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(tops - set(sys.stdlib_module_names)))"
    )
    assert python(program) == "['threadlab']"


@pytest.mark.parametrize(
    "first", ["threadlab.connect.settings", "threadlab.connect.connect", "threadlab.connect"]
)
def test_connect_is_the_function_whatever_was_imported_before(first: str) -> None:
    """Its folder has the same name and does not get in the way."""
    program = (
        f"import {first}, threadlab\n"
        "from threadlab import connect\n"
        "print(callable(threadlab.connect), connect.__module__)"
    )
    assert python(program) == "True threadlab.connect.connect"


def test_the_offline_path_imports_neither_azure_identity_nor_azure_ai_projects() -> None:
    """They are slow, and not to be had in a browser."""
    program = (
        "import sys\n"
        "from threadlab import connect, watch, tool, Conversation\n"
        "with connect(seed=1, pace=0) as lab: lab.create_agent(name='a')\n"
        "print(sorted(name for name in sys.modules if name in ('azure.identity', 'azure.ai.projects')))"
    )
    assert python(program) == "[]"
