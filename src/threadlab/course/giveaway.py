"""Giveaway: whether what a learner is told contains the answer.

Both are compared as words and signs, so that other spacing, other quotes or a line break hide nothing. A
statement of fewer than five of them (`else:`, `wait(run)`) gives nothing away: prose has it by chance.
"""

from __future__ import annotations

import re

from threadlab.course.starters import CLOSE, OPEN

FEWEST = 5
_TOKEN = re.compile(r"\w+|[^\w\s`]")


def given_away(told: str, solution: str) -> tuple[str, ...]:
    """The statements of the solution's marked regions that stand in what is told."""
    heard = _words_and_signs(told)
    return tuple(line for line in _statements(solution) if _is_within(_words_and_signs(line), heard))


def _statements(solution: str) -> list[str]:
    regions = (part.partition(CLOSE)[0] for part in solution.split(OPEN)[1:])
    lines = (
        line.partition("  # ")[0].strip().removesuffix(":") for text in regions for line in text.splitlines()
    )
    return [line for line in lines if line and not line.startswith("#")]


def _words_and_signs(text: str) -> list[str]:
    return _TOKEN.findall(text.replace('"', "'"))


def _is_within(part: list[str], whole: list[str]) -> bool:
    if len(part) < FEWEST:
        return False
    starts = range(len(whole) - len(part) + 1)
    return any(whole[start : start + len(part)] == part for start in starts)
