"""Onlooker: whoever watches a user run being made. He sees its plan and what happens, and may be asked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from threadlab.history.execution import Execution, Seen
from threadlab.history.plans.on_plan import ShowsPlan
from threadlab.history.work.interruption import AnswersInterrupts

OnEvent = Callable[[Seen], object]
"""Is told each fact once it is on disk, and each event that is only a view. The first fact is the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Onlooker:
    """The three that every verb takes; each may be left out. `on_plan` then is the history's."""

    on_plan: ShowsPlan = "history"
    on_event: OnEvent | None = None
    on_interrupt: AnswersInterrupts | None = None

    def watch(self, execution: Execution) -> None:
        """Have the user run come to its end, or to a question that nobody answers."""
        with closing(execution.follow()) as happening:
            for seen in happening:
                if self.on_event is not None:
                    with execution.if_left():
                        self.on_event(seen)
