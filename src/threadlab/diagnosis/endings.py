"""Why a run ended as it did."""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.diagnosis.evidence import Evidence
from threadlab.diagnosis.finding import Finding
from threadlab.objects.run import STATUSES

_RETRY = "start a new run on the same thread: its messages are kept"
_LIMITS = {
    "max_completion_tokens": "raise max_completion_tokens, or ask for a shorter answer",
    "max_prompt_tokens": "raise max_prompt_tokens, or shorten what the run is given: truncation_strategy",
    "content_filter": "the service's filter stopped the answer: put the question in other words",
}


def unknown_status(evidence: Evidence) -> Iterator[Finding]:
    """A status that the kit does not know, now or when the caller looked."""
    for run in (evidence.seen, evidence.now):
        if not run.is_known:
            yield Finding(
                reason="unknown_status",
                found=f"the service reported the status {run.status!r}, which is none of "
                f"{', '.join(STATUSES)}; it reports {evidence.now.status!r} now",
                next="read the run again; if the status stays, the service is newer than this kit: look at "
                "run.native and update threadlab",
            )
            return
    fault = evidence.struck("unknown_status")
    if fault is not None:
        yield Finding(
            reason="unknown_status",
            found=f"{fault.effect}, which no client knows; it is {evidence.now.status} now",
            next="let a loop end on statuses that it does not know, with an error",
        )


def failed(evidence: Evidence) -> Iterator[Finding]:
    """The run failed: the error says why."""
    run = evidence.now
    if run.status != "failed":
        return
    code, message = (run.error.code, run.error.message) if run.error else ("", "no error was given")
    if code == "rate_limit_exceeded":
        reason, then = "rate_limited", f"wait until the quota is free again, then {_RETRY}"
    elif "neither text nor tool calls" in message:
        reason, then = "empty_answer", f"ask again, or in other words: {_RETRY}"
    elif code == "tool_user_error":
        reason, then = (
            "tool_failed",
            f"what the service was to call or to run is named: mend it, then {_RETRY}",
        )
    else:
        reason, then = "model_failed", f"when the cause is gone, {_RETRY}"
    yield Finding(reason=reason, found=f"the run failed: {message} ({code or 'no code'})", next=then)


def expired(evidence: Evidence) -> Iterator[Finding]:
    """The run's time ran out: in the queue, while tools were at work, or in the midst of an answer."""
    run = evidence.now
    if run.status != "expired":
        return
    early = evidence.struck("expire")
    time = f"; {early.effect}" if early else ""
    open_calls = [
        call.title
        for step in evidence.steps
        for call in step.tool_calls
        if call.output is None and step.status != "completed"  # a search and code never have an output
    ]
    if open_calls:
        yield Finding(
            reason="expired_while_tools_ran",
            found=f"its time ran out before the outputs of {', '.join(open_calls)} came{time}",
            next="make the tools quicker or let them answer at once with a ticket; then " + _RETRY,
        )
    elif run.started_at is None:
        stuck = evidence.struck("stuck")
        yield Finding(
            reason="stuck_in_queue" if stuck or not early else "expired_in_queue",
            found=f"its time ran out in the queue{f': {stuck.effect}' if stuck else ''}{time}",
            next="check the model deployment and its quota, or name another model; then " + _RETRY,
            certain=evidence.truth is not None,
        )
    else:
        yield Finding(
            reason="expired_at_work",
            found=f"its time ran out before the answer was whole{time}",
            next=_RETRY + "; a shorter question or fewer tool rounds take less time",
        )


def cancelled(evidence: Evidence) -> Iterator[Finding]:
    """Somebody asked for the end: this client, or another."""
    if evidence.now.status not in ("cancelled", "cancelling"):
        return
    asked = [entry for entry in evidence.sent("/cancel") if entry.status == 200]
    if asked:
        by = f"by this client, in its request {asked[-1].number}"
    else:
        by = "by somebody else: this client sent no cancel"
    yield Finding(reason="cancelled", found=f"the run was cancelled {by}", next=_RETRY)


def incomplete(evidence: Evidence) -> Iterator[Finding]:
    """The run stopped at a limit."""
    run = evidence.now
    if run.status == "incomplete":
        limit = run.incomplete_reason or "a limit that the service does not name"
        yield Finding(
            reason="incomplete",
            found=f"the run stopped at {limit}; what was written until then is kept",
            next=_LIMITS.get(limit, "look at run.native for the limit, and raise it"),
        )


def agent_is_gone(evidence: Evidence) -> Iterator[Finding]:
    """The agent was deleted; the run has a copy of it."""
    if evidence.agent_is_gone:
        yield Finding(
            reason="agent_deleted",
            found=f"agent {evidence.now.agent_id} was deleted; this run has a copy and is not harmed",
            next="make a new agent before the next run",
        )
