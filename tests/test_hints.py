"""What an error tells its reader to write can be written: each name in a hint is to be had."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import threadlab

SOURCE = Path(threadlab.__file__).parent
IMPORT = re.compile(r"from (threadlab[\w.]*) import (\w+)")
CALL = re.compile(r"(?<![\w.])([A-Z]\w*)\(")


def hints() -> Iterator[tuple[str, ast.Module, str]]:
    """Every text that is given as a hint, or as what to do next, with the module that it stands in."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(module):
            if isinstance(node, ast.keyword) and node.arg in ("hint", "next"):
                yield f"{path.relative_to(SOURCE)}:{node.value.lineno}", module, text_of(node.value)
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "hint":
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", module, text_of(node.value)


def text_of(node: ast.expr) -> str:
    """The words in an expression, put together."""
    words = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return "".join(word for word in words if isinstance(word, str))


HINTS = list(hints())


def test_the_hints_are_found() -> None:
    """Many of them, and those that spell an import out."""
    assert len(HINTS) > 150
    spelled = {name for _, _, text in HINTS for _, name in IMPORT.findall(text)}
    assert spelled >= {"Local", "ToolApproval", "ToolOutput", "WorkerThread"}


@pytest.mark.parametrize(("place", "text"), [(place, text) for place, _, text in HINTS if "import" in text])
def test_an_import_that_a_hint_spells_out_works(place: str, text: str) -> None:
    """From that module, with something that explains itself."""
    for module, name in IMPORT.findall(text):
        assert getattr(import_module(module), name).__doc__, place


def test_a_hint_names_no_class_without_saying_where_it_is() -> None:
    """It is a public name of threadlab, spelled out as an import, or what the reader is making just now."""
    unknown = [
        (place, name)
        for place, module, text in HINTS
        for name in CALL.findall(text)
        if name not in threadlab.__all__
        and name not in {spelled for _, spelled in IMPORT.findall(text)}
        and name not in {node.name for node in module.body if isinstance(node, ast.ClassDef)}
    ]
    assert unknown == []
