"""The wire log in the service's words: each request as what it asked for, and of whom.

The routes are those of the classic protocol, as the SDK azure-ai-agents 1.1.0 calls them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from threadlab.objects.wire_entry import WireEntry

_ROUTES = (
    ("POST", r"/assistants", "create agent"),
    ("GET", r"/assistants", "list agents"),
    ("GET", r"/assistants/(?P<agent>[^/]+)", "read agent"),
    ("POST", r"/assistants/(?P<agent>[^/]+)", "update agent"),
    ("DELETE", r"/assistants/(?P<agent>[^/]+)", "delete agent"),
    ("POST", r"/threads", "create thread"),
    ("GET", r"/threads", "list threads"),
    ("POST", r"/threads/runs", "create thread and run"),
    ("GET", r"/threads/(?P<thread>[^/]+)", "read thread"),
    ("POST", r"/threads/(?P<thread>[^/]+)", "update thread"),
    ("DELETE", r"/threads/(?P<thread>[^/]+)", "delete thread"),
    ("POST", r"/threads/(?P<thread>[^/]+)/messages", "create message"),
    ("GET", r"/threads/(?P<thread>[^/]+)/messages", "list messages"),
    ("GET", r"/threads/(?P<thread>[^/]+)/messages/[^/]+", "read message"),
    ("POST", r"/threads/(?P<thread>[^/]+)/messages/[^/]+", "update message"),
    ("DELETE", r"/threads/(?P<thread>[^/]+)/messages/[^/]+", "delete message"),
    ("POST", r"/threads/(?P<thread>[^/]+)/runs", "create run"),
    ("GET", r"/threads/(?P<thread>[^/]+)/runs", "list runs"),
    ("GET", r"/threads/(?P<thread>[^/]+)/runs/(?P<run>[^/]+)", "read run"),
    ("POST", r"/threads/(?P<thread>[^/]+)/runs/(?P<run>[^/]+)", "update run"),
    ("POST", r"/threads/(?P<thread>[^/]+)/runs/(?P<run>[^/]+)/submit_tool_outputs", "submit tool outputs"),
    ("POST", r"/threads/(?P<thread>[^/]+)/runs/(?P<run>[^/]+)/cancel", "cancel run"),
    ("GET", r"/threads/(?P<thread>[^/]+)/runs/(?P<run>[^/]+)/steps", "list steps"),
    ("GET", r"/threads/(?P<thread>[^/]+)/runs/(?P<run>[^/]+)/steps/[^/]+", "read step"),
    ("POST", r"/files", "upload file"),
    ("GET", r"/files", "list files"),
    ("GET", r"/files/[^/]+", "read file"),
    ("GET", r"/files/[^/]+/content", "download file"),
    ("DELETE", r"/files/[^/]+", "delete file"),
    ("POST", r"/vector_stores", "create vector store"),
    ("GET", r"/vector_stores", "list vector stores"),
    ("GET", r"/vector_stores/[^/]+", "read vector store"),
    ("POST", r"/vector_stores/[^/]+", "update vector store"),
    ("DELETE", r"/vector_stores/[^/]+", "delete vector store"),
    ("POST", r"/vector_stores/[^/]+/search", "search vector store"),
    ("POST", r"/vector_stores/[^/]+/files", "add file to vector store"),
    ("GET", r"/vector_stores/[^/]+/files", "list files of vector store"),
    ("GET", r"/vector_stores/[^/]+/files/[^/]+", "read file of vector store"),
    ("POST", r"/vector_stores/[^/]+/files/[^/]+", "update file of vector store"),
    ("DELETE", r"/vector_stores/[^/]+/files/[^/]+", "remove file from vector store"),
    ("POST", r"/vector_stores/[^/]+/file_batches", "add batch to vector store"),
    ("GET", r"/vector_stores/[^/]+/file_batches/[^/]+", "read batch"),
    ("POST", r"/vector_stores/[^/]+/file_batches/[^/]+/cancel", "cancel batch"),
    ("GET", r"/vector_stores/[^/]+/file_batches/[^/]+/files", "list files of batch"),
)
_PATTERNS = tuple((method, re.compile(pattern), words) for method, pattern, words in _ROUTES)


@dataclass(frozen=True, slots=True)
class WireCall:
    """One request in words. The ids are those in its path; `made` is the id that the response gave."""

    words: str
    entry: WireEntry
    agent_id: str | None = None
    thread_id: str | None = None
    run_id: str | None = None

    @property
    def made(self) -> str | None:
        """The id of the object in the response."""
        response = self.entry.response
        return response.get("id") if isinstance(response, dict) else None

    def asked(self, field: str) -> object:
        """A field of the request's body, or None."""
        request = self.entry.request
        return request.get(field) if isinstance(request, dict) else None

    def answered(self, field: str) -> object:
        """A field of the response's body, or None."""
        response = self.entry.response
        return response.get(field) if isinstance(response, dict) else None


def read_calls(entries: Iterable[WireEntry]) -> tuple[WireCall, ...]:
    """The entries in words; a request that has no word keeps its method and path."""
    return tuple(_read(entry) for entry in entries)


def in_words(calls: Iterable[WireCall]) -> str:
    """The calls as one line: "create message, create run, read run ×3"; "nothing" when there are none."""
    groups = ((words, len(list(group))) for words, group in groupby(call.words for call in calls))
    return ", ".join(words if times == 1 else f"{words} ×{times}" for words, times in groups) or "nothing"


def _read(entry: WireEntry) -> WireCall:
    path = entry.path.partition("?")[0]
    for method, pattern, words in _PATTERNS:
        if method == entry.method and (found := pattern.fullmatch(path)):
            ids = found.groupdict()
            return WireCall(words, entry, ids.get("agent"), ids.get("thread"), ids.get("run"))
    return WireCall(f"{entry.method} {path}", entry)
