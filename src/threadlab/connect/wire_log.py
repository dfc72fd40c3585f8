"""The wire log: every request of a client with its response, as seen at the client's own door.

It is a policy of azure-core's pipeline, so it works for every target and for both kinds of client. It
stands behind the retry policy: an attempt that is made again is an entry of its own. Headers are never
kept, and fields of a body that carry credentials are struck out, so no secret is.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest, HttpResponse

from threadlab.connect.broken_stream import tell_of_break
from threadlab.objects.run import Run
from threadlab.objects.time import Time
from threadlab.objects.wire_entry import WireEntry

LIMIT = 1000
STRUCK_OUT = "(not recorded)"
CREDENTIALS = frozenset(
    {"headers", "authorization", "api_key", "api-key", "access_token", "client_secret", "password", "secret"}
)
_SENT = "threadlab.sent"

AnyResponse = HttpResponse | AsyncHttpResponse


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request on its way."""

    at: float
    method: str
    path: str
    body: Any
    attempt: int


class WireLog(SansIOHTTPPolicy[HttpRequest, AnyResponse]):
    """Keeps the last `limit` exchanges of a client with the service at `endpoint`, times by `time`."""

    def __init__(self, endpoint: str, time: Time, *, limit: int = LIMIT) -> None:
        self._prefix = urlsplit(endpoint).path.rstrip("/")
        self._time = time
        self._limit = limit
        self._kept: deque[WireEntry] = deque()
        self._naming: dict[str, deque[WireEntry]] = {}
        self._count = 0
        self._lock = threading.Lock()

    @property
    def entries(self) -> tuple[WireEntry, ...]:
        """What is kept, oldest first."""
        with self._lock:
            return tuple(self._kept)

    @property
    def count(self) -> int:
        """How many exchanges there have been: also the number of the last one."""
        return self._count

    def since(self, number: int) -> tuple[WireEntry, ...]:
        """What came after the entry of that number."""
        return tuple(entry for entry in self.entries if entry.number > number)

    def naming(self, run_id: str) -> tuple[WireEntry, ...]:
        """The exchanges about one run: those whose path names it, and the one that created it."""
        with self._lock:
            return tuple(self._naming.get(run_id, ()))

    def __len__(self) -> int:
        return len(self._kept)

    def __repr__(self) -> str:
        return f"WireLog({self._count} requests)"

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        """Note what is about to be sent (called by the pipeline)."""
        sent = request.http_request
        request.context[_SENT] = _Sent(
            at=self._time.now(),
            method=sent.method,
            path=self._path(sent.url),
            body=_recorded(sent.content),
            attempt=request.context.get("retry_count", 0) + 1,
        )

    def on_response(
        self, request: PipelineRequest[HttpRequest], response: PipelineResponse[HttpRequest, AnyResponse]
    ) -> None:
        """Record the exchange (called by the pipeline)."""
        answer = response.http_response
        if request.context.options.get("stream"):
            body: Any = {"stream": answer.content_type}
        else:
            body = _recorded(answer.content)
        entry = self._record(request, status=answer.status_code, response=body)
        if request.context.options.get("stream"):
            tell_of_break(answer, lambda error: self._broke_off(entry, error))

    def on_exception(self, request: PipelineRequest[HttpRequest]) -> None:
        """Record that no answer came (called by the pipeline, while the exception is handled)."""
        self._record(request, error=_in_words(sys.exc_info()[1]))

    def _broke_off(self, entry: WireEntry, error: BaseException) -> None:
        """The stream of an exchange ended before its time: its entry says so from now on."""
        with self._lock:
            self._change(entry.number, error=_in_words(error))

    def opened(self, run: Run) -> None:
        """A stream turned out to be of that run: the request that opened it names the run from now on."""
        path = f"/threads/{run.thread_id}/runs"
        with self._lock:
            for entry in reversed(self._kept):
                if entry.path.partition("?")[0] == path and "stream" in (entry.response or {}):
                    named = self._change(entry.number, response={**entry.response, "id": run.id})
                    self._naming.setdefault(run.id, deque()).extend(named)
                    return

    def _change(self, number: int, **changes: Any) -> tuple[WireEntry, ...]:
        """Put a changed entry in the place of the one of that number, if it is still kept."""
        place = number - self._count - 1  # from the end: the last one's number is the count
        if -place > len(self._kept):
            return ()
        changed = self._kept[place] = replace(self._kept[place], **changes)
        for about in self._naming.values():
            for index, entry in enumerate(about):
                if entry.number == number:
                    about[index] = changed
        return (changed,)

    def _record(
        self,
        request: PipelineRequest[HttpRequest],
        *,
        status: int | None = None,
        response: Any = None,
        error: str | None = None,
    ) -> WireEntry:
        sent: _Sent = request.context[_SENT]
        with self._lock:
            self._count += 1
            entry = WireEntry(
                number=self._count,
                method=sent.method,
                path=sent.path,
                request=sent.body,
                status=status,
                response=response,
                at=sent.at,
                seconds=self._time.now() - sent.at,
                attempt=sent.attempt,
                error=error,
            )
            self._keep(entry)
        return entry

    def _keep(self, entry: WireEntry) -> None:
        """Add the entry; where the log is full, its oldest one leaves, from the list of its runs too."""
        self._kept.append(entry)
        for run_id in _named(entry):
            self._naming.setdefault(run_id, deque()).append(entry)
        while len(self._kept) > self._limit:
            oldest = self._kept.popleft()
            for run_id in _named(oldest):
                about = self._naming.get(run_id, deque())
                if about and about[0] is oldest:
                    about.popleft()
                if not about:
                    self._naming.pop(run_id, None)

    def _path(self, url: str) -> str:
        """What follows the endpoint, with its query but for the API's version."""
        parts = urlsplit(url)
        query = "&".join(item for item in parts.query.split("&") if item and not _is_version(item))
        path = parts.path.removeprefix(self._prefix)
        return f"{path}?{query}" if query else path


def _in_words(error: BaseException | None) -> str:
    first_line = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {first_line}"


def _is_version(item: str) -> bool:
    return item.startswith("api-version=")


def _named(entry: WireEntry) -> set[str]:
    """The ids of the runs that an exchange is about."""
    path, _, query = entry.path.partition("?")
    segments = path.split("/")
    named = {after for before, after in pairwise(segments) if before == "runs"}
    named |= {value for name, value in parse_qsl(query) if name == "run_id"}
    if segments[-1] == "runs" and isinstance(entry.response, Mapping) and "id" in entry.response:
        named.add(entry.response["id"])
    return named


def _recorded(content: Any) -> Any:
    """A body as the log keeps it: decoded JSON; of anything else, only what it is."""
    if not content:
        return None
    if isinstance(content, Mapping):
        return {"form": list(content)}
    if isinstance(content, list):
        return {"form": [name for name, *_ in content]}
    if not isinstance(content, str | bytes):
        return {"unread": type(content).__name__}
    try:
        return without_credentials(json.loads(content))
    except ValueError:
        return {"bytes": len(content)}


def without_credentials(body: Any) -> Any:
    """The same JSON value, with every field that carries a credential struck out."""
    if isinstance(body, dict):
        return {key: _kept(key, value) for key, value in body.items()}
    if isinstance(body, list):
        return [without_credentials(item) for item in body]
    return body


def _kept(key: str, value: Any) -> Any:
    if key.lower() in CREDENTIALS:
        if isinstance(value, str):
            return STRUCK_OUT
        if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
            return dict.fromkeys(value, STRUCK_OUT)
    return without_credentials(value)
