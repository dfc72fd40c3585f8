"""Courses broken on purpose: what is done to the throw-away lesson, and which rule must say what."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.course.throwaway_lesson import NAME

NOTEBOOK = f"lessons/{NAME}.ipynb"
EXERCISE = f"exercises/{NAME}.py"
SOLUTION = f"solutions/{NAME}.py"
CHECKS = f"tests/course/test_{NAME}.py"
WRONG = f"tests/course/wrong/{NAME}"

Break = Callable[[Path], None]


@dataclass(frozen=True)
class Broken:
    """What is done to the course, the rule that finds it, and the words in which it is told."""

    rule: str
    words: tuple[str, ...]
    breaks: tuple[Break, ...]

    @property
    def name(self) -> str:
        """For the test's name."""
        return f"{self.rule}: {self.words[0]}"


def replaced(path: str, before: str, after: str) -> Break:
    """Change a file in one place."""

    def do(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8")
        assert before in text
        (root / path).write_text(text.replace(before, after, 1), encoding="utf-8")

    return do


def in_cell(number: int, before: str, after: str) -> Break:
    """Change the source of a cell, counted from 1."""

    def do(root: Path) -> None:
        notebook = json.loads((root / NOTEBOOK).read_text(encoding="utf-8"))
        cell = notebook["cells"][number - 1]
        source = "".join(cell["source"])
        assert before in source
        cell["source"] = source.replace(before, after, 1)
        (root / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")

    return do


def says(prose: str) -> Break:
    """Let the lesson's prose say it."""
    return in_cell(13, "## Clean up", prose)


def cell_removed(number: int) -> Break:
    """Take a cell out of the notebook."""

    def do(root: Path) -> None:
        notebook = json.loads((root / NOTEBOOK).read_text(encoding="utf-8"))
        del notebook["cells"][number - 1]
        (root / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")

    return do


def written(path: str, text: str) -> Break:
    """Put a file there."""

    def do(root: Path) -> None:
        (root / path).write_text(text, encoding="utf-8")

    return do


def removed(path: str) -> Break:
    """Take a file away."""
    return lambda root: (root / path).unlink()


def broken(rule: str, words: str | tuple[str, ...], *breaks: Break) -> Broken:
    """A row of the table."""
    return Broken(rule, (words,) if isinstance(words, str) else words, breaks)


FILES = (
    broken("files", f"{SOLUTION}: is missing", removed(SOLUTION)),
    broken(
        "files",
        (
            "solutions/02_other.py: belongs to no lesson",
            "tests/course/test_02_other.py: belongs to no lesson",
        ),
        written("solutions/02_other.py", ""),
        written("tests/course/test_02_other.py", ""),
    ),
    broken("files", "is no notebook", written(NOTEBOOK, "{")),
    broken("starters", "is not the starter", replaced(EXERCISE, "raise", "return '' # raise")),
    broken("starters", "no region is marked", written(SOLUTION, "def longest(texts): return ''\n")),
)

JUDGED = (
    broken(
        "unwritten",
        ("'Always' passes", "'The longest text is found' fails, but with: seen"),
        replaced(CHECKS, "def test_none", 'def test_always():\n    """Always"""\n\n\ndef test_none'),
        replaced(
            CHECKS,
            "    text = chance",
            '    check(False, expected="a", seen="seen", try_next="b")\n    text = chance',
        ),
    ),
    broken("unwritten", "could not be run", written(CHECKS, "")),
    broken("solutions", "fails 'The longest text is found'", replaced(SOLUTION, "max", "min")),
    broken(
        "wrong-solutions",
        (
            "has 2 wrong solutions",
            "last_of_equals.py: passes every check",
            "fails_on_nothing.py, docstring: fails by",
        ),
        removed(f"{WRONG}/by_alphabet.py"),
        replaced(f"{WRONG}/last_of_equals.py", "reversed(texts)", "texts"),
        replaced(f"{WRONG}/fails_on_nothing.py", "Caught by: ", "Caught by: not "),
    ),
    broken(
        "wrong-solutions",
        ("the same check as by_alphabet", "tells the answer: return max", "does not tell what is expected"),
        replaced(f"{WRONG}/last_of_equals.py", "max(reversed(texts), key=len", "min(texts, key=len"),
        replaced(CHECKS, 'given == expected, expected=repr(expected)', 'given == expected, expected=""'),
        replaced(CHECKS, "compare by length", "return max(texts, key=len, default='')"),
    ),
)  # fmt: skip

SHAPE = (
    broken("parts", "14 cells", cell_removed(5)),
    broken(
        "parts",
        ("does not have: 20 minutes", "does not have: > **Service generation"),
        in_cell(1, "20 minutes", "Soon"),
        in_cell(1, "31 March", "1 April"),
    ),
    broken("parts", "no question to answer", in_cell(7, "**Predict", "**Guess")),
    broken("parts", "has no answer", in_cell(7, "<details>", "")),
    broken("parts", "no part '## Break it'", in_cell(11, "## Break it", "## Try it")),
    broken("parts", "not followed by a cell that sets", in_cell(12, "= False", "= True")),
    broken("parts", "`threadlab check 01`", in_cell(15, "threadlab check 01", "threadlab check 02")),
    broken("parts", "there is no question", in_cell(15, "long?", "long.")),
    broken("code", "installs something: pip install", in_cell(3, "makes one", "needs `pip install x`")),
    broken("code", "is not plain Python", in_cell(6, "texts", "%time texts")),
    broken("code", "imports pandas", in_cell(6, "texts", "import os, pandas\ntexts")),
    broken(
        "code", "imports threadlab.backend", in_cell(6, "texts", "from threadlab.backend import app\ntexts")
    ),
    broken("code", "calls eval()", in_cell(6, '"a"', "eval('1')")),
    broken("code", "calls input()", in_cell(6, '"a"', "input()")),
    broken("names", "cell 4, line 2: Undefined name `texts`", in_cell(4, "thread.id", "texts")),
    broken("run-order", "execution count None", replaced(NOTEBOOK, '_count": 2', '_count": null')),
    broken("run-order", "ends in a value and has no output", in_cell(6, "texts = ", "")),
    broken("form", "as refresh stores it", replaced(NOTEBOOK, '"metadata": {}', '"metadata": {"a": 1}')),
    broken(
        "traces",
        ("a secret: ", "somebody's machine: /home/ada", "address of an object in memory: 0x7f1e"),
        replaced(NOTEBOOK, "ABC\\n", "/home/ada/course, <Run at 0x7f1e2d3c4b5a>, api_key=a1b2c3d4e5f6\\n"),
    ),
    broken("traces", f"{SOLUTION}, line 9: holds", replaced(SOLUTION, "# 1.", "# sk-a1b2c3d4e5f6a1b2c3 1.")),
    broken("links", "leads nowhere", in_cell(15, "../exercises/01", "../exercises/02")),
    broken("links", "leads elsewhere", in_cell(15, "](../exercises", "](exercises")),
    broken("refresh", "come out otherwise", replaced(NOTEBOOK, "ABC\\n", "ABD\\n")),
)

IN_CODE = (
    broken("contract", "AgentsClient has no 'threeds'; there is 'threads'", in_cell(4, "threads", "threeds")),
    broken("contract", "ThreadsOperations has no 'make'", in_cell(4, "threads.create", "threads.make")),
    broken("contract", "no argument 'text'", in_cell(10, "content=text", "text=text")),
    broken("contract", "missing a required", in_cell(10, 'role="user", ', "")),
    broken("contract", "too many positional arguments", in_cell(14, "(thread.id)", "(thread.id, 1, 2)")),
    broken("contract", "AgentThread has no 'name'", in_cell(4, "thread.id", "thread.name")),
    broken("contract", "Lab has no 'sdks'; there is 'sdk'", in_cell(2, "lab.sdk", "lab.sdks")),
    broken("contract", "'sead'; there is seed", in_cell(2, "seed=1", "sead=1")),
    broken("contract", "threadlab has no 'conect'", in_cell(2, "import connect", "import connect, conect")),
    broken(
        "contract",
        f"{SOLUTION}, line 4: azure.ai.agents.models has no 'ThreadRunner'",
        replaced(SOLUTION, "\n\n\ndef", "\nfrom azure.ai.agents.models import ThreadRunner\n\n\ndef"),
    ),
    broken(
        "contract",
        "src/ours.py, line 4: RunsOperations has no 'begin'",
        lambda root: (root / "src").mkdir(),
        written(
            "src/ours.py",
            "from azure.ai.agents import AgentsClient\n\n"
            "def start(client: AgentsClient):\n    client.runs.begin()\n",
        ),
    ),
)

IN_PROSE = (
    broken("contract", "Lab has no 'agents'", says("`lab.agents.create()`")),
    broken("contract", "neither a lab nor AgentsClient has 'runs.start'", says("`runs.start`")),
    broken("contract", "azure.ai.agents has no 'AgentClient'", says("`azure.ai.agents.AgentClient`")),
    broken("contract", "AgentsOperations has no 'threads'", says("`project_client.agents.threads.create()`")),
    broken(
        "contract",
        "cell 13, line 2: client.runs.create(...) cannot be called so: there is no argument 'assistant'",
        says("```python\nclient.runs.create(thread.id, assistant='a')\n```"),
    ),
    broken(
        "contract",
        "lesson 1, hint 1: neither a lab nor AgentsClient has 'messages.show'",
        replaced("lessons/course.toml", "messages.list", "messages.show"),
    ),
    broken(
        "contract",
        "README.md, line 2",
        written("README.md", "```python\nagents_client.delete('a')\n```\n"),
    ),
    broken("words", "'await_run'", says("`await_run(run)`")),
    broken("words", "'ToolBocks'", says("a `ToolBocks`")),
    broken("words", "no setting PROJECT_CONNECTION_STRING", says("`PROJECT_CONNECTION_STRING`")),
)

COURSES = (*FILES, *JUDGED, *SHAPE, *IN_CODE, *IN_PROSE)
