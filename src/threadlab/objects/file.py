"""File: bytes with a name that lie at the service, for agents to search, compute with or look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file as the service holds it. `size` is in bytes, `created_at` in Unix seconds.

    `purpose` is the service's word: "assistants" for what was uploaded for agents, "assistants_output" for
    what an agent's code made, "vision" for pictures. A file carries no metadata.
    """

    id: str
    name: str
    size: int = 0
    purpose: str = ""
    status: str = ""
    created_at: int = 0
    native: Any = field(default=None, repr=False, compare=False)
