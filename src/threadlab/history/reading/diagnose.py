"""Diagnose: why a user run is where it is, and what to do next.

What happened in its runs is judged by the rules of `threadlab.diagnosis`, on what the journal has of them;
with a lab, on what the service says now. What is a user run's alone (a pause, a dead process, a failed
command among others, a budget) is judged here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from threadlab.diagnosis.diagnose import diagnose as diagnose_run
from threadlab.diagnosis.diagnose import judged
from threadlab.diagnosis.evidence import Evidence
from threadlab.diagnosis.finding import Diagnosis, Finding
from threadlab.errors import ServiceError
from threadlab.following.terminal_text import counted
from threadlab.journal.fact import Began, Queued
from threadlab.journal.record import AgentCall, Interrupt, Record
from threadlab.objects.run import Run
from threadlab.service.port import AgentService

RUN_ENDED_WELL = ("answered", "nothing_found")
"""What the rules for a run find where nothing is wrong with it."""

SAID_HERE = ("nobody_answers", "nobody_approves")
"""What the rules for a run say from this client's requests: who answers its calls. Of a user run that is said
here: it has its tools, at work in whichever process, and its questions."""

NOT_RECORDED = ("cancelled", *SAID_HERE)
"""The same, with what the journal does not have."""

_AGAIN = "retry() makes a sibling of it; its messages are in no later context unless asked for"

_ANSWERS = {
    "tool_outputs": 'user_run.answer("the output"); or give its tools to the branch, and resume() it',
    "approval": 'user_run.answer("approve"), or answer("deny: why")',
    "input": 'user_run.answer("...")',
    "budget": 'user_run.answer("extend"), or answer("stop")',
    "auth": "sign in, and resume it",
}


def diagnose(
    record: Record, *, stalled: bool = False, now: float, lab: AgentService | None = None
) -> Diagnosis:
    """Why a user run is where it is; each reason with the next action, the weightiest first.

    `stalled` says that nobody works on it, though it is not over; `now` is the service's clock. Without a
    `lab` it is pure and asks nobody; with one, the runs of calls that did not complete are read again.
    """
    findings = [finding for rule in _RULES for finding in rule(record, stalled, now)]
    of_runs = [(call, _of_run(call, now, lab)) for call in record.calls if call.status != "completed"]
    for call, found in of_runs:
        findings += [_placed(one, call) for one in found.findings if one.reason not in RUN_ENDED_WELL]
    return Diagnosis(
        subject=record.id,
        status=record.status,
        findings=tuple(_once(findings)) or (_nothing(record),),
        faults=tuple(fault for _, found in of_runs for fault in found.faults),
        unknown="; ".join(dict.fromkeys(found.unknown for _, found in of_runs if found.unknown)),
    )


def _stalled(record: Record, stalled: bool, now: float) -> Iterator[Finding]:
    if stalled:
        yield Finding(
            reason="stalled",
            found=f"it is {record.status}, and the process that worked on it is gone",
            next="resume it: what is finished is on disk and is not paid again",
        )


def _paused(record: Record, stalled: bool, now: float) -> Iterator[Finding]:
    waiting = [] if record.ended_at else [one for one in record.interrupts if one.answer is None]
    for one in waiting:
        which = f", with interrupt={one.id!r}" if len(waiting) > 1 else ""
        yield Finding(
            reason="waits_for_answer",
            found=f"{one.kind}, since {now - one.raised_at:.0f} s: {one.question}{_until(one, now)}",
            next=f"{_ANSWERS[one.kind]}{which}",
        )


def _tools_at_work(record: Record, stalled: bool, now: float) -> Iterator[Finding]:
    if stalled or record.ended_at is not None:
        return
    began = [entry.fact for entry in record.entries if isinstance(entry.fact, Began)]
    process = f" (process {began[-1].process})" if began else ""
    for use in record.tools:
        if use.started_at is not None and use.ok is None:
            yield Finding(
                reason="tool_at_work",
                found=f"{use.name} works on {use.path} since {now - use.started_at:.0f} s{process}",
                next="wait for it; user_run.cancel() ends the user run once the tool has come to its end",
            )


def _queued(record: Record, stalled: bool, now: float) -> Iterator[Finding]:
    if record.status == "queued":
        reasons = [entry.fact.reason for entry in record.entries if isinstance(entry.fact, Queued)]
        why = reasons[-1] if reasons else "nobody has taken it up yet"
        yield Finding(
            reason="queued",
            found=f"it waits since {now - record.created_at:.0f} s: {why}",
            next="wait for that to end, or start with another thread policy: interrupt, rollback, reject",
        )


def _command_failed(record: Record, stalled: bool, now: float) -> Iterator[Finding]:
    for place, entry in enumerate(record.queue, start=1):
        if entry.status not in ("pending", "active", "completed"):
            left = sum(one.status == "pending" for one in record.queue)
            rest = f"; {counted(left, 'command')} after it did not start" if left else ""
            yield Finding(
                reason="command_failed",
                found=f"command {place} ({entry.command.text[:60]!r}) ended {entry.status}{rest}",
                next="retry() the user run, or edit it and rerun: what was finished can be reused",
            )


def _interrupted_tools(record: Record, stalled: bool, now: float) -> Iterator[Finding]:
    open_ones = [use for use in record.tools if use.ok is None]
    if open_ones and (stalled or record.ended_at is not None):
        names = ", ".join(f"{use.name} at {use.path}" for use in open_ones)
        yield Finding(
            reason="tool_interrupted",
            found=f"{names} was started and has no result: whether its effect happened is not known",
            next="look there; a tool that may be run twice is declared with @tool(repeatable=True)",
        )


def _stopped(record: Record, stalled: bool, now: float) -> Iterator[Finding]:
    """It ended because somebody, a limit or its time said so: that comes before what it left undone."""
    if record.ended_at is None or record.status not in ("cancelled", "incomplete", "expired"):
        return
    on_budget = record.reason.startswith("the budget")
    yield Finding(
        reason="budget_used_up" if on_budget else record.status,
        found=f"it ended {record.status}{f': {record.reason}' if record.reason else ''}",
        next="resume(budget=...) goes on with more; what it finished is not paid again"
        if on_budget
        else _AGAIN,
    )


def _failed(record: Record, stalled: bool, now: float) -> Iterator[Finding]:
    if record.status == "failed":
        why = record.error.message if record.error else record.reason
        yield Finding(reason="failed", found=f"it failed{f': {why}' if why else ''}", next=_AGAIN)


_RULES: tuple[Callable[[Record, bool, float], Iterator[Finding]], ...] = (
    _stalled,
    _paused,
    _tools_at_work,
    _queued,
    _stopped,
    _command_failed,
    _interrupted_tools,
    _failed,
)


def _of_run(call: AgentCall, now: float, lab: AgentService | None) -> Diagnosis:
    """What the rules for runs say: of the run as the service has it, else as the journal has it."""
    if call.run is None:
        return Diagnosis(subject=call.path, status=call.status, findings=())
    if lab is not None:
        try:
            return _without(diagnose_run(lab.runs.get(call.run.thread_id, call.run.id)), SAID_HERE)
        except ServiceError:
            pass  # the service has it no longer: the journal still does
    return _from_the_journal(call, call.run, now)


def _from_the_journal(call: AgentCall, run: Run, now: float) -> Diagnosis:
    evidence = Evidence(seen=run, now=run, at=now, steps=call.steps, messages=call.messages)
    return _without(judged(evidence), NOT_RECORDED)


def _without(found: Diagnosis, reasons: Collection[str]) -> Diagnosis:
    return replace(found, findings=tuple(one for one in found.findings if one.reason not in reasons))


def _placed(finding: Finding, call: AgentCall) -> Finding:
    """A finding about a run, with the call that it belongs to."""
    return Finding(
        reason=finding.reason,
        found=f"{call.agent} (call {call.path}): {finding.found}",
        next=finding.next,
        certain=finding.certain,
    )


def _once(findings: list[Finding]) -> Iterator[Finding]:
    yield from dict.fromkeys(findings)


def _nothing(record: Record) -> Finding:
    if record.status == "completed":
        return Finding(
            reason="answered",
            found="it completed, and so did every call in it",
            next="user_run.output is its answer",
        )
    return Finding(
        reason="at_work",
        found=f"it is {record.status}, and nothing about it stands out",
        next="wait for it, or look at its record",
        certain=False,
    )


def _until(interrupt: Interrupt, now: float) -> str:
    if interrupt.deadline is None:
        return ""
    left = interrupt.deadline - now
    if interrupt.kind == "budget":
        return (
            f"; its run is held open for {left:.0f} s"
            if left > 0
            else "; its call will have to be paid again"
        )
    return f"; it expires in {left:.0f} s" if left > 0 else "; its time is over"
