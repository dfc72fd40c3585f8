"""Outcome: what the end of a run means to someone who wanted another, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from threadlab.errors import RunNotCompleted
from threadlab.objects.run import STATUSES, Run

ADVICE: Mapping[str, str] = {
    "completed": "the answer is in run.messages()",
    "failed": "look at run.error and run.steps(); when the cause is gone, start a new run on the same thread",
    "rate_limit_exceeded": "the model's quota is used up for now: wait, then start a new run on the thread",
    "cancelled": "someone asked for its end; start a new run on the same thread to go on",
    "expired": "tool outputs came too late or never: answer within its life time, in a new run",
    "incomplete": "what was written is in run.messages(); raise max_completion_tokens or shorten the thread",
}


def check_outcome(run: Run, expect: str = "completed") -> Run:
    """The run itself, when its status is the expected one. Raises RunNotCompleted, which explains."""
    if run.status == expect:
        return run
    code = run.error.code if run.error else run.status
    raise RunNotCompleted(
        f"run {run.id} ended as {run.status}, not {expect}: {_cause(run)}",
        run=run,
        hint=ADVICE.get(code, ADVICE.get(run.status, "look at run.read() and run.steps()")),
    )


def _cause(run: Run) -> str:
    if run.error:
        return f"{run.error.message} ({run.error.code})"
    if run.incomplete_reason:
        return f"it reached {run.incomplete_reason}"
    return STATUSES[run.status].meaning if run.is_known else "this kit does not know that status"
