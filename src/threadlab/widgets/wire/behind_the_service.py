"""Behind the service: what engine, model and server tools said, read off the local backend's own log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from threadlab.following.terminal_text import approvals_text, counted
from threadlab.objects.truth import ModelCall, Truth
from threadlab.widgets.drawing.short_forms import first_line
from threadlab.widgets.drawing.status_look import look_of
from threadlab.widgets.wire.participants import ENGINE, MODEL, SERVER_TOOLS, SERVICE, YOU, Signal

LONGEST = 60
ENDS_AN_ANSWER = ("run.status", "tool.outputs")
"""Entries that come only once the model's answer was revealed whole, be it at the same instant."""


def behind(truth: Truth, *, streamed: bool = False) -> list[tuple[str, Signal]]:
    """Every signal with the kind of log entry that it came from, in the order of the log.

    What a model answered is told when the last of it was revealed. Where the run is `streamed`, your code
    hears of statuses and of pieces of text as they come.
    """
    told: list[tuple[str, Signal]] = []
    calls = {call.call: call for call in truth.model_calls}
    revealed = _revealed(truth)
    answers: list[tuple[float, Signal]] = []
    asked, status = 0, "queued"
    for entry in truth.log:
        kind, at, data = str(entry["kind"]), float(entry["at"]), entry["data"]
        while answers and (answers[0][0] < at or kind in ENDS_AN_ANSWER):
            told.append(("model.answered", answers.pop(0)[1]))
        if kind == "model.asked":
            asked = int(data["call"])
        if kind == "model.answered" and asked in calls:
            until = revealed.get(asked, at)
            answers.append((until, _answered(calls[asked], max(at, until))))
            continue
        if kind == "run.status":
            kind, status = ("cancelling" if data["status"] == "cancelling" else kind), str(data["status"])
        if kind == "tool.outputs" and status == "in_progress":
            kind = "hosted.outputs"
        told += [(kind, signal) for signal in _signals(kind, at, data, calls, status, streamed)]
    return [*told, *(("model.answered", signal) for _, signal in answers)]


def _revealed(truth: Truth) -> dict[int, float]:
    """For each consultation, the instant at which the last piece of its answer was revealed."""
    call, until = 0, {}
    for entry in truth.log:
        if entry["kind"] == "model.asked":
            call = int(entry["data"]["call"])
        if entry["kind"] == "step.delta":
            until[call] = float(entry["at"])
    return until


def _signals(
    kind: str, at: float, data: Mapping[str, Any], calls: Mapping[int, ModelCall], status: str, streamed: bool
) -> Iterator[Signal]:
    match kind:
        case "run.created":
            yield Signal(at=at, sender=SERVICE, receiver=ENGINE, words="a new run")
            yield _status(at, "queued")
        case "run.status" | "cancelling":
            yield _status(at, status)
        case "model.asked" if int(data["call"]) in calls:
            yield _asked(calls[int(data["call"])], at)
        case "hosted.outputs":
            for call_id, output in data["outputs"].items():
                words = _named_call(calls, call_id)
                back = first_line(str(output), 40)
                yield Signal(at=at, sender=ENGINE, receiver=SERVER_TOOLS, words=words, back=back)
        case "tool.outputs":
            words = counted(len(data["outputs"]), "tool output")
            yield Signal(at=at, sender=SERVICE, receiver=ENGINE, words=words)
        case "tool.approvals":
            said = approvals_text(bool(one["approve"]) for one in data["approvals"].values())
            yield Signal(at=at, sender=SERVICE, receiver=ENGINE, words=f"tool approvals: {said}")
        case "fault.struck":
            yield Signal(at=at, sender=ENGINE, receiver=ENGINE, words=f"fault: {data['effect']}", bad=True)
    if streamed and kind == "step.delta":
        text = "".join(str(piece.get("text", piece.get("arguments", ""))) for piece in data["pieces"])
        words = f"delta “{first_line(text, 30)}”"
        yield Signal(at=at, sender=SERVICE, receiver=YOU, words=words, answers=True)
    if streamed and kind in ("run.status", "cancelling"):
        yield Signal(at=at, sender=SERVICE, receiver=YOU, words=f"event: {status}", answers=True)


def _status(at: float, status: str) -> Signal:
    look = look_of(status)
    return Signal(at=at, sender=ENGINE, receiver=ENGINE, words=look.word, look=look)


def _asked(call: ModelCall, at: float) -> Signal:
    """What the model was given, counted."""
    parts = [counted(len(call.request.get("messages", ())), "message")]
    rounds = len(call.request.get("rounds", ()))
    tools = len(call.request.get("tools", ()))
    parts += [counted(rounds, "tool round")] if rounds else []
    parts += [counted(tools, "tool")] if tools else []
    return Signal(at=at, sender=ENGINE, receiver=MODEL, words=", ".join(parts))


def _answered(call: ModelCall, at: float) -> Signal:
    answer = call.answer
    if answer.get("error"):
        words, bad = f"error: {first_line(str(answer['error']), LONGEST)}", True
    elif answer.get("calls"):
        names = [f"{one['name']}({first_line(str(one['arguments']), LONGEST)})" for one in answer["calls"]]
        words, bad = f"call {', '.join(names)}", False
    else:
        words, bad = f"“{first_line(str(answer.get('text', '')), LONGEST)}”", False
    return Signal(at=at, sender=MODEL, receiver=ENGINE, words=words, answers=True, bad=bad)


def _named_call(calls: Mapping[int, ModelCall], call_id: str) -> str:
    for call in calls.values():
        for one in call.answer.get("calls", ()):
            if one["id"] == call_id:
                return f"{one['name']}({first_line(str(one['arguments']), LONGEST)})"
    return call_id
