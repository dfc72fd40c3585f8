"""The table of rules, and the audit: every rule, or one, over the course."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from threadlab.course.audit.audited import Course
from threadlab.course.audit.contract import contract
from threadlab.course.audit.files import files
from threadlab.course.audit.finding import Fault, Finding
from threadlab.course.audit.judged import solutions, starters, unwritten, wrong_solutions
from threadlab.course.audit.lesson_code import code, names, run_order
from threadlab.course.audit.lesson_parts import parts
from threadlab.course.audit.links import links
from threadlab.course.audit.refreshed import refresh
from threadlab.course.audit.traces import form, traces
from threadlab.course.audit.words import words
from threadlab.errors import CourseError


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule; the first line of the function's docstring says what must hold.

    `elsewhere` names what in the test suite proves the same with its own run of the course, so that the suite
    need not do it twice; it is empty for all others.
    """

    name: str
    examine: Callable[[Course], Iterator[Fault]]
    elsewhere: str = ""

    @property
    def about(self) -> str:
        """What must hold, as a sentence."""
        return (self.examine.__doc__ or "").partition("\n")[0]

    def findings(self, course: Course) -> tuple[Finding, ...]:
        """What this rule finds."""
        return tuple(
            Finding(self.name, fault.file, fault.place, fault.wrong, fault.todo)
            for fault in self.examine(course)
        )


RULES = (
    Rule("files", files),
    Rule("starters", starters),
    Rule("unwritten", unwritten),
    Rule("solutions", solutions, elsewhere="tests/course judge the solutions"),
    Rule("wrong-solutions", wrong_solutions),
    Rule("parts", parts),
    Rule("code", code),
    Rule("names", names),
    Rule("run-order", run_order),
    Rule("form", form),
    Rule("traces", traces),
    Rule("links", links),
    Rule("contract", contract),
    Rule("words", words),
    Rule("refresh", refresh, elsewhere="nbval compares the outputs of a new run, and `form` the rest"),
)


def rules_named(name: str | None) -> tuple[Rule, ...]:
    """The rule of that name, or all. Raises CourseError for any other name."""
    if name is None:
        return RULES
    found = tuple(rule for rule in RULES if rule.name == name)
    if not found:
        known = ", ".join(rule.name for rule in RULES)
        raise CourseError(f"the audit has no rule {name!r}", hint=f"the rules are: {known}")
    return found
