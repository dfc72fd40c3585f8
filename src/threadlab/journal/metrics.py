"""Metrics: what a user run took and cost, as plain measurements. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from threadlab.journal.record import Record
from threadlab.journal.trace import OPERATIONS, ROOT, Span, span_id

DURATION = "gen_ai.client.operation.duration"
TOKENS = "gen_ai.client.token.usage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A figure with its unit ("s", "{token}", "{call}"), of one span, at Unix seconds."""

    name: str
    value: float
    unit: str
    at: float
    span_id: str
    attributes: dict[str, Any] = field(default_factory=dict)


def measurements(record: Record, spans: tuple[Span, ...]) -> Iterator[Measurement]:
    """The duration of each span that ended, the tokens of each agent call, and counts of the whole.

    What was only taken over took no time and no tokens, so it is not measured again.
    """
    for span in spans:
        if span.reused:
            continue
        kind = "gen_ai.operation.name" if span.operation in OPERATIONS else "threadlab.kind"
        about = {kind: span.operation, "name": span.name}
        if span.seconds is not None and span.end is not None:
            yield Measurement(
                name=DURATION,
                value=round(span.seconds, 6),
                unit="s",
                at=span.end,
                span_id=span.span_id,
                attributes=about,
            )
        if span.operation == "invoke_agent":
            for side in ("input", "output"):
                yield Measurement(
                    name=TOKENS,
                    value=span.attributes[f"gen_ai.usage.{side}_tokens"],
                    unit="{token}",
                    at=span.end or span.start,
                    span_id=span.span_id,
                    attributes={**about, "gen_ai.token.type": side},
                )
    yield from _of_summaries(record)
    yield from _counts(record)


def _of_summaries(record: Record) -> Iterator[Measurement]:
    """What the summaries took that an agent wrote for the context: tokens of the whole, of no agent call."""
    for summary in record.summaries:
        usage = summary.usage
        for side, tokens in (("input", usage.prompt_tokens), ("output", usage.completion_tokens)):
            yield Measurement(
                name=TOKENS,
                value=tokens,
                unit="{token}",
                at=record.entries[-1].at,
                span_id=span_id(record.id, ROOT),
                attributes={"name": f"summary of {summary.user_run}", "gen_ai.token.type": side},
            )


def _counts(record: Record) -> Iterator[Measurement]:
    at = record.entries[-1].at
    live = [call for call in record.calls if not call.reused]
    counts = {
        "agent_calls": len(live),
        "agent_calls.reused": len(record.calls) - len(live),
        "tool_calls": sum(not use.reused for use in record.tools),
        "tool_calls.failed": sum(use.ok is False for use in record.tools),
        "run_steps": sum(len(call.steps) for call in live),
        "interrupts": len(record.interrupts),
        "tokens": record.usage.total_tokens,
    }
    for name, value in counts.items():
        unit = "{token}" if name == "tokens" else "{call}"
        root = span_id(record.id, ROOT)
        yield Measurement(name=f"threadlab.user_run.{name}", value=value, unit=unit, at=at, span_id=root)
