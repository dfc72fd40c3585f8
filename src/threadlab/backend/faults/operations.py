"""Operations: the names of requests that a fault can wait for.

A name of the table, `any`, `stream` (whatever asks for a stream of events), or a method with a pattern for
the path, such as `POST /threads/*/runs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

_RUN = "/threads/<thread_id>/runs/<run_id>"

OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "create agent": ("POST /assistants",),
    "create thread": ("POST /threads",),
    "read thread": ("GET /threads/<thread_id>",),
    "delete thread": ("DELETE /threads/<thread_id>",),
    "create message": ("POST /threads/<thread_id>/messages",),
    "list messages": ("GET /threads/<thread_id>/messages",),
    "create run": ("POST /threads/<thread_id>/runs", "POST /threads/runs"),
    "list runs": ("GET /threads/<thread_id>/runs",),
    "read run": (f"GET {_RUN}",),
    "submit": (f"POST {_RUN}/submit_tool_outputs",),
    "cancel run": (f"POST {_RUN}/cancel",),
    "join stream": (f"GET {_RUN}/events", "GET /threads/<thread_id>/events"),
    "list steps": (f"GET {_RUN}/steps",),
}
"""Each name with the routes that it stands for."""

METHODS = ("GET", "POST", "DELETE")


@dataclass(frozen=True, slots=True)
class Operation:
    """One request: its route ("POST /threads/<thread_id>/runs"), its path, and whether it is a stream."""

    route: str
    path: str
    is_stream: bool = False

    def is_named(self, where: str) -> bool:
        """Whether `where` means this request."""
        if where in ("any", "stream"):
            return where == "any" or self.is_stream
        if where in OPERATIONS:
            return self.route in OPERATIONS[where]
        method, _, pattern = where.partition(" ")
        return self.route.startswith(f"{method} ") and fnmatchcase(self.path, pattern)


def is_operation(where: str) -> bool:
    """Whether `where` can mean a request at all."""
    method, _, pattern = where.partition(" ")
    return where in ("any", "stream", *OPERATIONS) or (method in METHODS and pattern.startswith("/"))
