"""Agent: a model with a name, instructions and tools. It holds no conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """What a run activates. `tools` are the definitions as the service holds them (wire form).

    `tool_resources` is what these work on: files, vector stores, servers. Times are Unix seconds. `native` is
    the SDK's own object, unchanged.
    """

    id: str
    model: str
    name: str | None = None
    description: str | None = None
    instructions: str | None = None
    tools: tuple[Mapping[str, Any], ...] = ()
    tool_resources: Mapping[str, Any] = field(default_factory=dict, repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict)
    created_at: int = 0
    native: Any = field(default=None, repr=False, compare=False)
