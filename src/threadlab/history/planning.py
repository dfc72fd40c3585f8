"""Planning: what a user run would take, found without writing anything and without asking the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from threadlab.errors import ToolDefinitionError, UnknownUserRun
from threadlab.history.contexts.context import Context, ContextPolicy, context_of, estimated_tokens
from threadlab.history.contexts.summaries import asking_nobody
from threadlab.history.desk import Desk
from threadlab.history.plans.memo import Memo
from threadlab.history.plans.plan import Plan
from threadlab.history.plans.rehearsal import Rehearsal
from threadlab.history.plans.run_options import check_choice, check_options
from threadlab.history.starting import Starting
from threadlab.history.thread_policy import ThreadPolicy
from threadlab.history.work.budget import paused_by_budget
from threadlab.journal.record import Record

ASK_ARGUMENTS = ("thread_policy", "budget", "on_interrupt", "on_event", "trigger", "stream", "attended")
"""The other arguments of `ask`, for the name that is nearest to a wrong one."""


def plan(desk: Desk, starting: Starting) -> Plan:
    """What would be reused and executed by a new user run. Writes nothing, and asks the service nothing.

    Raises WrongPath, ReplayMissed, ToolDefinitionError for a tool that nobody has, HistoryError for a
    budget that could not be kept, an option that no run has, or a thread policy that there is not.
    """
    base = starting.memo
    starting.reuse.check(starting.body.order(base.order()), base.user_run)
    check_choice("thread policy", starting.thread_policy, get_args(ThreadPolicy))
    check_tools(starting)
    if not starting.reuse.is_offline:
        check_options(starting.config.options, also=ASK_ARGUMENTS)
    starting.budget.require_prices(desk.prices, [agent.model for agent in starting.config.agents.values()])
    head = head_of(desk, starting)
    parent = starting.base.parent if starting.base else head
    rehearsal = Rehearsal(
        config=starting.config,
        base=base,
        allows=starting.allows,
        context=_context(desk.tree.path(parent), starting.policy),
        is_offline=starting.reuse.is_offline,
        prices=desk.prices,
    )
    starting.body.rehearse(rehearsal)
    return replace(
        rehearsal.plan,
        verb=starting.verb,
        of=starting.base.id if starting.base else "",
        branch=starting.branch,
        leaving=_leaving(desk, starting, head),
    )


def plan_to_take_up(desk: Desk, record: Record, starting: Starting) -> Plan:
    """The same for a user run that is gone on with."""
    rehearsal = Rehearsal(
        config=record.config,
        base=starting.memo,
        own=Memo(record),
        allows=starting.allows,
        context=_context(desk.tree.path(record.parent), starting.policy),
        prices=desk.prices,
    )
    starting.body.rehearse(rehearsal)
    planned = rehearsal.plan
    late = tuple(path for path in planned.goes_on if _is_too_late(desk, record, path))
    return replace(
        planned,
        verb="resume",
        of=record.id,
        branch=record.received.branch,
        goes_on=tuple(path for path in planned.goes_on if path not in late),
        paid_again=(*planned.paid_again, *late),
    )


def _is_too_late(desk: Desk, record: Record, path: str) -> bool:
    """Whether the service held the run of an agent call open for a budget, and does so no longer."""
    asked = paused_by_budget(record, path)
    return asked is not None and asked.deadline is not None and asked.deadline <= desk.lab.time.now()


def plan_to_fork(desk: Desk, branch: str, at: Record, policy: ContextPolicy) -> Plan:
    """What a new branch at a user run takes along. Nothing is copied: it is said again when it is asked."""
    context = _context(desk.tree.path(at.id), policy)
    return Plan(verb="fork", of=at.id, branch=branch, given=estimated_tokens(context.said))


def _context(path: tuple[Record, ...], policy: ContextPolicy) -> Context:
    """What would be given, chosen without asking any agent for a summary."""
    with asking_nobody():
        return context_of(path, policy)


def check_tools(starting: Starting) -> None:
    """Raise ToolDefinitionError if the config tells of functions of this side that nobody here has."""
    here = {tool_name(one) for one in (starting.tools.definitions if starting.tools else ())}
    missing = [name for one in starting.config.tools if (name := tool_name(one)) and name not in here]
    if missing and not starting.reuse.is_offline:
        raise ToolDefinitionError(
            f"the user run's agents were given {', '.join(missing)}, and no such function is here",
            hint="give the functions to the branch: history.branch(name, tools=[...])",
        )


def tool_name(definition: Mapping[str, Any]) -> str:
    """The function's name in a tool's definition; empty for a tool that is no function."""
    return str((definition.get("function") or {}).get("name", ""))


def head_of(desk: Desk, starting: Starting) -> str | None:
    """The branch's head; a replay needs no branch, as of a user run that came from elsewhere without one."""
    try:
        return desk.branches.read(starting.branch).head
    except UnknownUserRun as error:
        if starting.base is None:
            raise
        if starting.reuse.is_offline:
            return None
        raise UnknownUserRun(
            f"user run {starting.base.id} is of branch {starting.branch!r}, which is not in this folder",
            hint=f'make it here: history.branch("{starting.branch}", at=history["{starting.base.id}"])',
        ) from error


def _leaving(desk: Desk, starting: Starting, head: str | None) -> tuple[str, ...]:
    """The later user runs that the branch leads to now, and no longer once its head has moved."""
    if starting.base is None or starting.reuse.is_offline:
        return ()
    kept = {record.id for record in desk.tree.path(starting.base.parent)} | {starting.base.id}
    return tuple(record.id for record in desk.tree.path(head) if record.id not in kept)
