"""The house's floors, held as data: imports point one way, down, and only the listed ones are lazy."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import threadlab

SOURCE = Path(threadlab.__file__).parent

FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "lazy_names"}),
    frozenset({"objects"}),
    frozenset({"service", "backend"}),
    frozenset({"workbench"}),
    frozenset({"connect"}),
    frozenset({"following", "tools", "diagnosis"}),
    frozenset({"conversation", "journal"}),
    frozenset({"history"}),
    frozenset({"flows", "orchestration"}),
    frozenset({"course", "conformance"}),
    frozenset({"widgets"}),
    frozenset({"cli", "threadlab", "views", "runs"}),
)
"""Lowest first. A room imports only from floors below its own; rooms of one floor never meet."""

BACKEND_FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"file_records"}),
    frozenset({"records", "ids", "clock", "bell", "completer.port", "hosted"}),
    frozenset({"held_headers"}),
    frozenset({"wire", "aside"}),
    frozenset({"store", "completer"}),
    frozenset({"files"}),
    frozenset({"search", "code", "mcp", "openapi_tool", "cloud"}),
    frozenset({"engine"}),
    frozenset({"routes", "engine_naive"}),
    frozenset({"faults", "openapi"}),
    frozenset({"app"}),
    frozenset({"reach"}),
    frozenset({"local"}),
    frozenset({"server"}),
)
"""The same inside the sealed room."""

FOLDERS = {
    "history": ("reading", "templates", "tickets", "contexts", "plans", "work", "bodies"),
    "widgets": ("drawing", "runs", "watching", "cards", "wire", "orchestrating", "user_runs", "exercises"),
}
"""Folders of a room, the lowest first; the files beside them stand above them all."""

STARTS_THE_BACKEND = frozenset({"connect", "workbench", "conformance", "cli", "backend"})
"""The only rooms that may name the backend; `conformance` judges what stands inside it."""

LAZY: frozenset[tuple[str, str]] = frozenset(
    {
        ("connect.azure", "azure.identity"),  # heavy, and never needed offline
        # so is the openai client, and with it everything that uses it
        ("backend.completer.named", "threadlab.backend.completer.openai_compatible.completer"),
        ("connect.local", "threadlab.connect.in_process_openai"),
        ("connect.served", "openai"),
        ("connect.served", "threadlab.connect.recorded_http"),
        # whoever is local in this process, and uploads nothing, needs no other door and no form
        ("connect.connect", "threadlab.connect.azure"),
        ("connect.connect", "threadlab.connect.served"),
        ("connect.in_process", "threadlab.connect.multipart"),
        # the SDK's other half: aiohttp comes with it
        *((f"connect.{door}", "azure.ai.agents.aio") for door in ("azure", "local", "served")),
        # what few runs need
        ("backend.app", "threadlab.backend.openapi"),
        ("backend.wire.json_schema", "fastjsonschema"),
        ("backend.completer.rules.talk", "simpleeval"),
        # the forms of user runs: only where there are some
        ("widgets.formatters", "threadlab.widgets.user_runs.history_forms"),
        ("widgets.formatters", "threadlab.widgets.plain_forms"),
        # the package mcp is an extra
        ("backend.mcp.tool", "threadlab.backend.mcp.connections"),
        ("backend.search.embedders.named", "threadlab.backend.search.embedders.openai_compatible"),
        ("backend.search.index", "threadlab.backend.search.meaning"),  # numpy: only with an embedder
        ("backend.code.switch", "threadlab.backend.code.tool"),  # a kernel's messages: only where it is on
        # the extra "plots"
        ("history.reading.analytics", "matplotlib.figure"),
        ("history.reading.table", "pandas"),
        # the extra "otel"
        ("history.reading.telemetry", "threadlab.journal.readable_spans"),
        ("history.reading.telemetry", "opentelemetry.exporter.otlp.proto.http.trace_exporter"),
        # each for one kind of file
        ("backend.search.reading", "bs4"),
        ("backend.search.reading", "docx"),
        ("backend.search.reading", "pypdf"),
    }
)
"""Function-level imports outside `cli`, whose verbs import what they need when they run."""

MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 60


def module_name(path: Path) -> str:
    """`connect/lab.py` → `connect.lab`; the package itself is `threadlab`."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or "threadlab"


