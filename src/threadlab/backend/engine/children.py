"""Children: runs of other agents that a run hands tasks to. Purely: what they are asked, what they answer.

A child works on a thread of its own and has its own steps and usage. As on the service, an agent that is
called by another may not call a third, and it has no client: a function tool that nobody on this side
knows ends it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from threadlab.backend.records import Json, MessageRecord, RunRecord, ThreadRecord

DEEPEST = 2
"""Agents below one another: one that is called and the one that calls it, as the service documents."""

PARAMETERS: Json = {
    "type": "object",
    "properties": {"message": {"type": "string", "description": "The whole message for the agent."}},
    "required": ["message"],
}
"""What a connected agent takes, as a model is told."""

PARENT = "threadlab.parent_thread"
"""The metadata that says for a run on which thread the backend made something."""
MOST_PAIRS = 16
"""Pairs of metadata that an object has (reference of the Agents API, `metadata`)."""

ASKED = ("message", "query", "task", "input", "prompt", "question")
"""Arguments that may hold the task, the first that is there counts."""


def offered(tool: Json) -> Json:
    """A connected agent as a model is offered it: as a function of one message."""
    details = tool["connected_agent"]
    function = {"name": details["name"], "description": details["description"], "parameters": PARAMETERS}
    return {"type": "function", "function": function}


def inherited(parent: ThreadRecord) -> dict[str, str]:
    """The metadata of what is made for a run on that thread: the thread's own, and its id if there is room.

    So whoever looks for their threads by metadata, to delete them for one, finds these too.
    """
    others = {name: value for name, value in parent.metadata.items() if name != PARENT}
    return others | ({PARENT: parent.id} if len(others) < MOST_PAIRS else {})


def task_of(arguments: str) -> str | None:
    """The task in a call's arguments; None if there is none to be found."""
    try:
        given: Any = json.loads(arguments)
    except ValueError:
        return None
    if not isinstance(given, dict):
        return None
    texts = {name: value for name, value in given.items() if isinstance(value, str) and value.strip()}
    named = next((texts[name] for name in ASKED if name in texts), None)
    return named or (next(iter(texts.values())) if len(texts) == 1 else None)


def objection(parent: RunRecord, agent_id: str) -> str | None:
    """Why that agent may not be called by this run; None if it may."""
    above = [*parent.lineage, parent.agent_id]
    if agent_id in above:
        return (
            "assistant_tool_depth_exceeded: the agent is at work on this task already and cannot call itself"
        )
    if len(above) >= DEEPEST:
        return "assistant_tool_depth_exceeded: an agent that was called by another cannot call a third"
    return None


def answer_of(child: RunRecord, messages: Sequence[MessageRecord]) -> str:
    """The output for the call: what the child said, or why it did not end well."""
    said = "\n\n".join(
        part["text"]["value"] for message in messages for part in message.content if part["type"] == "text"
    )
    if child.status == "completed":
        return said
    cause = child.error.message if child.error else child.incomplete_reason
    words = f"the agent's run {child.id} ended as {child.status}" + (f": {cause}" if cause else "")
    return failure(words, **({"written": said} if said else {}))


def failure(message: str, **more: str) -> str:
    """An output that says what went wrong, in the form that clients use too."""
    return json.dumps({"error": message, **more}, ensure_ascii=False)
