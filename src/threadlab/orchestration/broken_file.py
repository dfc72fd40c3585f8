"""Broken file: what is wrong with a file that a learner wrote, in one line. Pure."""

from __future__ import annotations

from pydantic import ValidationError


def broken(problem: Exception) -> str:
    """The first thing that is wrong, and where in the file: "team, 1, role: Field required"."""
    if not isinstance(problem, ValidationError):
        return str(problem).strip().partition("\n")[0]
    first = problem.errors()[0]
    where = ", ".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
    return f"{where}: {first['msg']}"
