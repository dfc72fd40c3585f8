"""Tool call and tool output: what a model asks for, and the answer that goes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One call that the model asks for. `arguments` is the model's JSON text, not yet checked.

    `output` is None until it was submitted. `detail` holds the call as it came, for kinds other than
    functions.
    """

    id: str
    kind: str = "function"
    name: str = ""
    arguments: str = ""
    output: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """The answer to one tool call: always text, tied to the call by its id."""

    tool_call_id: str
    output: str
