"""The learner's copies of lessons, in `my/`, with outputs cleared.

The reference is never overwritten, and predict-then-run is not spoiled by stored outputs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from threadlab.course.catalogue import Lesson
from threadlab.errors import CourseError


def open_working_copy(lesson: Lesson, fresh: bool = False) -> Path:
    """The learner's copy, made when there is none.

    With `fresh` a new one is made, and the old one kept beside it under another name. Raises
    CourseError when the reference notebook is missing.
    """
    copy = lesson.working_copy
    if copy.exists() and not fresh:
        return copy
    if not lesson.notebook.is_file():
        raise CourseError(
            f"the notebook lessons/{lesson.notebook.name} is missing",
            hint="get the file back: `git checkout -- lessons`",
        )
    text = without_outputs(json.loads(lesson.notebook.read_text(encoding="utf-8")))
    copy.parent.mkdir(exist_ok=True)
    if copy.exists():
        copy.rename(_free_name(copy))
    copy.write_text(text, encoding="utf-8")
    return copy


def without_outputs(notebook: dict[str, Any]) -> str:
    """The notebook's JSON text with every output and execution count removed."""
    cells = [
        {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell
        for cell in notebook["cells"]
    ]
    return json.dumps({**notebook, "cells": cells}, indent=1, ensure_ascii=False) + "\n"


def _free_name(copy: Path) -> Path:
    number = 1
    while (name := copy.with_name(f"{copy.stem}-kept-{number}{copy.suffix}")).exists():
        number += 1
    return name
