"""Quota: what lies at a service now, oldest first, and how near that is to what the service allows.

An object stays until somebody deletes it; nothing on the service does so. The figures are those that Azure
documents for its agents; it documents none for the number of agents, threads and vector stores.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from threadlab.errors import NotFound
from threadlab.objects.agent import Agent
from threadlab.objects.file import File
from threadlab.objects.quota import Quota, ServiceLimit, StoredObject
from threadlab.objects.run import Run
from threadlab.objects.thread import Thread
from threadlab.objects.vector_store import VectorStore
from threadlab.service.made_by import MadeBy
from threadlab.service.port import AgentService

SOURCE = "https://learn.microsoft.com/azure/foundry-classic/agents/quotas-limits"
MOST_TOOLS = 128
MOST_MESSAGES = 100_000
MOST_FILES = 10_000


def quota_of(service: AgentService, made_by: MadeBy) -> Quota:
    """What lies at the service: a request for each hundred, and one for each thread that was made here.

    While a run that was made here is at work, the vector stores and files that its agent or thread names are
    in use, and so is every file if it names a vector store.

    Raises a ServiceError when the service cannot say.
    """
    agents, threads = list(service.list_agents(order="asc")), list(service.threads.list(order="asc"))
    live = {thread.id: _live_run(service, thread) for thread in threads if made_by.knows(thread)}
    at_work = {run.agent_id for run in live.values() if run is not None}
    stores, files = list(service.vector_stores.list(order="asc")), [*service.files.list()][::-1]
    named = _named(one for one in agents if one.id in at_work)
    named |= _named(one for one in threads if live.get(one.id) is not None)
    now = service.time.now()
    searching = any(store.id in named for store in stores)
    objects = (
        *(_agent(one, now, made_by, at_work) for one in agents),
        *(_thread(one, now, made_by, live) for one in threads),
        *(_stored("vector store", one, now, made_by, one.id in named) for one in stores),
        *(_stored("file", one, now, made_by, searching or one.id in named) for one in files),
    )
    counts = {"agents": len(agents), "threads": len(threads)}
    counts |= {"vector stores": len(stores), "files": len(files)}
    return Quota(place=service.place, at=now, objects=objects, limits=tuple(_limits(agents, counts)))


def _named(holders: Iterable[Agent | Thread]) -> set[str]:
    """The ids of the vector stores and files that these name as what their tools work on."""
    resources = [(one.native or {}).get("tool_resources") or {} for one in holders]
    lists = (ids for one in resources for tool in one.values() for ids in _lists(tool))
    return {str(id) for ids in lists for id in ids}


def _lists(tool: object) -> Iterator[list[object]]:
    if isinstance(tool, Mapping):
        yield from (tool.get(name) or [] for name in ("vector_store_ids", "file_ids"))


def _stored(kind: str, one: VectorStore | File, now: float, made_by: MadeBy, in_use: bool) -> StoredObject:
    ours = made_by.knows(one)
    return StoredObject(
        kind=kind,
        id=one.id,
        name=one.name,
        created_at=one.created_at,
        age=max(now - one.created_at, 0.0),
        made_here=ours,
        in_use=in_use if ours else None,
    )


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


def _limits(agents: list[Agent], counts: Mapping[str, int]) -> Iterator[ServiceLimit]:
    most_tools = max((len(agent.tools) for agent in agents), default=0)
    yield from (ServiceLimit(kind=kind, count=count, source=SOURCE) for kind, count in counts.items())
    yield ServiceLimit(kind="tools of one agent", count=most_tools, limit=MOST_TOOLS, source=SOURCE)
    yield ServiceLimit(kind="files of one agent", limit=MOST_FILES, source=SOURCE)
    yield ServiceLimit(kind="messages of one thread", limit=MOST_MESSAGES, source=SOURCE)
