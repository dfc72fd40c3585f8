"""What went wrong on the way between client and service: refused, cut off, late."""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.diagnosis.evidence import Evidence
from threadlab.diagnosis.finding import Finding

SLOW = 3.0
"""Seconds from which an answer is called slow."""


def refused(evidence: Evidence) -> Iterator[Finding]:
    """Requests that got 429, a server error, or no answer at all."""
    for reason, statuses, kind, words, then in (
        ("too_many_requests", {429}, "429", "was refused with 429, too many requests", _WAIT),
        ("server_errors", {500, 502, 503, 504}, "500", "got a server error", _WAIT),
        ("connection_dropped", {None}, "drop", "got no answer: the connection was cut", _UNSURE),
    ):
        entries = [entry for entry in evidence.requests if entry.status in statuses]
        struck = evidence.struck(kind)
        if entries:
            last = entries[-1]
            found = f"{last.method} {last.path} {words} (request {last.number}, attempt {last.attempt})"
            yield Finding(reason=reason, found=found, next=then)
        elif struck:
            yield Finding(reason=reason, found=f"{struck.effect}, and was made again", next=then)
    if not evidence.truth and any(entry.attempt > 1 for entry in evidence.sent("/runs")):
        yield Finding(
            reason="repeated_requests",
            found="the run was started by a repeated attempt: an earlier one was refused or not answered",
            next=_WAIT,
        )


def cut_streams(evidence: Evidence) -> Iterator[Finding]:
    """A stream that ended before its run did."""
    struck = evidence.struck("drop_stream")
    cut = next((e for e in evidence.requests if e.status == 200 and e.error), None)
    if struck or cut:
        yield Finding(
            reason="stream_cut",
            found=struck.effect if struck else f"the stream of request {cut.number if cut else 0} broke off",
            next="the run itself goes on: follow(run) or wait(run) finds the rest, nothing is lost",
        )


def slow(evidence: Evidence) -> Iterator[Finding]:
    """Answers that took their time; of a stream, until it began."""
    late = [entry for entry in evidence.requests if entry.seconds >= SLOW]
    struck = evidence.struck("delay")
    if late:
        slowest = max(late, key=lambda entry: entry.seconds)
        found = f"{slowest.method} {slowest.path} took {slowest.seconds:.1f} s (request {slowest.number})"
        yield Finding(reason="slow_answer", found=found, next=_PATIENCE)
    elif struck:
        yield Finding(reason="slow_answer", found=struck.effect, next=_PATIENCE)


_PATIENCE = "the service or the network is slow: give more time (deadline=…), and poll less often"
_WAIT = "nothing was done by it, so it may be made again after a wait; the SDK and follow() do so themselves"
_UNSURE = (
    "the client cannot know whether it was carried out: read the run or list the thread's runs before "
    "repeating a request that changes something"
)
