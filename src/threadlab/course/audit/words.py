"""The rule `words`: names that a lesson's prose uses exist for the learner who reads them.

A call (`wait(run)`) or a class (`Toolbox`) in inline code is one of the lesson, of its exercise, of
threadlab, of Python or of the SDK; a setting (`PROJECT_ENDPOINT`) is one that threadlab has.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from azure.ai import agents
from azure.ai.agents import models

import threadlab
from threadlab.connect.settings import Settings
from threadlab.course.audit.audited import Course, read
from threadlab.course.audit.finding import Fault
from threadlab.course.audit.prose import as_expression, code_in
from threadlab.course.catalogue import Lesson

SETTING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
CLASS = re.compile(r"[A-Z][a-z0-9]+([A-Z][a-z0-9]*)*")


def words(course: Course) -> Iterator[Fault]:
    """Calls, classes and settings that a lesson's prose names exist."""
    settings = {field.alias for field in Settings.model_fields.values()}
    for lesson in course.lessons:
        known = _names_of(course, lesson)
        for cell in course.cells(lesson, "markdown"):
            for code in code_in(cell.source):
                name = _named(code.source)
                if code.block or name is None or name in known:
                    continue
                if SETTING.fullmatch(name):
                    if name in settings:
                        continue
                    wrong, todo = f"there is no setting {name}", "`.env.example` has all of them"
                else:
                    wrong = f"neither the lesson nor its exercise nor threadlab has {name!r}"
                    todo = "correct the name, or write it without code marks"
                yield Fault(course.named(lesson.notebook), f"{cell.place}, line {code.line}", wrong, todo)


def _named(source: str) -> str | None:
    """The bare name in inline code that has to exist; None when it says anything else."""
    match as_expression(source):
        case ast.Call(func=ast.Name(id=name)) | ast.Await(value=ast.Call(func=ast.Name(id=name))):
            return name
        case ast.Name(id=name) if CLASS.fullmatch(name) or SETTING.fullmatch(name):
            return name
    return None


def _names_of(course: Course, lesson: Lesson) -> frozenset[str]:
    cells = (cell.source for cell in course.cells(lesson, "code"))
    bound = (_bound(source) for source in (*cells, read(lesson.solution)))
    return frozenset().union(dir(builtins), dir(agents), dir(models), threadlab.__all__, _ours(), *bound)


def _bound(source: str) -> set[str]:
    """The names that a piece of code makes, at any depth."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.alias(name=name, asname=other):
                names.add(other or name)
    return names


@cache
def _ours() -> frozenset[str]:
    """The classes of threadlab and their methods, in whichever room: a sentence may name a method alone."""
    files = Path(threadlab.__file__).parent.rglob("*.py")
    classes = [
        node for path in files for node in ast.parse(read(path)).body if isinstance(node, ast.ClassDef)
    ]
    methods = (part.name for one in classes for part in one.body if isinstance(part, ast.FunctionDef))
    return frozenset((*methods, *(one.name for one in classes)))
