"""`threadlab audit`: is the course as it must be? For authors."""

from __future__ import annotations

from typing import Annotated

import typer


def audit(
    lesson: Annotated[
        str | None, typer.Argument(metavar="[NN]", help="Which lesson; the whole course if left out.")
    ] = None,
    rule: Annotated[
        str | None, typer.Option(help="Only this rule; all if left out.", metavar="NAME", show_default=False)
    ] = None,
) -> None:
    """Examine lessons by every rule of the course. Exit status 1 when anything is found."""
    from rich.padding import Padding
    from rich.text import Text

    from threadlab.cli.page import out
    from threadlab.course.audit.audited import audited
    from threadlab.course.audit.rules import rules_named
    from threadlab.course.course_root import find_course_root

    course, rules = audited(find_course_root(), lesson), rules_named(rule)
    width, total = max(len(one.name) for one in rules), 0
    for one in rules:
        findings = one.findings(course)
        total += len(findings)
        mark = ("✗", "red") if findings else ("✓", "green")
        out.print(Text.assemble(mark, f" {one.name:<{width}}  ", (one.about, "dim")))
        for found in findings:
            where = f"{found.file}, {found.place}" if found.place else found.file
            told = Text.assemble((where, "bold"), f"\n{found.wrong}\n→ {found.todo}")
            out.print(Padding(told, (0, 0, 0, 4)))
        if one.name == "files" and findings and len(rules) > 1:
            out.print("    What is missing cannot be examined by the other rules.")
    if total:
        out.print(f"{total} {'thing' if total == 1 else 'things'} to correct.")
        raise typer.Exit(1)
