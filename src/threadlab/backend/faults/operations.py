"""Operations: the names of requests that a fault can wait for.

A name of the table, `any`, `stream` (whatever asks for a stream of events), or a method with a pattern for
the path, such as `POST /threads/*/runs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

_THREAD = "/threads/<thread_id>"
_MESSAGE = f"{_THREAD}/messages/<message_id>"
_RUN = f"{_THREAD}/runs/<run_id>"
_STORE = "/vector_stores/<vector_store_id>"
_BATCH = f"{_STORE}/file_batches/<batch_id>"

OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "create agent": ("POST /assistants",),
    "list agents": ("GET /assistants",),
    "read agent": ("GET /assistants/<assistant_id>",),
    "update agent": ("POST /assistants/<assistant_id>",),
    "delete agent": ("DELETE /assistants/<assistant_id>",),
    "create thread": ("POST /threads",),
    "list threads": ("GET /threads",),
    "read thread": (f"GET {_THREAD}",),
    "update thread": (f"POST {_THREAD}",),
    "delete thread": (f"DELETE {_THREAD}",),
    "create message": (f"POST {_THREAD}/messages",),
    "list messages": (f"GET {_THREAD}/messages",),
    "read message": (f"GET {_MESSAGE}",),
    "update message": (f"POST {_MESSAGE}",),
    "delete message": (f"DELETE {_MESSAGE}",),
    "create run": (f"POST {_THREAD}/runs", "POST /threads/runs"),
    "list runs": (f"GET {_THREAD}/runs",),
    "read run": (f"GET {_RUN}",),
    "update run": (f"POST {_RUN}",),
    "submit": (f"POST {_RUN}/submit_tool_outputs",),
    "cancel run": (f"POST {_RUN}/cancel",),
    "join stream": (f"GET {_RUN}/events", f"GET {_THREAD}/events"),
    "list steps": (f"GET {_RUN}/steps",),
    "read step": (f"GET {_RUN}/steps/<step_id>",),
    "upload file": ("POST /files",),
    "list files": ("GET /files",),
    "read file": ("GET /files/<file_id>",),
    "delete file": ("DELETE /files/<file_id>",),
    "download file": ("GET /files/<file_id>/content",),
    "create vector store": ("POST /vector_stores",),
    "list vector stores": ("GET /vector_stores",),
    "read vector store": (f"GET {_STORE}",),
    "update vector store": (f"POST {_STORE}",),
    "delete vector store": (f"DELETE {_STORE}",),
    "search vector store": (f"POST {_STORE}/search",),
    "add stored file": (f"POST {_STORE}/files",),
    "list stored files": (f"GET {_STORE}/files",),
    "read stored file": (f"GET {_STORE}/files/<file_id>",),
    "update stored file": (f"POST {_STORE}/files/<file_id>",),
    "remove stored file": (f"DELETE {_STORE}/files/<file_id>",),
    "create file batch": (f"POST {_STORE}/file_batches",),
    "read file batch": (f"GET {_BATCH}",),
    "cancel file batch": (f"POST {_BATCH}/cancel",),
    "list batch files": (f"GET {_BATCH}/files",),
    "read description": ("GET /openapi.json",),
}
"""Each name with the routes that it stands for; every route has one.

A stored file is a file in a vector store.
"""

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
