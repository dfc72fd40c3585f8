"""Accepting: a flow's run becomes a user run of a history, like any other."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from threadlab.errors import BranchBusy, HistoryError
from threadlab.flows.flow_body import FlowBody, phase_line
from threadlab.flows.importable import SETTING, place_of
from threadlab.history.budget import Budget
from threadlab.history.execution import Execution
from threadlab.history.handle import current_user_run
from threadlab.history.history import History
from threadlab.history.interruption import AnswersInterrupts
from threadlab.history.plan import Plan, Rehearsal
from threadlab.history.planning import plan
from threadlab.history.reuse import Reuse
from threadlab.history.start import take_up
from threadlab.history.starting import Starting
from threadlab.history.thread_policy import ThreadPolicy
from threadlab.journal.branch_log import BranchMade
from threadlab.journal.fact import Logged
from threadlab.journal.record import Record
from threadlab.journal.values import Config, Trigger


@dataclass(frozen=True, slots=True)
class Asking:
    """How a run is asked for; `answers` is asked at interrupts, such as a node that lacks an input."""

    branch: str
    profile: str
    reuse: Reuse
    budget: Budget
    answers: AnswersInterrupts
    prefix: str
    thread_policy: ThreadPolicy


def accepted(history: History, body: FlowBody, base: Record | None, asking: Asking) -> Execution:
    """A new user run, of which `base` is the one that it reruns.

    Raises what `History.start` does, and BranchBusy inside of a run on the same branch.
    """
    _check_not_within(history, asking.branch)
    starting = _starting(history, body, base, asking)
    if asking.branch not in history.branches:
        made = BranchMade(config=starting.config)
        history.desk.branches.make(asking.branch, made, history.lab.time.now())
    execution = history.start(starting)
    for phase in ("initialisation", "set-up"):
        execution.open_run.write(Logged(level="info", text=phase_line(phase)))
    return execution


def planned(history: History, body: FlowBody, base: Record | None, asking: Asking) -> Plan:
    """What `accepted` would reuse and execute. Writes nothing, and asks the service nothing."""
    starting = _starting(history, body, base, asking)
    if base is not None:
        return plan(history.desk, starting)
    rehearsal = Rehearsal(
        config=starting.config, base=starting.memo, allows=starting.allows, prices=history.desk.prices
    )
    body.rehearse(rehearsal)
    return rehearsal.plan


def taken_up(history: History, body: FlowBody, record: Record, asking: Asking) -> Execution:
    """The same user run again, after a crash or a pause. Raises UserRunFinal, LeaseHeld."""
    base = record.received.base
    recorded = replace(asking, reuse=Reuse.read(record.received.reuse))
    starting = _starting(history, body, history.workspace.record(base) if base else None, recorded)
    return take_up(history.desk, record, starting)


def _starting(history: History, body: FlowBody, base: Record | None, asking: Asking) -> Starting:
    inputs = dict(body.inputs)
    is_changed = base is not None and inputs != dict(base.received.inputs)
    return Starting(
        body=body,
        input=json.dumps(inputs, ensure_ascii=False) if inputs else "",
        config=Config(
            place=history.lab.place,
            protocol=history.lab.protocol,
            agents={path: node.agent for path, node in body.agents.items()},
            settings=_settings(body, asking),
        ),
        branch=asking.branch,
        base=base,
        reuse=asking.reuse,
        changes={"inputs": inputs} if is_changed else {},
        verb="turn" if base is None else "rerun",
        trigger=Trigger(type="user") if base is None else Trigger(type="rerun", cause=base.id),
        budget=asking.budget,
        answers=asking.answers,
        prefix=asking.prefix,
        thread_policy=asking.thread_policy,
    )


def _settings(body: FlowBody, asking: Asking) -> dict[str, str]:
    place = place_of(body.tree.root)
    return {"profile": asking.profile, **({SETTING: place} if place else {})}


def _check_not_within(history: History, branch: str) -> None:
    """A node that starts a run on its own run's branch would wait for itself."""
    try:
        around = current_user_run()
    except HistoryError:  # no run is at work here
        return
    if around.branch == branch and (history.folder / around.id).is_dir():
        raise BranchBusy(
            f"branch {branch!r} is busy: this code works for {around.id}, which is on it",
            hint="give the run inside a branch of its own: threadlab.flows.RunContext(..., branch='inside')",
        )
