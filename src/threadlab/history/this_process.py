"""This process: what a branch has from it and no log can keep: functions, policies, and whom to ask."""

from __future__ import annotations

from dataclasses import dataclass, field

from threadlab.conversation.answering_tools import AnsweringTools
from threadlab.history.budget import Budget
from threadlab.history.context import ContextPolicy, KeepAll
from threadlab.history.interruption import AnswersInterrupts
from threadlab.history.made_body import MakesBodies


@dataclass(frozen=True, slots=True, kw_only=True)
class ThisProcess:
    """It lives as long as the process: a later one says it again, `history.branch(name, tools=[...])`."""

    tools: AnsweringTools | None = None
    context: ContextPolicy = field(default_factory=KeepAll)
    budget: Budget = field(default_factory=Budget)
    on_interrupt: AnswersInterrupts | None = None
    makes: MakesBodies | None = None