MODULES = {module_name(path): path for path in sorted(SOURCE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Every module that is imported, in full, with the statement."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}: imports name the defining module"
            assert node.module is not None
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if _ours(whole) in MODULES else node.module), node


def _ours(name: str) -> str:
    return name.removeprefix("threadlab.")


OUR_IMPORTS = {
    name: sorted({_ours(target) for target, _ in imports(tree) if target.startswith("threadlab.")})
    for name, tree in TREES.items()
}


def floor_of(name: str, floors: tuple[frozenset[str], ...]) -> int:
    """The floor of a module: of its longest listed beginning."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        for number, rooms in enumerate(floors):
            if ".".join(parts[:length]) in rooms:
                return number
    raise AssertionError(f"{name} stands on no floor: add its room to the table")


def room(name: str) -> str:
    """The first part of a module's name."""
    return name.split(".")[0]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_from_lower_floors_or_its_own_room(name: str) -> None:
    """Imports point one way."""
    for target in OUR_IMPORTS[name]:
        if room(target) != room(name):
            assert floor_of(target, FLOORS) < floor_of(name, FLOORS), f"{name} imports {target}"


@pytest.mark.parametrize("name", [name for name in MODULES if room(name) == "backend"])
def test_the_backend_is_sealed_and_has_floors_of_its_own(name: str) -> None:
    """It imports nothing of ours from outside, for only the real SDK may judge it."""
    for target in OUR_IMPORTS[name]:
        assert room(target) == "backend", f"{name} imports {target}"
        own, its = name.removeprefix("backend."), target.removeprefix("backend.")
        if name != "backend" and room(own) != room(its):
            assert floor_of(its, BACKEND_FLOORS) < floor_of(own, BACKEND_FLOORS), f"{name} imports {target}"


@pytest.mark.parametrize("name", [name for name in MODULES if room(name) in FOLDERS])
def test_a_folder_of_a_room_imports_only_those_below_it(name: str) -> None:
    """And none of the files beside the folders."""
    folders = FOLDERS[room(name)]
    own = name.split(".")[1] if name.count(".") > 1 else ""
    if own:
        for target in OUR_IMPORTS[name]:
            if room(target) == room(name) and target != room(name):
                its = target.split(".")[1]
                assert its == own or its in folders[: folders.index(own)], f"{name} imports {target}"


def test_only_the_listed_rooms_name_the_backend() -> None:
    """Everybody else meets it over the wire."""
    naming = {
        room(name) for name, targets in OUR_IMPORTS.items() if any(room(t) == "backend" for t in targets)
    }
    assert naming <= STARTS_THE_BACKEND


def test_there_is_no_cycle_of_imports() -> None:
    """Every module can be read after those that it imports."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join((*path, name))
        if name not in done:
            for target in OUR_IMPORTS.get(name, ()):
                visit(target, (*path, name))
            done.add(name)

    for name in MODULES:
        visit(name, ())


def test_imports_stand_at_the_top_but_for_the_listed_lazy_ones() -> None:
    """A lazy import is a decision, and this list is where it is written down."""
    lazy = {
        (name, target)
        for name, tree in TREES.items()
        if room(name) != "cli"
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for target, _ in imports(function)
    }
    assert lazy == LAZY


def test_only_what_is_loaded_late_is_imported_for_type_checkers() -> None:
    """Any other such import hides a circle."""
    late = {target for _, target in LAZY}
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and name != "threadlab":
                targets = {target for target, _ in imports(ast.Module(node.body, []))}
                assert targets <= late, f"{name} imports {targets} for type checkers only"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_it_is_about_and_stays_small(name: str) -> None:
    """A file is one idea; a function is read at one look."""
    text = MODULES[name].read_text(encoding="utf-8")
    assert ast.get_docstring(TREES[name]), f"{name} has no docstring"
    assert text.count("\n") <= MOST_LINES
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= MOST_LINES_OF_A_FUNCTION, f"{name}.{node.name} has {lines} lines"


def test_no_module_is_a_drawer() -> None:
    """A helper stands beside its user, or is a concept with a name."""
    drawers = {"utils", "util", "helpers", "common", "misc", "manager"}
    assert not [name for name in MODULES if drawers & set(name.split("."))]
