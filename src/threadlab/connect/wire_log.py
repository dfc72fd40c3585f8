"""The wire log: every request of a client with its response, as seen at the client's own door.

It is a policy of azure-core's pipeline, so it works for every target and for both kinds of client. It
stands behind the retry policy: an attempt that is made again is an entry of its own. Headers are never
kept, and fields of a body that carry credentials are struck out, so no secret is.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest, HttpResponse

from threadlab.connect.exchange import Exchange
from threadlab.connect.recorded_body import recorded
from threadlab.connect.stream_reading import tell_of_reading
from threadlab.errors import LabClosed
from threadlab.objects.run import Run
from threadlab.objects.time import Time
from threadlab.objects.wire_entry import WireEntry

LIMIT = 1000
_SENT = "threadlab.sent"

AnyResponse = HttpResponse | AsyncHttpResponse


@dataclass(frozen=True, slots=True)
class Sent:
    """A request on its way; `path` is what follows the endpoint."""

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
        self._kept: deque[Exchange] = deque()
        self._about: dict[str, deque[Exchange]] = {}
        self._count = 0
        self._closed = False
        self._lock = threading.Lock()
        self.listeners: list[Callable[[], object]] = []  # each is called after every exchange

    @property
    def entries(self) -> tuple[WireEntry, ...]:
        """What is kept, oldest first."""
        return self.since(0)

    def close(self) -> None:
        """From now on whatever is sent is refused."""
        self._closed = True

    def check_open(self) -> None:
        """Raise LabClosed behind `close`."""
        if self._closed:
            raise LabClosed(
                "this lab is closed: its connections and files were given back",
                hint="make a new one with `lab = connect()`, or do the work inside `with connect() as lab:`",
            )

    @property
    def count(self) -> int:
        """How many exchanges there have been: also the number of the last one."""
        return self._count

    def since(self, number: int) -> tuple[WireEntry, ...]:
        """What came after the entry of that number."""
        with self._lock:
            new = [exchange for exchange in self._kept if exchange.number > number]
        return tuple(exchange.entry for exchange in new)

    def naming(self, run_id: str) -> tuple[WireEntry, ...]:
        """The exchanges about one run: those whose path names it, and the one that created it."""
        with self._lock:
            about = tuple(self._about.get(run_id, ()))
        return tuple(exchange.entry for exchange in about)

    def __len__(self) -> int:
        return len(self._kept)

    def __repr__(self) -> str:
        return f"WireLog({self._count} requests)"

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        """Note what is about to be sent (called by the pipeline)."""
        sent = request.http_request
        attempt = request.context.get("retry_count", 0) + 1
        request.context[_SENT] = self.sent(sent.method, self._path(sent.url), sent.content, attempt)

    def on_response(
        self, request: PipelineRequest[HttpRequest], response: PipelineResponse[HttpRequest, AnyResponse]
    ) -> None:
        """Record the exchange (called by the pipeline)."""
        answer = response.http_response
        if request.context.options.get("stream"):
            body: Any = {"stream": answer.content_type}
        else:
            body = recorded(answer.content)
        exchange = self.record(request.context[_SENT], status=answer.status_code, received=body)
        if request.context.options.get("stream"):
            tell_of_reading(
                answer,
                lambda: exchange.read(self._time.now()),
                lambda error: exchange.broke_off(in_words(error)),
            )

    def on_exception(self, request: PipelineRequest[HttpRequest]) -> None:
        """Record that no answer came (called by the pipeline, while the exception is handled)."""
        self.record(request.context[_SENT], error=in_words(sys.exc_info()[1]))

    def sent(self, method: str, path: str, content: Any, attempt: int = 1) -> Sent:
        """A request is about to be sent; `record` what comes of it. For clients without such a pipeline.

        Raises LabClosed.
        """
        self.check_open()
        return Sent(at=self._time.now(), method=method, path=path, body=recorded(content), attempt=attempt)

    def opened(self, run: Run) -> None:
        """A stream turned out to be of that run: the request that opened it names the run from now on."""
        paths = (f"/threads/{run.thread_id}/runs", "/threads/runs")
        with self._lock:
            for exchange in reversed(self._kept):
                if exchange.path.partition("?")[0] in paths and exchange.is_stream:
                    exchange.opened(run.id)
                    self._about.setdefault(run.id, deque()).append(exchange)
                    return

    def record(
        self,
        sent: Sent,
        *,
        status: int | None = None,
        received: Any = None,
        error: str | None = None,
    ) -> Exchange:
        """Add an exchange that is over, or whose stream begins; `received` as `recorded_body` keeps it."""
        with self._lock:
            self._count += 1
            exchange = Exchange(
                number=self._count,
                method=sent.method,
                path=sent.path,
                sent=sent.body,
                status=status,
                received=received,
                at=sent.at,
                seconds=self._time.now() - sent.at,
                attempt=sent.attempt,
                error=error,
            )
            self._keep(exchange)
        for tell in tuple(self.listeners):
            tell()
        return exchange

    def _keep(self, exchange: Exchange) -> None:
        """Add the exchange; where the log is full, its oldest one leaves, from the list of its runs too."""
        self._kept.append(exchange)
        for run_id in exchange.about:
            self._about.setdefault(run_id, deque()).append(exchange)
        while len(self._kept) > self._limit:
            oldest = self._kept.popleft()
            for run_id in oldest.about:
                about = self._about.get(run_id, deque())
                if about and about[0] is oldest:
                    about.popleft()
                if not about:
                    self._about.pop(run_id, None)

    def _path(self, url: str) -> str:
        """What follows the endpoint, with its query but for the API's version."""
        parts = urlsplit(url)
        query = "&".join(item for item in parts.query.split("&") if item and not _is_version(item))
        path = parts.path.removeprefix(self._prefix)
        return f"{path}?{query}" if query else path


def in_words(error: BaseException | None) -> str:
    """An error in one line, with its type."""
    first_line = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {first_line}"


def _is_version(item: str) -> bool:
    return item.startswith("api-version=")
