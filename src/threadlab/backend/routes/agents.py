"""Agents, on the wire `assistants`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from threadlab.backend.records import AgentRecord
from threadlab.backend.routes.available import refuse_unavailable
from threadlab.backend.routes.call import Call
from threadlab.backend.routes.sources import resources_of
from threadlab.backend.wire import objects
from threadlab.backend.wire.paging import envelope


def create(call: Call) -> dict[str, Any]:
    """POST /assistants."""
    agent = AgentRecord(id=call.room.ids.new("asst"), created_at=call.room.clock.now(), **_sent(call))
    with call.room.store.transaction() as change:
        change.put(agent)
    return objects.agent(agent)


def list_(call: Call) -> dict[str, Any]:
    """GET /assistants."""
    agents, more = call.room.store.page(AgentRecord, call.page)
    return envelope([objects.agent(agent) for agent in agents], more)


def get(call: Call) -> dict[str, Any]:
    """GET /assistants/{id}."""
    return objects.agent(call.find(AgentRecord))


def update(call: Call) -> dict[str, Any]:
    """POST /assistants/{id}."""
    agent = replace(call.find(AgentRecord), **_sent(call))
    with call.room.store.transaction() as change:
        change.put(agent)
    return objects.agent(agent)


def delete(call: Call) -> dict[str, Any]:
    """DELETE /assistants/{id}. Its runs hold a copy of it and go on."""
    agent = call.find(AgentRecord)
    with call.room.store.transaction() as change:
        change.remove(AgentRecord, agent.id)
    return objects.deleted(agent.id, "assistant")


def _sent(call: Call) -> dict[str, Any]:
    """What was sent; of its resources, every id is known."""
    sent: dict[str, Any] = call.body.sent()
    refuse_unavailable(call, sent.get("tools", []))
    if "tool_resources" in sent:
        sent["tool_resources"] = resources_of(call, sent["tool_resources"])
    return sent
