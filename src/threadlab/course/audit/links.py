"""The rule `links`: what a lesson links to exists, as seen from `lessons/` and from the learner's `my/`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from threadlab.course.audit.audited import Course
from threadlab.course.audit.finding import Fault

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def links(course: Course) -> Iterator[Fault]:
    """Links to files begin with `../`, so that they lead to the same place from both folders."""
    for lesson in course.lessons:
        where = course.named(lesson.notebook)
        for cell in course.cells(lesson, "markdown"):
            for target in LINK.findall(cell.source):
                if re.match(r"https?:|mailto:", target):
                    continue
                if not target.startswith("../"):
                    wrong = f"the link {target} leads elsewhere from the learner's copy, which stands in my/"
                    yield Fault(where, cell.place, wrong, "begin it with ../")
                elif not (lesson.notebook.parent / target).exists():
                    yield Fault(where, cell.place, f"the link {target} leads nowhere", "correct it")
