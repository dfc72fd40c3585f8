"""Requested: what a request of the classic protocol asks for, in the field's words, read off method and path.

The routes are those that the SDKs azure-ai-agents 1.1.0 and 1.2.0b6, and openai's client, call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

KINDS: Mapping[str, str] = {
    "assistants": "agent",
    "threads": "thread",
    "messages": "message",
    "runs": "run",
    "steps": "run step",
    "files": "file",
    "vector_stores": "vector store",
    "file_batches": "file batch",
}
"""The last collection in a path → the kind of object that the request is about."""

OTHER = "other"
"""The kind of a request that is in no table."""

_MESSAGES, _RUNS = "/threads/{thread}/messages", "/threads/{thread}/runs"
_FILES, _BATCHES = "/vector_stores/{}/files", "/vector_stores/{}/file_batches"
_ROUTES = (
    ("POST", "/assistants", "create agent"),
    ("GET", "/assistants", "list agents"),
    ("GET", "/assistants/{agent}", "read agent"),
    ("POST", "/assistants/{agent}", "update agent"),
    ("DELETE", "/assistants/{agent}", "delete agent"),
    ("POST", "/threads", "create thread"),
    ("GET", "/threads", "list threads"),
    ("POST", "/threads/runs", "create thread and run"),
    ("GET", "/threads/{thread}", "read thread"),
    ("POST", "/threads/{thread}", "update thread"),
    ("DELETE", "/threads/{thread}", "delete thread"),
    ("POST", _MESSAGES, "create message"),
    ("GET", _MESSAGES, "list messages"),
    ("GET", f"{_MESSAGES}/{{}}", "read message"),
    ("POST", f"{_MESSAGES}/{{}}", "update message"),
    ("DELETE", f"{_MESSAGES}/{{}}", "delete message"),
    ("POST", _RUNS, "create run"),
    ("GET", _RUNS, "list runs"),
    ("GET", f"{_RUNS}/{{run}}", "read run"),
    ("POST", f"{_RUNS}/{{run}}", "update run"),
    ("POST", f"{_RUNS}/{{run}}/submit_tool_outputs", "submit tool outputs"),
    ("POST", f"{_RUNS}/{{run}}/cancel", "cancel run"),
    ("GET", f"{_RUNS}/{{run}}/steps", "list run steps"),
    ("GET", f"{_RUNS}/{{run}}/steps/{{}}", "read run step"),
    ("POST", "/files", "upload file"),
    ("GET", "/files", "list files"),
    ("GET", "/files/{}", "read file"),
    ("GET", "/files/{}/content", "download file"),
    ("DELETE", "/files/{}", "delete file"),
    ("POST", "/vector_stores", "create vector store"),
    ("GET", "/vector_stores", "list vector stores"),
    ("GET", "/vector_stores/{}", "read vector store"),
    ("POST", "/vector_stores/{}", "update vector store"),
    ("DELETE", "/vector_stores/{}", "delete vector store"),
    ("POST", "/vector_stores/{}/search", "search vector store"),
    ("POST", _FILES, "add file to vector store"),
    ("GET", _FILES, "list files of vector store"),
    ("GET", f"{_FILES}/{{}}", "read file of vector store"),
    ("POST", f"{_FILES}/{{}}", "update file of vector store"),
    ("DELETE", f"{_FILES}/{{}}", "remove file from vector store"),
    ("POST", _BATCHES, "add file batch to vector store"),
    ("GET", f"{_BATCHES}/{{}}", "read file batch"),
    ("POST", f"{_BATCHES}/{{}}/cancel", "cancel file batch"),
    ("GET", f"{_BATCHES}/{{}}/files", "list files of file batch"),
)


@dataclass(frozen=True, slots=True)
class Requested:
    """The kind of object that a request is about, what it asks for, and the ids in its path.

    A request that is in no table is of the kind OTHER, and its words are its method and path.
    """

    kind: str
    words: str
    agent_id: str | None = None
    thread_id: str | None = None
    run_id: str | None = None


def requested(method: str, path: str) -> Requested:
    """What the request asks for. A query behind the path tells nothing."""
    path = path.partition("?")[0]
    for of, pattern, kind, words in _patterns():
        if of == method and (found := pattern.fullmatch(path)):
            ids = found.groupdict()
            return Requested(kind, words, ids.get("agent"), ids.get("thread"), ids.get("run"))
    return Requested(OTHER, f"{method} {path}")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], str, str], ...]:
    return tuple((method, _pattern(path), _kind(path), words) for method, path, words in _ROUTES)


def _pattern(path: str) -> re.Pattern[str]:
    """`{run}` takes one part of a path and keeps it, `{}` takes one and forgets it."""
    named = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
    return re.compile(named.replace("{}", "[^/]+"))


def _kind(path: str) -> str:
    return next(KINDS[part] for part in reversed(path.split("/")) if part in KINDS)
