"""Run card: what happened in a run, as one card.

`card_of` words a `RunView`; `render_html` and `render_text` show the same `Card`, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from threadlab.following.run_view import CallView, RunView
from threadlab.following.terminal_text import counted
from threadlab.objects.image import Image
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.usage import Usage
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import clipped, pretty_text, seconds
from threadlab.widgets.drawing.status_look import StatusLook, Stop, look_of, road
from threadlab.widgets.runs.endings import Ending, ending_of
from threadlab.widgets.runs.hosted_lines import HostedLines, Picture, hosted_lines_of, pictures
from threadlab.widgets.runs.request_lines import RequestLine, request_lines
from threadlab.widgets.runs.status_graph import StatusGraph, status_graph

STEP_WORDS: Mapping[str, str] = {
    "message_creation": "Message",
    "tool_calls": "Tool calls",
    "activities": "Servers asked",
}
MOODS: Mapping[str, str] = {
    "arriving": "live",
    "requested": "quiet",
    "needs approval": "ask",
    "running": "live",
    "finished": "good",
    "submitted": "good",
    "abandoned": "bad",
    "undecided": "bad",
    "at the service": "live",
    "answered by the service": "good",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """A tool call in words. `mood` is good, bad, ask, live or quiet: how its state is to be taken.

    `decision` is what a person decided; `asked` what the model had asked for, where that was changed.
    `hosted` is what a search found or code did, and stands in place of arguments and output; None otherwise.
    """

    id: str
    name: str
    arguments: str
    output: str | None
    state: str
    mood: str
    seconds: str
    decision: str
    asked: str
    hosted: HostedLines | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A run step in words, with its calls or the id of its message."""

    id: str
    title: str
    look: StatusLook
    seconds: str
    message_id: str | None
    calls: tuple[CallLine, ...]
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything on the card, worded. Empty texts and tuples are things that did not happen."""

    run: Run
    look: StatusLook
    road: tuple[Stop, ...]
    graph: StatusGraph
    meter: tuple[str, ...]
    steps: tuple[StepLine, ...]
    waiting_calls: tuple[CallLine, ...]
    notes: tuple[str, ...]
    retries: tuple[str, ...]
    ending: Ending | None
    answers: tuple[str, ...]
    pictures: tuple[Picture, ...]
    writing: tuple[str, ...]
    requests: tuple[RequestLine, ...]


def card_of(view: RunView) -> Card:
    """The card for this view of a run."""
    in_steps = {call.id for step in view.steps for call in step.tool_calls}
    calls = {card.call.id: card for card in view.calls}
    return Card(
        run=view.run,
        look=look_of(view.run.status),
        road=road(view),
        graph=status_graph(view),
        meter=tuple(_meter(view)),
        steps=tuple(_step(step, calls, view.images) for step in view.steps),
        waiting_calls=tuple(_call(card) for card in view.calls if card.call.id not in in_steps),
        notes=tuple(map(str, view.notes)),
        retries=tuple(
            f"{retry.problem}; asked again after {seconds(retry.seconds)}" for retry in view.retries
        ),
        ending=ending_of(view),
        answers=tuple(message.text for message in view.messages if message.text),
        pictures=pictures(tuple(_shown_in_messages(view)), view.images),
        writing=tuple(one.text for one in view.writing),
        requests=request_lines(view.requests),
    )


def render_html(view: RunView) -> str:
    """The finished card as HTML that needs nothing else: style included, no script, no link."""
    return styled(html("run_card.html", card=card_of(view)))


def tokens(usage: Usage) -> str:
    """Tokens in, out and together, and whether they were counted without the model's vocabulary."""
    estimated = ", estimated" if usage.estimated else ""
    return f"{usage.total_tokens} tokens ({usage.prompt_tokens} in, {usage.completion_tokens} out{estimated})"


def _meter(view: RunView) -> Sequence[str]:
    run = view.run
    ended_at = run.completed_at or run.failed_at or run.cancelled_at
    parts = []
    if view.polls:
        parts += [seconds(view.elapsed), counted(view.polls, "poll")]
    elif view.pieces:
        parts.append(seconds(view.elapsed))
    elif ended_at and run.created_at:
        parts.append(seconds(ended_at - run.created_at))
    if view.pieces:
        parts.append(f"streamed in {counted(view.pieces, 'piece')}")
    if run.usage:
        parts.append(tokens(run.usage))
    return parts


def _shown_in_messages(view: RunView) -> Iterator[str]:
    """The images of messages, but for those that stand under the code that drew them."""
    drawn = {image for card in view.calls if card.call.code for image in card.call.code.images}
    return (image for message in view.messages for image in message.images if image not in drawn)


def _step(step: RunStep, calls: dict[str, CallView], images: Sequence[Image]) -> StepLine:
    ended_at = step.completed_at or step.failed_at or step.cancelled_at or step.expired_at
    took = seconds(ended_at - step.created_at) if ended_at and step.created_at else ""
    return StepLine(
        id=step.id,
        title=_title(step),
        look=look_of(step.status),
        seconds=took,
        message_id=step.message_id,
        calls=tuple(_call(calls.get(call.id, CallView(call=call)), images) for call in step.tool_calls),
        trouble=f"{step.error.code}: {step.error.message}" if step.error else "",
    )


def _title(step: RunStep) -> str:
    if step.listed:
        return f"Tools of {', '.join(step.listed)} · {sum(map(len, step.listed.values()))}"
    title = STEP_WORDS.get(step.type, step.type)
    return f"{title} · {len(step.tool_calls)}" if step.tool_calls else title


def _call(card: CallView, images: Sequence[Image] = ()) -> CallLine:
    call = card.call
    output = call.output if card.output is None else card.output
    return CallLine(
        id=call.id,
        name=call.title,
        arguments=clipped(pretty_text(call.arguments)),
        output=None if output is None else clipped(pretty_text(output)),
        state=_state(card),
        mood="bad" if card.ok is False else MOODS[card.state],
        seconds="" if card.seconds is None else seconds(card.seconds),
        decision=_decision(card),
        asked="" if card.asked is None else clipped(pretty_text(card.asked)),
        hosted=hosted_lines_of(call, images),
    )


def _decision(card: CallView) -> str:
    """What a person decided about the call; empty where nobody was asked."""
    if card.state == "undecided":
        return "nobody decided before the run was over"
    if card.decision is None:
        return ""
    if not card.decision.approved:
        return f"denied by a person: {card.decision.reason}"
    return "approved by a person" if card.asked is None else "approved by a person, with other arguments"


def _state(card: CallView) -> str:
    if card.decision is not None and not card.decision.approved:
        return "denied"
    return "failure sent as output" if card.ok is False else card.state
