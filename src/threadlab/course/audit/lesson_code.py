"""The rules about a lesson's code: plain Python, run in order, and no name before its time."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence

from threadlab.course.audit.audited import Cell, Course
from threadlab.course.audit.finding import Fault
from threadlab.errors import CourseError

PACKAGES = frozenset({*sys.stdlib_module_names, "threadlab", "azure", "openai"})
SEALED = "threadlab.backend."
"""Whoever uses a service never sees what is behind it."""

ON_PURPOSE = "on-purpose"
"""The tag of a cell that does what it warns of."""

INSTALLING = re.compile(r"\bpip3?\s+install\b|\bconda\s+install\b|^\s*[!%].*\b(pip|conda|uv)\b", re.MULTILINE)


def code(course: Course) -> Iterator[Fault]:
    """Code is plain Python over threadlab and its SDKs: nothing to install, no input, no eval."""
    for lesson in course.lessons:
        where = course.named(lesson.notebook)
        for cell in course.cells(lesson):
            if found := INSTALLING.search(cell.source):
                wrong = f"installs something: {found[0].strip()}"
                yield Fault(where, cell.place, wrong, "add what is needed to pyproject.toml")
        for cell in course.cells(lesson, "code"):
            try:
                tree = ast.parse(cell.source)
            except SyntaxError as problem:
                wrong = f"is not plain Python: {problem.msg} in line {problem.lineno}"
                yield Fault(
                    where, cell.place, wrong, "write no magics (%) and no shell (!): they are Jupyter's"
                )
                continue
            yield from (Fault(where, cell.place, *told) for told in _not_allowed(tree, cell.tags))


def _not_allowed(tree: ast.Module, tags: Sequence[str]) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        for module in _imported(node):
            if module.split(".")[0] not in PACKAGES or f"{module}.".startswith(SEALED):
                yield f"imports {module}", "import from Python itself, threadlab and the SDKs alone"
        match node:
            case ast.Call(func=ast.Name(id="input")):
                yield "calls input()", "it would stop a run from top to bottom: write what is asked for"
            case ast.Call(func=ast.Name(id="eval" | "exec" as name)) if ON_PURPOSE not in tags:
                yield f"calls {name}()", f"if the lesson is about that, tag the cell {ON_PURPOSE!r}"


def _imported(node: ast.AST) -> tuple[str, ...]:
    match node:
        case ast.Import(names=names):
            return tuple(alias.name for alias in names)
        case ast.ImportFrom(module=str() as module):
            return (module,)
    return ()


def run_order(course: Course) -> Iterator[Fault]:
    """Cells were executed 1 to n, and one that ends in a value has an output."""
    for lesson in course.lessons:
        where = course.named(lesson.notebook)
        for count, cell in enumerate(course.cells(lesson, "code"), start=1):
            if cell.raw.get("execution_count") != count:
                wrong = f"has the execution count {cell.raw.get('execution_count')}, not {count}"
                yield Fault(where, cell.place, wrong, f"run `threadlab refresh {lesson.number:02d}`")
            elif _ends_in_a_value(cell) and not cell.raw.get("outputs"):
                wrong = "ends in a value and has no output"
                yield Fault(where, cell.place, wrong, f"run `threadlab refresh {lesson.number:02d}`")


def _ends_in_a_value(cell: Cell) -> bool:
    """Whether the last statement is an expression that is shown; a call may give None, and then is not."""
    try:
        body = ast.parse(cell.source).body
    except SyntaxError:
        return False
    last = body[-1] if body else None
    return isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call | ast.Await)


def names(course: Course) -> Iterator[Fault]:
    """No name is used before a cell above has made it; ruff looks, in the order of the cells."""
    paths = [lesson.notebook for lesson in course.lessons if course.cells(lesson)]
    if not paths:
        return
    looked = subprocess.run(
        [
            *(sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--exit-zero", "--quiet"),
            *("--select", "F821,F823", "--output-format", "json", *map(str, paths)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if looked.returncode != 0:
        raise CourseError(
            f"ruff, which looks for names, could not be run: {looked.stderr.strip()}",
            hint="install the development tools: `python lab.py test` does",
        )
    for found in json.loads(looked.stdout):
        place = f"cell {found['cell']}, line {found['location']['row']}"
        where = next(course.named(path) for path in paths if path.samefile(found["filename"]))
        yield Fault(where, place, found["message"], "make it in a cell above, or correct the name")
