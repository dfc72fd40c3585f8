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
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest, HttpResponse

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
        self._kept: deque[WireEntry] = deque(maxlen=limit)
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
        return tuple(entry for entry in self.entries if _names(entry, run_id))

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
        self._record(request, status=answer.status_code, response=body)

    def on_exception(self, request: PipelineRequest[HttpRequest]) -> None:
        """Record that no answer came (called by the pipeline, while the exception is handled)."""
        error = sys.exc_info()[1]
        first_line = str(error).partition("\n")[0]
        self._record(request, error=f"{type(error).__name__}: {first_line}")

    def _record(
        self,
        request: PipelineRequest[HttpRequest],
        *,
        status: int | None = None,
        response: Any = None,
        error: str | None = None,
    ) -> None:
        sent: _Sent = request.context[_SENT]
        with self._lock:
            self._count += 1
            self._kept.append(
                WireEntry(
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
            )

    def _path(self, url: str) -> str:
        """What follows the endpoint, with its query but for the API's version."""
        parts = urlsplit(url)
        query = "&".join(item for item in parts.query.split("&") if item and not _is_version(item))
        path = parts.path.removeprefix(self._prefix)
        return f"{path}?{query}" if query else path


def _is_version(item: str) -> bool:
    return item.startswith("api-version=")


def _names(entry: WireEntry, run_id: str) -> bool:
    path, _, query = entry.path.partition("?")
    if run_id in path.split("/") or f"run_id={run_id}" in query.split("&"):
        return True
    return isinstance(entry.response, Mapping) and entry.response.get("id") == run_id


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
