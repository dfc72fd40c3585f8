"""The rule `contract`: what code and prose name of the SDKs and of threadlab exists, and can be called so.

The installed packages are asked, not a list: so the rule goes red when an SDK is upgraded and a lesson, a
hint or a page still speaks of what was there before.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from azure.ai.agents.models import AgentStreamEvent

from threadlab.course.audit.audited import Course, read
from threadlab.course.audit.finding import Fault
from threadlab.course.audit.known import PACKAGES, SDKS, Known, Missing, Some, attribute, lab, named, specimen
from threadlab.course.audit.prose import as_expression, code_in, root_of, without_calls
from threadlab.course.audit.reading import Reader, Report
from threadlab.course.catalogue import Lesson
from threadlab.objects.agent import Agent
from threadlab.objects.message import Message
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.thread import Thread

CODE = ("src", "tests", "benchmarks")
GROUPS = ("threads", "messages", "runs", "run_steps", "files", "vector_stores")
"""Groups of operations, which prose names without saying whose: `runs.create` is a lab's or the SDK's."""

IN_PROSE: Mapping[str, Callable[[], Known]] = {
    "lab": lab,
    "run": lambda: Some(Run),
    "step": lambda: Some(RunStep),
    "thread": lambda: Some(Thread),
    "message": lambda: Some(Message),
    "agent": lambda: Some(Agent),
}
ANYWHERE: Mapping[str, Callable[[], Known]] = {
    "agents_client": lambda: specimen("azure.ai.agents.AgentsClient"),
    "project_client": lambda: specimen("azure.ai.projects.AIProjectClient"),
    "openai_client": lambda: specimen("openai.OpenAI"),
}
"""What these names mean where nothing binds them; the SDKs' own samples use the latter."""

Names = dict[str, Known]
DOTTED = re.compile(rf"\b(?:{'|'.join(GROUPS)})\.[a-z_]+\b")
EVENTS = frozenset(event.value for event in AgentStreamEvent)
"""`thread.run.created` looks like an attribute, and is the name of a stream's event."""

OF_SDKS = re.compile(r"\bazure\b|\bopenai\b|\.sdk\b")
TODO = "write what the installed version has, or correct the name"


@dataclass(frozen=True, slots=True)
class Where:
    """A piece of a file: the place in which it stands, if it has one, and its first line there."""

    file: str
    place: str = ""
    first: int = 1

    def fault(self, wrong: str, line: int | None = 1) -> Fault:
        """A fault in that line of the piece, from 1, or in the piece as a whole."""
        lines = "" if line is None else f"line {self.first + line - 1}"
        return Fault(self.file, ", ".join(part for part in (self.place, lines) if part), wrong, TODO)


@dataclass
class Contract:
    """What was judged: faults, and how many names and calls could be looked up at all."""

    faults: list[Fault] = field(default_factory=list)
    looked_up: int = 0
    calls: int = 0

    def code(self, where: Where, source: str, names: Names, packages: tuple[str, ...] = PACKAGES) -> Names:
        """Read code; what it binds is what comes back. Code that is no Python is for the rule `code`."""
        try:
            return self._read(where, ast.parse(source), Reader(names, self._tells(where), packages=packages))
        except SyntaxError:
            return names

    def prose(self, where: Where, text: str, names: Names) -> None:
        """Read a text of Markdown: its blocks, then its inline code."""
        names = {name: make() for name, make in IN_PROSE.items()} | names
        for code in code_in(text):
            at = Where(where.file, where.place, code.line)
            if code.block:
                names |= self.code(at, code.source, names)
            elif (expression := as_expression(code.source)) is not None:
                self._inline(at, expression, names)

    def of_some_client(self, dotted: str) -> str | None:
        """`runs.create` is a lab's or the SDK's; what is wrong with it, if it is neither's."""
        self.looked_up += 1
        first, verb, *_ = [*dotted.split("."), ""]
        for known in (lab(), specimen("azure.ai.agents.AgentsClient")):
            try:
                group = attribute(known, first)
                if verb:
                    attribute(group, verb)
                return None
            except Missing as missing:
                wrong = f"neither a lab nor AgentsClient has {dotted!r}: {missing}"
        return wrong

    def _inline(self, where: Where, expression: ast.expr, names: Names) -> None:
        root, dotted = root_of(expression), ast.unparse(without_calls(expression))
        if dotted in EVENTS:
            return
        if root in GROUPS and root not in names:
            if wrong := self.of_some_client(dotted):
                self.faults.append(where.fault(wrong))
        elif root in ("azure", "openai", "threadlab") and isinstance(expression, ast.Attribute):
            self.looked_up += 1
            try:
                named(dotted)
            except Missing as missing:
                self.faults.append(where.fault(str(missing)))
        elif root in names or root in ANYWHERE:
            self._read(where, ast.Expr(expression), Reader(names, self._tells(where), elided=True))

    def _tells(self, where: Where) -> Report:
        return lambda node, wrong: self.faults.append(where.fault(wrong, getattr(node, "lineno", 1)))

    def _read(self, where: Where, tree: ast.AST, reader: Reader) -> Names:
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        reader.names |= {name: ANYWHERE[name]() for name in (used & set(ANYWHERE)) - set(reader.names)}
        reader.read(tree)
        self.looked_up += reader.looked_up
        self.calls += reader.calls
        return {name: known for name, known in reader.names.items() if known is not None}


def contract(course: Course) -> Iterator[Fault]:
    """Every name and call of the SDKs and of threadlab, in code and prose, is the installed version's."""
    yield from judged(course).faults


def judged(course: Course) -> Contract:
    """The contract of the whole material: lessons, exercises, hints, pages, and the code around them."""
    found = Contract()
    for lesson in course.lessons:
        _lesson(found, course, lesson)
    for page in course.pages():
        found.prose(Where(course.named(page)), read(page), {})
    for path in course.python_files():
        found.code(Where(course.named(path)), read(path), {})
    for path in _code(course.root) if course.whole else ():
        if OF_SDKS.search(text := read(path)):
            found.code(Where(course.named(path)), text, {}, SDKS)
    return found


def _lesson(found: Contract, course: Course, lesson: Lesson) -> None:
    file, names = course.named(lesson.notebook), Names()
    for cell in course.cells(lesson, "code"):
        names |= found.code(Where(file, cell.place), cell.source, names)
    for cell in course.cells(lesson, "markdown"):
        found.prose(Where(file, cell.place), cell.source, names)
    for number, hint in enumerate(lesson.hints, start=1):
        for dotted in DOTTED.findall(hint):
            if wrong := found.of_some_client(dotted):
                where = Where("lessons/course.toml", f"lesson {lesson.number}, hint {number}")
                found.faults.append(where.fault(wrong, None))


def _code(root: Path) -> Iterator[Path]:
    """The code around the lessons. Only what it does with the SDKs is judged: mypy knows the rest of it."""
    for folder in CODE:
        for path in sorted((root / folder).rglob("*.py")):
            if not path.is_relative_to(root / "tests" / "course"):
                yield path
