"""Diagnose: why a run is where it is, or what an error means, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, runtime_checkable

from threadlab.diagnosis.answers import missing, present
from threadlab.diagnosis.endings import agent_is_gone, cancelled, expired, failed, incomplete, unknown_status
from threadlab.diagnosis.evidence import Evidence, gather
from threadlab.diagnosis.exchanges import cut_streams, refused, slow
from threadlab.diagnosis.finding import Diagnosis, Finding
from threadlab.diagnosis.queued import overcome, waiting
from threadlab.diagnosis.refusals import as_kit_error, refusal
from threadlab.diagnosis.tool_calls import calls, outputs
from threadlab.errors import RunNotCompleted
from threadlab.objects.message import Message
from threadlab.objects.run import Run

Rule = Callable[[Evidence], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    missing,
    unknown_status,
    failed,
    outputs,
    expired,
    cancelled,
    incomplete,
    waiting,
    overcome,
    calls,
    cut_streams,
    refused,
    slow,
    agent_is_gone,
    present,
)
"""Asked in this order: what ended or blocks the run comes before what it survived."""


@runtime_checkable
class ExplainsItself(Protocol):
    """A user run."""

    def diagnose(self) -> Diagnosis:
        """Why it is where it is."""
        ...


def diagnose(
    what: Run | ExplainsItself | BaseException, *, looked_at: Sequence[Message] | None = None
) -> Diagnosis:
    """Why a run is where it is, or what an error means; each reason with the next action.

    For a run it reads the run, its steps and messages, this client's requests, and on a local backend the
    backend's own log; nothing is changed. `looked_at` are messages in which its answer was not found: then
    it says why. An error may be the kit's or the SDK's. A user run is diagnosed from its journal. Raises
    TypeError for any other exception.
    """
    if isinstance(what, RunNotCompleted):
        what = what.run
    if isinstance(what, Run):
        return judged(gather(what, looked_at))
    if isinstance(what, ExplainsItself):
        return what.diagnose()
    error = as_kit_error(what)
    where = error.run_id or error.thread_id or type(error).__name__
    return Diagnosis(subject=where, status=type(error).__name__, findings=tuple(refusal(error)))


def judged(evidence: Evidence) -> Diagnosis:
    """The diagnosis that the evidence leads to. Pure."""
    found: dict[str, Finding] = {}
    for finding in (finding for rule in RULES for finding in rule(evidence)):
        found.setdefault(finding.reason, finding)
    findings = tuple(found.values())
    return Diagnosis(
        subject=evidence.now.id,
        status=evidence.now.status,
        findings=findings or (_nothing(evidence),),
        faults=evidence.faults,
        unknown=_unknown(evidence),
    )


def _nothing(evidence: Evidence) -> Finding:
    return Finding(
        reason="nothing_found",
        found=f"the run is {evidence.now.status}, and nothing about it stands out",
        next="look at run.steps() and lab.wire",
        certain=False,
    )


def _unknown(evidence: Evidence) -> str:
    parts = [f"{', '.join(evidence.unread)} could not be read"] if evidence.unread else []
    if evidence.truth is None:
        parts.append("what happens inside the service: only a local backend lets its log be read")
    return "; ".join(parts)
