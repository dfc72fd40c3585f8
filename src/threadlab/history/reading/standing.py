"""Standing: how a user run stands, in words; pure. An answer is never shown for more than it is."""

from __future__ import annotations

from threadlab.journal.record import Record


def partial_answer(record: Record) -> str:
    """What there is of the answer to its last command; an answer to an earlier command is not it."""
    if not record.calls:
        return ""
    last = str(len(record.received.commands))
    if record.received.body == "turn" and not any(call.path == last for call in record.calls):
        return ""  # its last command was never begun
    answered = record.call(last) if record.received.body == "turn" else record.calls[-1]
    return answered.output if answered else ""


def stands(record: Record) -> str:
    """The status and why, on the first line; then what was answered nevertheless, with its unit."""
    lines = [f"{record.status}: {_why(record)}".removesuffix(": ")]
    answered = [call for call in record.calls if call.output and call.status != "abandoned"]
    lines += [f"{call.agent} at {call.path} had answered: {call.output}" for call in answered]
    return "\n".join(lines)


def _why(record: Record) -> str:
    """The error, the reason, or the question that waits; empty where there is nothing to say."""
    if record.error is not None:
        return f"{record.error.code}: {record.error.message}"
    if record.ended_at is not None:
        return record.reason
    return next((one.question for one in record.interrupts if one.answer is None), "")
