"""Approval: one tool call that waits for a person's yes, no or other arguments.

It is answered once, by whoever is there: a callback, a button, a policy. All of them call the same
three verbs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass

from threadlab.errors import ToolError
from threadlab.objects.tool_call import ToolCall


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer: run it, with these arguments (JSON text), or do not, for this reason."""

    approved: bool
    arguments: str
    reason: str = ""


class Approval:
    """A question that is open until `approve` or `deny` was called; `decision` completes then.

    `check` says no to arguments (JSON text) that the tool would not take, by the error that it raises. Where
    the service makes the call itself it is not `editable`: it has the arguments already.
    """

    def __init__(
        self, call: ToolCall, check: Callable[[str], object] = json.loads, *, editable: bool = True
    ) -> None:
        self.call = call
        self.check = check
        self.editable = editable
        self.decision: Future[Decision] = Future()
        self.decision.set_running_or_notify_cancel()  # a waiter that goes away does not answer the question

    def approve(self, arguments: str | None = None) -> None:
        """Let the call run, with the model's arguments or with these (JSON text).

        Raises ToolError for other arguments where they are not `editable`, and if it was answered before.
        """
        if not self.editable and arguments not in (None, self.call.arguments):
            raise ToolError(
                f"the arguments of {self.call.title} cannot be changed: the service makes the call",
                hint="approve() it as the model asked for it, or deny() it",
            )
        self._answer(Decision(True, self.call.arguments if arguments is None else arguments))

    def deny(self, reason: str = "the user said no") -> None:
        """Do not run it; the model is told the reason, or just no where the service makes the call."""
        self._answer(Decision(False, self.call.arguments, reason))

    def _answer(self, decision: Decision) -> None:
        try:
            self.decision.set_result(decision)
        except InvalidStateError:
            raise ToolError(
                f"the call {self.call.id} of {self.call.title} was already answered",
                hint="an approval is given once; look at approval.decision.result()",
            ) from None
