"""The wire log in the service's words: each request as what it asked for, and of whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from threadlab.objects.requested import requested
from threadlab.objects.wire_entry import WireEntry


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
    what = requested(entry.method, entry.path)
    return WireCall(what.words, entry, what.agent_id, what.thread_id, what.run_id)
