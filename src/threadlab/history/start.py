"""Start: the one mechanism behind every verb on user runs.

| verb | base | reuse of what it recorded | changes | parent |
|---|---|---|---|---|
| a new turn | none | nothing | – | the branch's head |
| retry | a user run | nothing | – | that of the base |
| rerun from a path | a user run | what came before the path | possible | that of the base |
| edit and rerun | a user run | what is asked for in the same way | yes | that of the base |
| replay | a user run | everything, and nothing live | possible | that of the base |
| resume | itself | what it finished | – | its own |

The nouns, from a person's hand down to the disk:

    UserRun         what a person holds: the facts of one, and the verbs that begin or go on with one
    Starting        all that one user run is started with; nothing is written yet
    Execution       an accepted one on its way to its end; drawing from it is what moves it on
    Scope           what its body may do while it is executed: ask, run a unit, keep, interrupt
    CurrentUserRun  what a tool at work sees of it: scratch, promote, keep, ticket
    OpenRun         its record and its writer in one: each fact is on disk, then known, then told
    RunDirectory    its folder: the log, the lock, the artifacts
    Record          all that its log says, as a value that never changes

First all is checked and planned. Then the input is on disk, and only then is there an id. Then the branch's
turn is waited for, and then the body does its work: see `execution`.
"""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace

from threadlab.errors import BranchBusy, LeaseHeld, UserRunFinal, UserRunIdTaken
from threadlab.history.bodies.absent_body import AbsentBody
from threadlab.history.bodies.body import Body
from threadlab.history.bodies.orchestration import make_orchestration
from threadlab.history.bodies.turn import TURN, Turn
from threadlab.history.desk import Desk
from threadlab.history.execution import Execution
from threadlab.history.planning import head_of, plan, plan_to_take_up
from threadlab.history.plans.on_plan import shows
from threadlab.history.plans.plan import Plan
from threadlab.history.plans.reuse import Reuse
from threadlab.history.starting import Starting
from threadlab.history.thread_policy import BranchLease
from threadlab.history.work.budget import Budget
from threadlab.history.work.open_run import OpenRun
from threadlab.history.work.stop import Stop, StopKind, ask_to_stop
from threadlab.journal.fact import Received
from threadlab.journal.record import Record
from threadlab.journal.run_directory import RunDirectory
from threadlab.journal.values import Config

LOGGER = logging.getLogger("threadlab.history")


def start(desk: Desk, starting: Starting) -> Execution:
    """Accept a user run: its input is on disk when this returns. Drawing from the execution does its work.

    Its plan is shown to its `on_plan`, else, where it is no plain turn, to the history's; whoever is shown it
    may raise to have nothing done. It is the first thing that the execution tells. Raises what `plan` does,
    LabClosed and BranchBusy, before anything is written.
    """
    if not starting.reuse.is_offline:
        desk.lab.check_open()
    planned = plan(desk, starting)
    shows(starting.on_plan, None if starting.verb == "turn" else desk.on_plan, planned)
    lease = BranchLease(desk.workspace, starting.branch)
    if not starting.reuse.is_offline:
        lease.check_not_held_here()
    _make_way(desk, starting, lease)
    if starting.thread_policy == "reject" and not starting.reuse.is_offline:
        lease.claim()
    try:
        return _accepted(desk, starting, planned, lease)
    except BaseException:
        lease.leave()
        raise


def take_up(desk: Desk, record: Record, starting: Starting) -> Execution:
    """Go on with a user run that was left, after a crash or at an interrupt. What it finished stays done.

    Raises LabClosed, UserRunFinal for one that is over, and LeaseHeld for one that somebody works on.
    """
    desk.lab.check_open()
    directory = desk.workspace.writer(record.id)
    open_run = OpenRun(directory, desk.lab.time, answers=starting.answers, attended=starting.attended)
    with _giving_up(directory):
        check_not_over(open_run.record)
        _give(open_run, starting.budget)
        shows(starting.on_plan, desk.on_plan, plan_to_take_up(desk, record, starting))
    lease = BranchLease(desk.workspace, record.received.branch)
    return Execution(desk=desk, open_run=open_run, starting=starting, lease=lease)


def check_not_over(record: Record) -> None:
    """Raise UserRunFinal for one that is over."""
    if record.ended_at is not None:
        raise UserRunFinal(
            f"user run {record.id} is over: it ended as {record.status}",
            hint=_made_again(record),
        )


def _give(open_run: OpenRun, budget: Budget) -> None:
    """Another budget is an answer to the open question about the one before."""
    for one in open_run.record.interrupts:
        if one.kind == "budget" and one.answer is None and budget != budget_in(open_run.record):
            open_run.answered(one.id, str(budget), "another budget")


@contextmanager
def _giving_up(directory: RunDirectory) -> Iterator[None]:
    """Let go of the user run if something is raised in here."""
    try:
        yield
    except BaseException:
        directory.close()
        raise


