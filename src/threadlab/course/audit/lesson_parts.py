"""The rule `parts`: what every lesson has, in this order, and how its notebook marks it.

The marks are words that the learner reads too, so that a notebook needs no tags beside its text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from threadlab.course.audit.audited import Cell, Course
from threadlab.course.audit.finding import Fault
from threadlab.course.catalogue import Lesson

CELLS = range(15, 26)
PREDICT = "**Predict, then run.**"
FOLDED = "<details>"
BREAK = "## Break it"
SWITCH = "BREAK_IT"
YOUR_TURN = "## Your turn"
TO_THINK_ABOUT = "**To think about.**"
NEXT = "## Next"
CARD = 'from threadlab.views import exercise\n\nexercise("{:02d}")'


def parts(course: Course) -> Iterator[Fault]:
    """A lesson has its title and banner, predict-then-run, break-it, exercise, question and what is next."""
    for lesson in course.lessons:
        if cells := course.cells(lesson):
            where = course.named(lesson.notebook)
            yield from (Fault(where, *told) for told in _parts(course, lesson, cells))


def _parts(course: Course, lesson: Lesson, cells: Sequence[Cell]) -> Iterator[tuple[str, str, str]]:
    *told, card = cells
    if len(told) not in CELLS:
        wrong = f"has {len(told)} cells before its card; a lesson has {CELLS[0]} to {CELLS[-1]}"
        yield "", wrong, "split it, or say more"
        if not told:
            return
    for words in _of_the_catalogue(lesson):
        if words not in cells[0].source:
            todo = "write exactly this, or correct lessons/course.toml"
            yield cells[0].place, f"the first cell does not have: {words}", todo
    yield from _predictions(cells)
    yield from _switch(cells)
    yield from _ending(course, lesson, told[-1])
    if card.kind != "code" or card.source != CARD.format(lesson.number):
        yield (
            card.place,
            "the last cell is not the card of the exercise",
            f"write {CARD.format(lesson.number)!r}",
        )


def _of_the_catalogue(lesson: Lesson) -> tuple[str, ...]:
    title = f"# Lesson {lesson.number}: {lesson.title}"
    return title, f"**Afterwards:** {lesson.objective}", f"{lesson.minutes} minutes", lesson.banner


def _predictions(cells: Sequence[Cell]) -> Iterator[tuple[str, str, str]]:
    asking = [cell for cell in cells if PREDICT in cell.source]
    if not asking:
        yield "", f"has no question to answer before running: {PREDICT}", "ask one, with its answer folded"
    for cell in asking:
        if FOLDED not in cell.source.partition(PREDICT)[2]:
            yield cell.place, "asks for a prediction and has no answer", f"fold the answer into {FOLDED}"
        if cell.number == len(cells) or cells[cell.number].kind != "code":
            yield cell.place, "asks for a prediction and no code follows", "let the next cell be the proof"


def _switch(cells: Sequence[Cell]) -> Iterator[tuple[str, str, str]]:
    found = next((cell for cell in cells if cell.kind == "markdown" and BREAK in cell.source), None)
    if found is None:
        yield "", f"has no part {BREAK!r}", "let the learner break something, by one switch"
        return
    code = cells[found.number] if found.number < len(cells) else found
    if code.kind != "code" or not _is_off_and_used(code.source):
        wrong = f"is not followed by a cell that sets {SWITCH} = False and then asks for it"
        yield found.place, wrong, f"begin the next cell with `{SWITCH} = False`"


def _is_off_and_used(source: str) -> bool:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    used = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == SWITCH]
    return bool(tree.body) and ast.unparse(tree.body[0]) == f"{SWITCH} = False" and len(used) > 1


def _ending(course: Course, lesson: Lesson, last: Cell) -> Iterator[tuple[str, str, str]]:
    number = f"{lesson.number:02d}"
    wanted = [
        YOUR_TURN,
        f"](../exercises/{lesson.name}.py)",
        f"`threadlab check {number}`",
        f"`threadlab hint {number}`",
        TO_THINK_ABOUT,
        NEXT,
    ]
    following = lesson.number + 1
    if following in (other.number for other in course.catalogue.lessons):
        wanted.append(f"Lesson {following}: ")
    position = 0
    for words in wanted:
        position = last.source.find(words, position)
        if position < 0:
            yield (
                last.place,
                f"the cell before the card does not have, or not in this order: {words}",
                "add it",
            )
            return
    if "?" not in last.source.partition(TO_THINK_ABOUT)[2].partition(NEXT)[0]:
        yield last.place, f"after {TO_THINK_ABOUT} there is no question", "ask one that has no key"
