"""Progress: the exercises that passed their checks, one name a line, in a file that people can read.

It can be copied to another machine or edited by hand; lines that name nothing are kept and ignored.
"""

from __future__ import annotations

from pathlib import Path

PROGRESS = Path(".threadlab") / "progress.txt"


def solved(root: Path) -> tuple[str, ...]:
    """The names of the solved exercises, in the order in which they were solved."""
    path = root / PROGRESS
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))


def mark_solved(root: Path, name: str) -> None:
    """Remember that the exercise `name` passed; a second time changes nothing."""
    names = solved(root)
    if name in names:
        return
    path = root / PROGRESS
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in (*names, name)), encoding="utf-8")
