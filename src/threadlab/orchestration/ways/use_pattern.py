"""Use a pattern: a way with its team and arguments, as a file of the learner's names it."""

from __future__ import annotations

from threadlab.orchestration.parameters import UNCHANGED, Parameters
from threadlab.orchestration.ways.way import NOTED
from threadlab.tools.tool import tool


@tool
def use_pattern(
    pattern: str,
    reasoning: str,
    task: str = "",
    looked_at: tuple[str, ...] = (),
    learnings: tuple[str, ...] = (),
    parameters: Parameters = UNCHANGED,
    finish: bool = False,
) -> str:
    """Proceed by one of the patterns that are offered to you.

    Args:
        pattern: its name.
        task: what its members are to do, where the pattern does not say it.
    """
    return NOTED
