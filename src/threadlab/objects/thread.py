"""Thread: the list of messages that runs read and add to. The service owns it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """Where a conversation's state lives. `created_at` is in Unix seconds, `native` the SDK's own object."""

    id: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    created_at: int = 0
    native: Any = field(default=None, repr=False, compare=False)
