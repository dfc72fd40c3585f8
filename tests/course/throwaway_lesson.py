"""A throw-away lesson, added to an empty course by the recipe of CONTRIBUTING.md, step by step."""

from __future__ import annotations

import json
from pathlib import Path

from threadlab.course.catalogue import read_catalogue

NAME = "01_longest"
CATALOGUE = """\
title = "A course"

[generation.classic]
name = "Classic"
sdk = "azure-ai-agents 1.1"
retires = 2027-03-31
afterwards = "the ideas stay."

[[lesson]]
number = 1
slug = "longest"
title = "The longest message"
objective = "You can find the longest of several messages."
minutes = 20
generation = "classic"
hints = [
    "What does messages.list give you?",
    "Python can compare by a key.",
    "The key is the length of the text.",
]
"""

SOLUTION = '''"""Exercise 1: the longest message. Try it out: python solutions/01_longest.py"""

from __future__ import annotations


def longest(texts: list[str]) -> str:
    """The longest of the texts; the first one of several; nothing of none."""
    # >>> solution
    # 1. compare the texts by their length
    return max(texts, key=len, default="")
    # <<< solution


if __name__ == "__main__":
    print(longest(["a", "abc"]))
'''

CHECKS = '''"""Exercise 1, judged by what comes back."""

from types import ModuleType

from threadlab.course.chance import Chance
from threadlab.course.checks import check


def told(answer: ModuleType, texts: list[str], expected: str) -> None:
    """Fail unless the expected one comes back."""
    given = answer.longest(texts)
    check(given == expected, expected=repr(expected), seen=repr(given), try_next="compare by length")


def test_longest(answer: ModuleType, chance: Chance) -> None:
    """The longest text is found"""
    text = chance.name() * 3
    told(answer, ["zz", text, "b"], text)


def test_equals(answer: ModuleType) -> None:
    """Of equally long texts the first is taken"""
    told(answer, ["ab", "cd"], "ab")


def test_none(answer: ModuleType) -> None:
    """Without texts there is nothing, and no error"""
    told(answer, [], "")
'''

WRONG = {
    "by_alphabet": ("The longest text is found", 'max(texts, default="")'),
    "last_of_equals": (
        "Of equally long texts the first is taken",
        'max(reversed(texts), key=len, default="")',
    ),
    "fails_on_nothing": ("Without texts there is nothing, and no error", "max(texts, key=len)"),
}

FIRST_CELL = """\
# Lesson 1: The longest message

**Afterwards:** You can find the longest of several messages.

20 minutes.

{banner}
"""
LAST_CELL = """\
## Your turn

Open [exercises/01_longest.py](../exercises/01_longest.py), then `threadlab check 01`.
Stuck? `threadlab hint 01`.

**To think about.** What is long?

## Next

Nothing yet.
"""
CELLS = (
    ("markdown", FIRST_CELL),
    ("code", "from threadlab import connect\n\nlab = connect(seed=1)\nclient = lab.sdk"),
    ("markdown", "## A thread\n\n`lab.threads.create()` makes one, and `runs.create` lets an agent read it."),
    ("code", "thread = client.threads.create()\nthread.id"),
    ("markdown", "Three texts."),
    ("code", 'texts = ["a", "abc", "ab"]'),
    (
        "markdown",
        "**Predict, then run.** Which?\n\n<details><summary>Open</summary>\n\nabc\n\n</details>",
    ),
    ("code", "print(max(texts, key=len).upper())"),
    ("markdown", "## As messages"),
    ("code", 'for text in texts:\n    client.messages.create(thread.id, role="user", content=text)'),
    ("markdown", "## Break it\n\nSet `BREAK_IT` to `True`."),
    ("code", "BREAK_IT = False\n\nprint(max(texts if BREAK_IT else texts[:2]))"),
    ("markdown", "## Clean up"),
    ("code", "client.threads.delete(thread.id)\nlab.close()"),
    ("markdown", LAST_CELL),
    ("code", 'from threadlab.views import exercise\n\nexercise("01")'),
)


def begin_course(root: Path) -> None:
    """The folders of a course, and what pytest needs to judge in them."""
    for folder in ("lessons", "exercises", "solutions", "tests/course/wrong"):
        (root / folder).mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")


def add_to_catalogue(root: Path) -> None:
    """Step 1."""
    (root / "lessons/course.toml").write_text(CATALOGUE)


def write_solution(root: Path) -> None:
    """Step 2; `threadlab starters` follows."""
    (root / f"solutions/{NAME}.py").write_text(SOLUTION)


def write_checks(root: Path) -> None:
    """Step 3."""
    (root / f"tests/course/test_{NAME}.py").write_text(CHECKS)


def write_wrong_solutions(root: Path) -> None:
    """Step 4."""
    folder = root / "tests/course/wrong" / NAME
    folder.mkdir()
    for name, (caught_by, result) in WRONG.items():
        body = f"def longest(texts: list[str]) -> str:\n    return {result}\n"
        (folder / f"{name}.py").write_text(f'"""Does it wrong.\n\nCaught by: {caught_by}\n"""\n\n\n{body}')


def write_notebook(root: Path) -> None:
    """Step 5; `threadlab refresh` follows."""
    lesson = read_catalogue(root).lessons[0]
    cells: list[dict[str, object]] = [
        {
            "cell_type": kind,
            "id": f"c{number}",
            "metadata": {},
            "source": source.replace("{banner}", lesson.banner),
        }
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for number, (kind, source) in enumerate(CELLS)
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    lesson.notebook.write_text(json.dumps(notebook))
