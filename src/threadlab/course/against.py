"""Against what the checks run: the exercises, the solutions, or one file.

The default is the solutions, so that solving an exercise, or not, never turns the suite red.
"""

from __future__ import annotations

from pathlib import Path

EXERCISES = "exercises"
SOLUTIONS = "solutions"


def answer_file(root: Path, name: str, against: str = SOLUTIONS) -> Path:
    """The file that is judged as the answer to the exercise `name`.

    `against` is "exercises", "solutions", or the path of a single Python file.
    """
    if against.endswith(".py"):
        return Path(against).resolve()
    return root / against / f"{name}.py"
