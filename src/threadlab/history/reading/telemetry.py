"""Telemetry: user runs and flows given to OpenTelemetry, as traces for any of its exporters.

    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    history = History(lab, exporters=[OTLPSpanExporter()])     # each user run, when it is over
    export_spans(history["turn-20261121-…"], OTLPSpanExporter())   # one, whenever you like

`OTLPSpanExporter` itself reads OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS and their like.
Nothing is sent because such a variable is set, only because an exporter was given. Ids come from the user
run's id and the path in it: exporting again sends the same spans again. What was said is left out unless it
is asked for, here or by OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT. Needs the extra "otel".
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Protocol

from threadlab.errors import HistoryError
from threadlab.journal.record import Record
from threadlab.journal.workspace import Workspace

if TYPE_CHECKING:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
"""The variable by which OpenTelemetry's own instrumentations ask for what was said."""

_ASKED = frozenset({"true", "1", "span_only", "span_and_event"})
_AT_ONCE = 512
_LOG = logging.getLogger(__name__)


class SpanExporter(Protocol):
    """Any exporter of OpenTelemetry's SDK: `opentelemetry.sdk.trace.export.SpanExporter`."""

    def export(self, spans: Sequence[Any], /) -> Any:
        """Send these spans, and say how that went."""
        ...


class HasRecord(Protocol):
    """A user run."""

    @property
    def record(self) -> Record:
        """What its log tells."""
        ...


def export_spans(user_run: HasRecord | Record, exporter: SpanExporter, *, content: bool | None = None) -> int:
    """Give the trace of a user run to an exporter; how many spans that were.

    `content` says whether prompts, answers, arguments and results go with it; None leaves that to
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT, which is off unless somebody set it.

    Raises HistoryError for a user run that is not over, without the extra "otel", and where the exporter
    fails.
    """
    record = user_run if isinstance(user_run, Record) else user_run.record
    if record.ended_at is None:
        raise HistoryError(
            f"{record.id} is {record.status}: only a user run that is over has a whole trace",
            hint="answer it, resume() it or cancel() it first",
        )
    try:
        from threadlab.journal.readable_spans import readable_spans  # noqa: PLC0415
    except ImportError as error:
        raise _otel_missing(error) from error
    spans = readable_spans(record, content=_is_asked_for() if content is None else content)
    for start in range(0, len(spans), _AT_ONCE):
        result = exporter.export(spans[start : start + _AT_ONCE])
        if result.name != "SUCCESS":
            raise HistoryError(
                f"the exporter did not get rid of the spans of {record.id}",
                hint="is its endpoint up, and does it speak OTLP over HTTP? Its own log says more",
            )
    return len(spans)


def otlp_exporter(endpoint: str | None = None) -> OTLPSpanExporter:
    """OpenTelemetry's exporter of spans over OTLP/HTTP; its variables say the rest, such as headers.

    `endpoint` is the base, such as http://localhost:4318; without it OTEL_EXPORTER_OTLP_ENDPOINT holds.
    Raises HistoryError without the extra "otel".
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    except ImportError as error:
        raise _otel_missing(error) from error
    return OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces" if endpoint else None)


class Telemetry:
    """Exports each user run once it is over, on a thread of its own: a slow endpoint holds up nobody.

    What fails is told by Python's `logging`, and never fails a user run. What waits behind a failure is given
    up with it, so that an endpoint that is gone is waited for once, also when the process ends; nothing is
    lost by that, for `export_spans` or `threadlab runs export-otel` sends it later.
    """

    def __init__(self, workspace: Workspace, exporters: Sequence[SpanExporter] = ()) -> None:
        self._workspace = workspace
        self._exporters = tuple(exporters)
        self._thread = ThreadPoolExecutor(1, "threadlab-telemetry")
        self._waiting: set[Future[None]] = set()
        self._told = 0
        self._given_up = [0 for _ in self._exporters]

    def told_end(self, user_run: str) -> None:
        """A user run is over, and its end is on disk."""
        if not self._exporters:
            return
        self._told += 1
        try:
            sent = self._thread.submit(self._export, self._workspace.record(user_run), self._told)
        except Exception as error:
            _not_exported(user_run, error)
            return
        self._waiting.add(sent)
        sent.add_done_callback(self._waiting.discard)

    def flush(self, seconds: float | None = None) -> bool:
        """Wait until all is sent, or failed; whether that was so in time."""
        return not wait(tuple(self._waiting), seconds).not_done

    def _export(self, record: Record, number: int) -> None:
        for place, exporter in enumerate(self._exporters):
            if number <= self._given_up[place]:
                _not_exported(record.id, "it waited behind one that failed")
                continue
            try:
                export_spans(record, exporter)
            except Exception as error:
                self._given_up[place] = self._told
                _not_exported(record.id, error)


def _not_exported(user_run: str, why: object) -> None:
    _LOG.warning("the trace of %s was not exported: %s", user_run, why)


def _is_asked_for() -> bool:
    return os.environ.get(CONTENT, "").strip().lower() in _ASKED


def _otel_missing(error: ImportError) -> HistoryError:
    return HistoryError(
        f"exporting to OpenTelemetry needs the package {error.name}, which is not installed",
        hint='install the extra: pip install "threadlab[otel]"; .trace/trace.jsonl needs nothing',
    )
