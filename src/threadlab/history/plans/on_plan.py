"""On plan: who is shown a plan before anything is done. Left to the history, whose default prints it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from threadlab.following.terminal_text import foreign_text
from threadlab.history.plans.plan import Plan
from threadlab.history.plans.prune import Pruning

OnPlan = Callable[[Any], object]
"""Is shown a Plan, or the Pruning of `prune`, before anything is written. What it raises has nothing done."""

ShowsPlan = OnPlan | Literal["history"] | None
"""What a verb's `on_plan` may be: a function, "history" for the one that the history was given, or None.

A new turn has no plan worth a line, so "history" shows none for it.
"""


def print_plan(plan: Plan | Pruning) -> None:
    """Print it, on one line or two: what a history does with a plan unless it is told otherwise."""
    print(foreign_text(plan.shown).plain)  # noqa: T201 - it is what this is for


def shows(on_plan: ShowsPlan, of_history: OnPlan | None, plan: Plan | Pruning) -> None:
    """Show it to whom it is to be shown."""
    shown = of_history if on_plan == "history" else on_plan
    if shown is not None and not isinstance(shown, str):
        shown(plan)
