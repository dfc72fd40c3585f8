"""The roster: every contestant, where its code is, and what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A contestant: `module` and `factory` make it, `needs` are the packages that a peer has to bring."""

    title: str
    module: str
    factory: str
    requests: int
    durable: bool
    needs: tuple[str, ...] = ()

    @property
    def is_peer(self) -> bool:
        """Whether it is somebody else's software, and lives in an interpreter of its own."""
        return bool(self.needs)


FLOOR, THREADLAB = "floor", "threadlab"
SERVED_FLOOR, SERVED = "floor-served", "threadlab-served"

ROSTER: Mapping[str, Entry] = {
    FLOOR: Entry(
        title="floor: the SDK, canned answers, one insert a request",
        module="floor",
        factory="Floor",
        requests=8,
        durable=True,
    ),
    THREADLAB: Entry(
        title="threadlab, in-process, scripted model",
        module="threadlab_run",
        factory="with_script",
        requests=8,
        durable=True,
    ),
    "threadlab-rules": Entry(
        title="threadlab, in-process, its own stand-in model",
        module="threadlab_run",
        factory="with_rules",
        requests=8,
        durable=True,
    ),
    SERVED_FLOOR: Entry(
        title="floor over HTTP: canned answers, one insert a request",
        module="served_run",
        factory="floor_served",
        requests=8,
        durable=True,
    ),
    SERVED: Entry(
        title="threadlab serve, its own stand-in model",
        module="served_run",
        factory="threadlab_served",
        requests=8,
        durable=True,
    ),
    "langgraph": Entry(
        title="LangGraph with SqliteSaver",
        module="langgraph_sqlite",
        factory="LanggraphRun",
        requests=2,
        durable=True,
        needs=("langgraph", "langgraph-checkpoint-sqlite"),
    ),
    "openai-responses": Entry(
        title="openai-responses plugin (nothing durable, no engine)",
        module="openai_responses_plugin",
        factory="OpenaiResponsesRun",
        requests=7,
        durable=False,
        needs=("openai-responses", "openai"),
    ),
}
