"""Readable spans: the spans of a user run as OpenTelemetry's SDK has them, ready for any of its exporters.

Needs the extra "otel". No tracer and no provider is made, let alone a global one: a span is only data here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from threadlab.journal.record import Record
from threadlab.journal.redaction import Redaction
from threadlab.journal.trace import ROOT, Span, span_id, spans, trace_id

SCHEMA = "https://opentelemetry.io/schemas/gen-ai/1.42.0"
"""The version of the conventions that names and attributes follow."""

_UNNAMED = "unknown_service"
_CLIENT = frozenset({"invoke_agent", "chat"})
_SPENT = ("gen_ai.usage.", "threadlab.usage.")


def readable_spans(record: Record, *, content: bool = False) -> tuple[ReadableSpan, ...]:
    """The trace of a user run that is over, the user run itself first; the same record gives the same spans.

    Where no end was seen (a call was cut off), a span ends with the last span in it, and has the attribute
    `threadlab.end` "unknown". What was reused is linked to the span where it was done, and tells no tokens:
    they were not spent again. Texts are without secrets.
    """
    trace = spans(record, content=content)
    maker = _Maker(_resource(), Redaction(), _ends(trace))
    return tuple(maker.readable(span, record) for span in trace)


class _Maker:
    """What all spans of a trace share."""

    def __init__(self, resource: Resource, redaction: Redaction, ends: Mapping[str, float]) -> None:
        self.resource = resource
        self.redaction = redaction
        self.ends = ends
        self.scope = InstrumentationScope("threadlab", version("threadlab"), SCHEMA)

    def readable(self, span: Span, record: Record) -> ReadableSpan:
        told = dict(span.attributes)
        if span.reused:
            told = {name: value for name, value in told.items() if not name.startswith(_SPENT)}
        if span.end is None:
            told["threadlab.end"] = "unknown"
        return ReadableSpan(
            name=self.redaction.text(span.name),
            context=_context(span.trace_id, span.span_id),
            parent=_context(span.trace_id, span.parent_id) if span.parent_id else None,
            resource=self.resource,
            attributes={name: self._plain(value) for name, value in told.items()},
            links=_links(span, record),
            kind=SpanKind.CLIENT if span.operation in _CLIENT else SpanKind.INTERNAL,
            status=self._status(span),
            start_time=_nanoseconds(span.start),
            end_time=_nanoseconds(self.ends[span.span_id]),
            instrumentation_scope=self.scope,
        )

    def _status(self, span: Span) -> Status:
        """Success stays unset, as the conventions have it."""
        if span.status != "error":
            return Status(StatusCode.UNSET)
        return Status(StatusCode.ERROR, self.redaction.text(span.problem) or None)

    def _plain(self, value: Any) -> Any:
        return self.redaction.text(value) if isinstance(value, str) else value


def _ends(trace: Sequence[Span]) -> Mapping[str, float]:
    """The end of each span: its own, else that of the last span in it, else its start."""
    inside: dict[str | None, list[Span]] = defaultdict(list)
    for span in trace:
        inside[span.parent_id].append(span)

    def end(span: Span) -> float:
        if span.end is not None:
            return max(span.start, span.end)
        return max([span.start, *map(end, inside[span.span_id])])

    return {span.span_id: end(span) for span in trace}


def _links(span: Span, record: Record) -> tuple[Link, ...]:
    """To where it was done, if it was reused; of a user run that makes another again, to that one."""
    if span.reused:
        return (_link(span.reused, span.path, "reused"),)
    if span.path == ROOT and record.received.base:
        return (_link(record.received.base, ROOT, record.received.verb),)
    return ()


def _link(user_run: str, path: str, why: str) -> Link:
    return Link(_context(trace_id(user_run), span_id(user_run, path)), {"threadlab.link": why})


def _context(trace: str, span: str) -> SpanContext:
    return SpanContext(
        int(trace, 16), int(span, 16), is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED)
    )


def _resource() -> Resource:
    """The process as OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES name it; else its name is threadlab."""
    resource = Resource.create()
    if str(resource.attributes.get(SERVICE_NAME, _UNNAMED)).startswith(_UNNAMED):
        return resource.merge(Resource({SERVICE_NAME: "threadlab"}))
    return resource


def _nanoseconds(at: float) -> int:
    """Exact to the microsecond, which is what a clock's float still tells."""
    return round(at * 1e6) * 1000
