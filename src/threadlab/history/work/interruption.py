"""Interruption: the two ways in which work leaves its body before its end, and who answers a question.

`Paused`: an interrupt has no answer yet; what was done is kept, and the user run goes on when one comes.
`Stopped`: somebody, or the budget, wants its end. Neither is an error of the body, so neither is an
`Exception` that a body's own error handling would swallow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from threadlab.errors import HistoryError
from threadlab.journal.fact import Interrupted
from threadlab.journal.record import Interrupt
from threadlab.journal.redaction import Redaction
from threadlab.journal.values import InterruptKind

AnswersInterrupts = Callable[[Interrupt], str | None]
"""Gives the answer to an interrupt, or None: not now, keep it until somebody answers.

"approve", "approve {arguments as JSON}", "deny" or "deny: reason" for an approval, "extend" or "stop" for a
budget, the output's text for a tool that nobody here can run, any text for an input.
"""


_FORMS: dict[InterruptKind, tuple[str, str]] = {
    "approval": (
        r"approve( *\{.*\})?|deny *(:.*)?",
        '"approve", "approve {arguments as JSON}", "deny" or "deny: reason"',
    ),
    "budget": ("extend|stop", '"extend" or "stop"'),
}


def check_answer(asked: Interrupt, answer: str) -> None:
    """Raise HistoryError for an answer that such a question does not understand. Pure."""
    pattern, forms = _FORMS.get(asked.kind, (".*", "any text"))
    understood = re.fullmatch(pattern, answer, re.DOTALL) is not None
    if understood and (arguments := answer.removeprefix("approve").strip()) != answer:
        is_fixed = asked.detail.get("editable") is False
        forms = '"approve" as it is, for the service makes the call, or "deny"' if is_fixed else forms
        understood = not arguments or (not is_fixed and _is_json(arguments))
    if not understood:
        raise HistoryError(
            f"{answer!r} answers no question of kind {asked.kind}: {asked.question!r}",
            hint=f"say {forms}; the question stays open",
        )


def is_same_question(known: Interrupt, asked: Interrupted) -> bool:
    """Whether an answer to the first answers the second: a yes to one call is no yes to another. Pure.

    A model that is asked again may call the same tool with other arguments, at the same path. What is known
    may have been read from the log, where no secret is.
    """
    hidden = Redaction().hidden
    parts = ("name", "arguments")
    return known.kind == asked.kind and all(
        hidden(known.detail.get(part)) == hidden(asked.detail.get(part)) for part in parts
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


class Enough(Exception):
    """Whoever answers an agent call's tool calls has heard all that it wanted: the call is over, and well."""


class Paused(BaseException):
    """The interrupt of that id waits for an answer; because of `problem`, if whoever was asked raised one.

    Or the agent call of that path cannot go on now, for such a `problem`: the service cannot be reached.
    """

    def __init__(self, id: str, problem: Exception | None = None) -> None:
        super().__init__(id)
        self.id = id
        self.problem = problem


class Stopped(BaseException):
    """The user run is to end with that status, for that reason; `output` is what there is of an answer."""

    def __init__(self, status: str, reason: str, output: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.output = output
