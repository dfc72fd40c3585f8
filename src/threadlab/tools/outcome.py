"""Outcome: what came of one tool call, as the text that goes back to the model.

A failure is data: JSON of the form `{"error": {"type", "message", "hint"}}`, without a traceback. The model
reads it and can correct itself; the run goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic_core import to_json

from threadlab.errors import ThreadlabError
from threadlab.tools.output import sanitised
from threadlab.tools.redaction import redacted

LONGEST_MESSAGE = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """The output's text, and whether the tool did what was asked."""

    output: str
    ok: bool


def failure(kind: str, message: str, hint: str = "") -> Outcome:
    """A failure as an output: `kind` names the error, `hint` tells the model what to try."""
    short = message if len(message) <= LONGEST_MESSAGE else message[:LONGEST_MESSAGE] + " [cut]"
    error = {"type": kind, "message": sanitised(short), "hint": sanitised(hint)}
    return Outcome(to_json({"error": {key: text for key, text in error.items() if text}}).decode(), ok=False)


def failure_of(error: BaseException) -> Outcome:
    """What a tool raised, as an output: its type and message, secrets hidden; no traceback."""
    if isinstance(error, ThreadlabError):
        return failure(type(error).__name__, redacted(error.message), redacted(error.hint))
    return failure(
        type(error).__name__,
        redacted(_reason(error)),
        "the tool failed; try other arguments, or answer without it and say so",
    )


def _reason(error: BaseException) -> str:
    try:
        return str(error) or "the tool gave no reason"
    except Exception:  # some tools' own errors fail at describing themselves
        return "the tool gave no readable reason"
