"""Endings: what to tell about a run that did not end well, or that was left before its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from threadlab.following.run_view import RunView
from threadlab.objects.run import STATUSES

FAILURES: Mapping[str, str] = {
    "server_error": "Not caused by what you sent: the same run, started again, may succeed.",
    "rate_limit_exceeded": "Too much at once, or no quota left: wait, then start another run.",
    "invalid_prompt": "The service rejected what the thread and the instructions add up to: change them.",
}
LIMITS: Mapping[str, str] = {
    "max_completion_tokens": "The answer reached max_completion_tokens: raise it, or ask for less.",
    "max_prompt_tokens": "The thread no longer fits max_prompt_tokens: raise it, or shorten the thread.",
    "content_filter": "A content filter stopped the answer: look at what was asked.",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """What happened, in the service's words if it has any, and what to do. `mood` is bad or quiet."""

    what: str
    then: str
    mood: str = "bad"


def ending_of(view: RunView) -> Ending | None:
    """The explanation, or None for a run that is complete or still being watched."""
    run = view.run
    if run.error:
        then = FAILURES.get(run.error.code, "Start another run once the cause is gone.")
        return Ending(f"{run.error.code}: {run.error.message}", then)
    match run.status:
        case "failed":
            return Ending("It failed, and the service gave no reason.", "Start another run on the thread.")
        case "incomplete":
            reason = run.incomplete_reason or "no reason given"
            kept = "What was written is in the thread."
            return Ending(f"Incomplete: {reason}", f"{LIMITS.get(reason, '')} {kept}".strip())
        case "expired":
            return Ending(
                "Its time ran out while it waited.",
                "The thread is as it was: start another run, and answer its tool calls sooner.",
            )
        case "cancelled":
            return Ending("Stopped on request.", "What it wrote before that stays in the thread.", "quiet")
        case status if status not in STATUSES:
            return Ending(f"{status} is no status that this kit knows.", "Look at run.native.")
    return None
