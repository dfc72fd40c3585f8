"""Where a run's answer is, or why it is not seen: too early, another thread, the order of the list."""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.diagnosis.evidence import Evidence
from threadlab.diagnosis.finding import Finding


def missing(evidence: Evidence) -> Iterator[Finding]:
    """Why the caller, who looked at some messages, did not find the answer: which of the three it is."""
    run, looked_at = evidence.now, evidence.looked_at
    if looked_at is None:
        return
    threads = {message.thread_id for message in looked_at} - {run.thread_id}
    ours = {message.id for message in evidence.messages}
    if threads:
        yield Finding(
            reason="another_thread",
            found=f"these are messages of {', '.join(sorted(threads))}; the run works on {run.thread_id}",
            next="list the run's own thread: lab.messages.list(run.thread_id), or run.messages()",
        )
    elif not run.is_terminal:
        yield Finding(
            reason="too_early",
            found=f"the run is {run.status}: its answer is not in the thread yet",
            next="wait for its end first: wait(run, expect='completed')",
        )
    elif not ours:
        yield _none(evidence)
    elif not ours & {message.id for message in looked_at}:
        yield Finding(
            reason="too_early",
            found="the messages were listed before the answer came, or they are one page of more",
            next="list them again after the run's end, or ask for this run's: run.messages()",
        )
    elif looked_at[-1].id not in ours:
        yield Finding(
            reason="order",
            found="the answer is in the list, and not at its end: the service lists the newest first",
            next="take the first one, or list with order='asc' and take the last",
        )


def present(evidence: Evidence) -> Iterator[Finding]:
    """A completed run: where its answer is."""
    run = evidence.now
    if run.status != "completed":
        return
    if not evidence.messages:
        yield _none(evidence)
        return
    last = evidence.messages[-1]
    yield Finding(
        reason="answered",
        found=f"the run completed; its answer is message {last.id} in thread {run.thread_id}",
        next="run.messages() has it; lists of the whole thread begin with the newest unless order='asc'",
    )


def _none(evidence: Evidence) -> Finding:
    return Finding(
        reason="no_message",
        found=f"the run is {evidence.now.status} and wrote no message",
        next="look at run.steps() for what it did; a message may have been deleted since",
    )