def stop(desk: Desk, record: Record, why: Stop, body: Body | None = None) -> None:
    """Have a user run ended: by whoever works on it, or here and now if nobody does.

    One that is over stays as it is. A component's `body` hears of it, and can leave what it holds in order.
    """
    if record.ended_at is not None:
        return
    folder = desk.workspace.open(record.id).folder
    ask_to_stop(folder, why, desk.workspace.files)
    try:
        starting = replace(recorded_starting(desk, record), on_plan=None)
        execution = take_up(desk, record, starting if body is None else replace(starting, body=body))
    except (LeaseHeld, UserRunFinal):  # somebody works on it, or just has
        return
    deque(execution.follow(), maxlen=0)


def recorded_starting(desk: Desk, record: Record) -> Starting:
    """What a turn was started with, read from its log; whom it may ask is not in there."""
    received = record.received
    return Starting(
        body=Turn(commands=received.commands) if received.body == TURN else AbsentBody(received.body),
        input=received.input,
        config=received.config,
        branch=received.branch,
        base=desk.tree.record(received.base) if received.base else None,
        reuse=Reuse.read(received.reuse),
        changes=received.changes,
        verb=received.verb,
        trigger=received.trigger,
        budget=budget_in(record),
    )


def budget_in(record: Record) -> Budget:
    """The budget that was in force."""
    return Budget(**json.loads(record.config.settings.get("budget", "{}")))


def _made_again(record: Record) -> str:
    """What to do with one that is over: a flow's needs its component."""
    if record.received.body == TURN:
        return "retry() or rerun() makes it again; what it finished can be reused"
    again = f"threadlab.flows.RunContext({record.received.body}, previous_run_id={record.id!r})"
    return f"{again} makes it again; reuse= or start_hierarchy_path= says what it takes over"


def _created(desk: Desk, received: Received, prefix: str, now: float) -> RunDirectory:
    """Its folder, whose name is its id. Where another took that one first, the next is drawn.

    Seeded labs draw alike, so two that begin at the same time want the same.
    """
    while True:
        id = desk.workspace.new_id(now, desk.chance, prefix)
        try:
            return desk.workspace.create(replace(received, user_run=id), now)
        except UserRunIdTaken:
            continue


def _accepted(desk: Desk, starting: Starting, planned: Plan, lease: BranchLease) -> Execution:
    head = head_of(desk, starting)
    now = desk.lab.time.now()
    received = Received(
        user_run="",
        trigger=starting.trigger,
        branch=starting.branch,
        config=_with_settings(starting),
        input=starting.input,
        commands=tuple(starting.body.commands),
        inputs=starting.body.inputs,
        parent=starting.base.parent if starting.base else head,
        base=starting.base.id if starting.base else None,
        verb=starting.verb,
        body=starting.body.name,
        reuse=str(starting.reuse),
        changes=starting.changes,
    )
    directory = _created(desk, received, starting.prefix, now)
    with _giving_up(directory):
        make_orchestration(directory.folder, desk.workspace.files)
        open_run = OpenRun(directory, desk.lab.time, answers=starting.answers, attended=starting.attended)
        open_run.write(planned.fact)
    return Execution(desk=desk, open_run=open_run, starting=starting, lease=lease)


def _with_settings(starting: Starting) -> Config:
    limits = {name: limit for name, limit in asdict(starting.budget).items() if limit is not None}
    settings = {"context": str(starting.policy), "budget": json.dumps(limits)}
    return replace(starting.config, settings={**starting.config.settings, **settings})


def _make_way(desk: Desk, starting: Starting, lease: BranchLease) -> None:
    """See to a head that waits for an answer, or was left in the middle, while nobody works on it."""
    if starting.reuse.is_offline or (head := head_of(desk, starting)) is None:
        return
    standing, waiting = desk.tree.standing(head), desk.tree.record(head)
    if standing in ("over", "at work"):
        return
    if starting.thread_policy in ("reject", "enqueue"):
        if standing == "waits":
            raise _waits(starting.branch, waiting)
        LOGGER.warning("%s", _left_behind(waiting))
        return
    kind: StopKind = "rollback" if starting.thread_policy == "rollback" else "interrupt"
    stop(desk, waiting, Stop(kind=kind, by="a later input"))
    lease.stopped = head


def _waits(branch: str, head: Record) -> BranchBusy:
    """The error about a head that waits for an answer: in the queue one would wait for ever."""
    asked = next(one for one in head.interrupts if one.answer is None)
    return BranchBusy(
        f"branch {branch!r} is busy: user run {head.id} waits for an answer to {asked.question!r}",
        hint=f'answer it, {_goes_on(head, """answer("...")""")}, or end it, history["{head.id}"].cancel(); '
        'thread_policy="interrupt" ends it and goes on below it, "rollback" ends it and takes its place',
    )


def _left_behind(head: Record) -> str:
    """What to say of a head that a crash left: it holds nobody up, and is not passed by without a word."""
    return (
        f"user run {head.id} was left in the middle, and its answer is missing from what comes next: "
        f'{_goes_on(head, "resume()")} goes on with it, history["{head.id}"].cancel() ends it'
    )


def _goes_on(head: Record, verb: str) -> str:
    """The code that goes on with it: a flow's needs its component."""
    if head.received.body == TURN:
        return f'history["{head.id}"].{verb}'
    return f'threadlab.flows.RunContext({head.received.body}, resume_run_id="{head.id}")'
