"""Turn: the body of a conversation's user run. A queue of commands, each an agent call, one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threadlab.following.patience import Asking
from threadlab.history.plans.rehearsal import Rehearsal
from threadlab.history.work.scope import Scope
from threadlab.journal.values import Command

TURN = "turn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The commands of one input. The first that does not complete ends the turn; the others stay pending."""

    commands: tuple[Command, ...]
    name: str = TURN
    inputs: Mapping[str, Any] = field(default_factory=dict)

    def order(self, recorded: Sequence[str]) -> Sequence[str]:
        """As they were recorded: one after another."""
        return recorded

    def rehearse(self, rehearsal: Rehearsal) -> None:
        """One agent call for each command."""
        for position, command in enumerate(self.commands, 1):
            rehearsal.ask(str(position), command.agent, command.text)

    def execute(self, scope: Scope) -> Asking[str]:
        """Drain the queue; the output is the last answer."""
        output = ""
        for position, command in enumerate(self.commands, 1):
            with scope.command(position):
                call = yield from scope.ask(str(position), command.agent, command.text)
                output = call.output
        return output
