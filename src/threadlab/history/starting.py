"""Starting: everything that one user run is started with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from threadlab.conversation.answering_tools import AnsweringTools
from threadlab.history.bodies.body import Body
from threadlab.history.contexts.context import ContextPolicy, KeepAll
from threadlab.history.plans.memo import Memo
from threadlab.history.plans.on_plan import ShowsPlan
from threadlab.history.plans.reuse import Reuse
from threadlab.history.thread_policy import ThreadPolicy
from threadlab.history.work.budget import Budget
from threadlab.history.work.interruption import AnswersInterrupts
from threadlab.journal.record import Record
from threadlab.journal.values import Config, Trigger, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Starting:
    """The body and what it is done for, the knobs, and whom it may ask.

    `base` is the user run that it makes again; without one it goes on from the branch's head. `changes` are
    told in the log, and are in `config` and `body` already. `policy` decides on the context. `on_plan` is
    shown the plan before anything is written. `answers` is asked at interrupts; `attended` says that somebody
    sees the events as they come; `stream` that growing text is told, too.
    """

    body: Body
    input: str
    config: Config
    branch: str
    base: Record | None = None
    reuse: Reuse = field(default_factory=Reuse)
    changes: Mapping[str, Any] = field(default_factory=dict)
    thread_policy: ThreadPolicy = "enqueue"
    verb: Verb = "turn"
    trigger: Trigger = field(default_factory=lambda: Trigger(type="user"))
    tools: AnsweringTools | None = None
    policy: ContextPolicy = field(default_factory=KeepAll)
    budget: Budget = field(default_factory=Budget)
    on_plan: ShowsPlan = "history"
    answers: AnswersInterrupts | None = None
    attended: bool = False
    stream: bool = False
    prefix: str = "turn"

    @property
    def memo(self) -> Memo:
        """What may be reused, if `reuse` allows it."""
        return Memo(self.base)

    @property
    def allows(self) -> Callable[[str], bool]:
        """Says of a path whether its unit may be taken from the base."""
        calls = self.base.calls if self.base is not None else ()
        return self.reuse.allowing(self.body.order(self.memo.order()), (call.path for call in calls))
