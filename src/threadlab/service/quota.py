"""Quota: what lies at a service now, oldest first, and how near that is to what the service allows.

An object stays until somebody deletes it; nothing on the service does so. The figures are those that Azure
documents for its agents; it documents none for the number of agents and threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from threadlab.errors import NotFound
from threadlab.objects.agent import Agent
from threadlab.objects.quota import Quota, ServiceLimit, StoredObject
from threadlab.objects.run import Run
from threadlab.objects.thread import Thread
from threadlab.service.made_by import MadeBy
from threadlab.service.port import AgentService

SOURCE = "https://learn.microsoft.com/azure/foundry-classic/agents/quotas-limits"
MOST_TOOLS = 128
MOST_MESSAGES = 100_000


def quota_of(service: AgentService, made_by: MadeBy) -> Quota:
    """What lies at the service: a request for each hundred, and one for each thread that was made here.

    Raises a ServiceError when the service cannot say.
    """
    agents, threads = list(service.list_agents(order="asc")), list(service.threads.list(order="asc"))
    live = {thread.id: _live_run(service, thread) for thread in threads if made_by.knows(thread)}
    at_work = {run.agent_id for run in live.values() if run is not None}
    now = service.time.now()
    objects = (
        *(_agent(one, now, made_by, at_work) for one in agents),
        *(_thread(one, now, made_by, live) for one in threads),
    )
    return Quota(place=service.place, at=now, objects=objects, limits=tuple(_limits(agents, len(threads))))


def _live_run(service: AgentService, thread: Thread) -> Run | None:
    """The run that is at work on it. A thread has one at most, and it is the newest."""
    with suppress(NotFound):
        newest = next(service.runs.list(thread.id, limit=1), None)
        return None if newest is None or newest.is_terminal else newest
    return None


def _agent(one: Agent, now: float, made_by: MadeBy, at_work: Iterable[str]) -> StoredObject:
    ours = made_by.knows(one)
    return StoredObject(
        kind="agent",
        id=one.id,
        name=one.name,
        created_at=one.created_at,
        age=max(now - one.created_at, 0.0),
        made_here=ours,
        in_use=one.id in at_work if ours else None,
    )


def _thread(one: Thread, now: float, made_by: MadeBy, live: dict[str, Run | None]) -> StoredObject:
    return StoredObject(
        kind="thread",
        id=one.id,
        created_at=one.created_at,
        age=max(now - one.created_at, 0.0),
        made_here=made_by.knows(one),
        in_use=live[one.id] is not None if one.id in live else None,
    )


def _limits(agents: list[Agent], threads: int) -> Iterator[ServiceLimit]:
    most_tools = max((len(agent.tools) for agent in agents), default=0)
    yield ServiceLimit(kind="agents", count=len(agents), source=SOURCE)
    yield ServiceLimit(kind="threads", count=threads, source=SOURCE)
    yield ServiceLimit(kind="tools of one agent", count=most_tools, limit=MOST_TOOLS, source=SOURCE)
    yield ServiceLimit(kind="messages of one thread", limit=MOST_MESSAGES, source=SOURCE)
