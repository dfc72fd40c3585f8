"""This process: what a branch has from it and no log can keep: functions, policies, and whom to ask."""

from __future__ import annotations

from dataclasses import dataclass, field

from threadlab.conversation.answering_tools import AnsweringTools
from threadlab.history.bodies.made_body import MakesBodies
from threadlab.history.contexts.context import ContextPolicy, KeepAll
from threadlab.history.work.budget import Budget
from threadlab.history.work.interruption import AnswersInterrupts


@dataclass(frozen=True, slots=True, kw_only=True)
class ThisProcess:
    """It lives as long as the process: a later one says it again, `history.branch(name, tools=[...])`."""

    tools: AnsweringTools | None = None
    context: ContextPolicy = field(default_factory=KeepAll)
    budget: Budget = field(default_factory=Budget)
    on_interrupt: AnswersInterrupts | None = None
    makes: MakesBodies | None = None
