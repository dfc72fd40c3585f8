"""Estimated: the tokens of agent calls whose service told none: they failed, were stopped or still go on.

Counted by characters from what is recorded, and always flagged as estimated. Without it, what was spent on
a call that came to nothing would be lost, and a budget would only notice once it is too late.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from threadlab.history.contexts.context import estimated_tokens, said_by, tokens_of_text
from threadlab.journal.record import AgentCall, Record
from threadlab.objects.usage import Usage


def usage_of(record: Record, call: AgentCall) -> Usage:
    """What a call took as the service told it, else about what it took; nothing if no run was made of it."""
    if call.usage.total_tokens or call.run is None:
        return call.usage
    agent = record.config.agents.get(call.agent)
    before = takewhile(lambda other: other.path != call.path, record.calls)
    given = tokens_of_text(agent.instructions or "") if agent else 0
    given += sum(part.tokens for part in call.context) + tokens_of_text(call.prompt)
    given += sum(estimated_tokens(tuple(said_by(one))) for one in before if one.status == "completed")
    wrote = sum(tokens_of_text(one.text) for one in call.messages)
    wrote += sum(tokens_of_text(one.arguments) for one in call.tools)
    return Usage(given, wrote, estimated=True)


def with_estimates(record: Record) -> Record:
    """The record with an estimate where a call that goes on has no count yet."""
    calls = tuple(
        replace(call, usage=usage_of(record, call)) if call.status == "in_progress" else call
        for call in record.calls
    )
    return replace(record, calls=calls)
