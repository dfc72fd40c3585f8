"""Message: one entry of a thread, by the user or by an agent in a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a message's content: `kind` as on the wire ("text", "image_file", ...).

    `text` is filled for text parts alone; `detail` holds the part as it came (annotations, file ids).
    """

    kind: str
    text: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as the service holds it. `run_id` and `agent_id` are set when a run wrote it."""

    id: str
    thread_id: str
    role: str
    content: tuple[Part, ...]
    run_id: str | None = None
    agent_id: str | None = None
    attachments: tuple[Mapping[str, Any], ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    created_at: int = 0
    native: Any = field(default=None, repr=False, compare=False)

    @property
    def text(self) -> str:
        """All text parts, joined by blank lines."""
        return "\n\n".join(part.text for part in self.content if part.kind == "text")
