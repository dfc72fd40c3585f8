"""Comparison: a learner's version of an exercise beside the solution, without what differs anyway."""

from __future__ import annotations

import difflib

from threadlab.course.starters import CLOSE, OPEN, STAMP


def solution_as_exercise(solution: str, name: str) -> str:
    """The solution as it would stand in the exercise's file: without its marks, under the file's own path."""
    lines = solution.replace(f"solutions/{name}.py", f"exercises/{name}.py").splitlines()
    return "".join(f"{line}\n" for line in lines if line.strip() not in (OPEN, CLOSE))


def difference(mine: str, solution: str, name: str) -> str:
    """From the learner's version to the solution, as a unified diff; "" when nothing differs.

    The starter's stamp, and the word TODO before its comments, are no difference.
    """
    kept = [line for line in mine.splitlines() if not line.startswith(STAMP)]
    yours = "\n".join(kept).replace("# TODO ", "# ").rstrip()
    lines = difflib.unified_diff(
        yours.splitlines(),
        solution_as_exercise(solution, name).rstrip().splitlines(),
        fromfile="yours",
        tofile="a solution",
        lineterm="",
    )
    return "\n".join(lines)
