"""What strict nbval cannot see in a lesson: its shape, and what must not stand in it."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from threadlab.course.catalogue import Lesson, read_catalogue
from threadlab.course.course_root import find_course_root
from threadlab.course.working_copy import without_outputs

COURSE = find_course_root(Path(__file__).parent)
LESSONS = read_catalogue(COURSE).lessons
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)

SECRET = re.compile(r"(?i)(api[-_]?key|authorization|bearer [a-z0-9]|password|secret\s*=|sk-[a-z0-9]{16})")
MACHINE_PATH = re.compile(r"(/home/|/root/|/Users/|/tmp/|/work/|[A-Z]:\\\\)")
CELLS = range(15, 32)


def cells(lesson: Lesson, kind: str) -> list[dict[str, Any]]:
    """The cells of one kind, as they stand in the file."""
    notebook = json.loads(lesson.notebook.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def code(cell: dict[str, Any]) -> ast.Module:
    """A code cell's syntax tree; only Python is code here, no magic and no shell."""
    return ast.parse("".join(cell["source"]))


@every_lesson
def test_a_lesson_was_run_from_top_to_bottom(lesson: Lesson) -> None:
    """Counts are 1 to n, and a cell that ends in an expression has an output."""
    found = cells(lesson, "code")
    assert [cell["execution_count"] for cell in found] == list(range(1, len(found) + 1))
    for cell in found:
        if ends_in_a_value(code(cell)):
            assert cell["outputs"], "".join(cell["source"])


def ends_in_a_value(tree: ast.Module) -> bool:
    """Whether the last statement is an expression whose value is shown (a call may give None)."""
    last = tree.body[-1] if tree.body else None
    return isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call | ast.Await)


@every_lesson
def test_a_lesson_stores_no_traces_of_the_machine(lesson: Lesson) -> None:
    """No widget state, no timings, no secrets, no paths, no addresses."""
    text = lesson.notebook.read_text(encoding="utf-8")
    notebook = json.loads(text)
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert all(set(cell["metadata"]) <= {"tags"} for cell in notebook["cells"])
    assert "widget-view+json" not in text
    for pattern in (SECRET, MACHINE_PATH, re.compile(r"0x[0-9a-f]{6,}")):
        assert not (found := pattern.search(text)), found


@every_lesson
def test_a_lesson_imports_threadlab_alone(lesson: Lesson) -> None:
    """So that nothing else has to be known, and never from the backend's rooms; nor does it ask for input."""
    for tree in map(code, cells(lesson, "code")):
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Import)
            if isinstance(node, ast.ImportFrom):
                assert node.module == "threadlab"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("input", "eval", "exec")


@every_lesson
def test_a_lesson_uses_no_name_before_it_is_made(lesson: Lesson) -> None:
    """In the order of its cells: a name of the lesson stands first where it is bound."""
    bound: set[str] = set()
    later = {name for cell in cells(lesson, "code") for name in names(code(cell), ast.Store)}
    for cell in cells(lesson, "code"):
        tree = code(cell)
        made_here = names(tree, ast.Store)
        assert not (names(tree, ast.Load) & later) - bound - made_here
        bound |= made_here


def names(tree: ast.AST, context: type[ast.expr_context]) -> set[str]:
    """The plain names that are read, or bound, in a cell."""
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, context)
    }


@every_lesson
def test_a_lesson_says_what_it_is_for_and_where_to_go_next(lesson: Lesson) -> None:
    """Title, objective, minutes, generation, a question to answer before running, the exercise."""
    found = ["".join(cell["source"]) for cell in cells(lesson, "markdown")]
    assert len(found) + len(cells(lesson, "code")) in CELLS
    first, whole = found[0], "\n".join(found)
    assert first.startswith(f"# Lesson {lesson.number}: {lesson.title}")
    assert lesson.objective in first
    assert f"{lesson.minutes} minutes" in first
    assert lesson.banner in first
    assert "**Predict" in whole
    assert "<details>" in whole
    assert f"exercises/{lesson.exercise.name}" in whole
    assert f"threadlab check {lesson.number:02d}" in whole
    assert "## Next" in found[-1]


@every_lesson
def test_a_lessons_links_lead_somewhere(lesson: Lesson) -> None:
    """Links to files are good from `lessons/` and from `my/` alike."""
    whole = "\n".join("".join(cell["source"]) for cell in cells(lesson, "markdown"))
    for target in re.findall(r"\]\(([^)#]+)\)", whole):
        if not target.startswith("http"):
            assert (COURSE / "my" / target).resolve().exists() or (COURSE / "lessons" / target).exists(), (
                target
            )
            assert target.startswith("../"), target


@every_lesson
def test_a_copy_for_the_learner_differs_by_outputs_alone(lesson: Lesson) -> None:
    """Sources stay as they are, byte for byte."""
    reference = json.loads(lesson.notebook.read_text(encoding="utf-8"))
    copy = json.loads(without_outputs(reference))
    assert [cell["source"] for cell in copy["cells"]] == [cell["source"] for cell in reference["cells"]]
