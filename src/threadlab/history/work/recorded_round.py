"""Recorded round: the calls of one `requires_action` on their way to their outputs, minding what is on disk.

Each call is a round of its own of whoever has the tool. So some can be answered from what was recorded, and
after a stop those that were started can come to their end while no other begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from threadlab.history.work.call_source import CallSource
from threadlab.history.work.interruption import Paused, Stopped
from threadlab.objects.event import ApprovalNeeded, Event, ToolFinished, ToolStarted
from threadlab.objects.time import Time
from threadlab.objects.tool_call import ToolCall, ToolOutput
from threadlab.objects.tool_round import ToolRound

PATIENCE_WITH_TOOLS = 30.0
"""Real seconds that tools are given to come to their end once the user run is to end."""


@dataclass(slots=True)
class _InHand:
    """A call, the round that answers it once it was begun, and how far it is."""

    call: ToolCall
    round: ToolRound | None = None
    begun: bool = False
    running: bool = False
    waiting: str = ""


class RecordedRound:
    """Calls being answered, as `objects/tool_round.py` promises; `source` says where each result is from."""

    def __init__(self, calls: Sequence[ToolCall], source: CallSource, time: Time) -> None:
        self._hands = {call.id: _InHand(call) for call in calls}
        self._source = source
        self._time = time
        self._outputs: dict[str, ToolOutput] = {}
        self.is_ending = False

    def events(self) -> Iterator[Event]:
        """What is new. Raises Paused when all waits for somebody's answer, Stopped after a stop."""
        try:
            yield from self._news()
        except (Paused, Stopped):
            self.is_ending = True
            raise

    @property
    def outputs(self) -> tuple[ToolOutput, ...] | None:
        """One output for each call, in the calls' order; None while any is missing."""
        if len(self._outputs) < len(self._hands):
            return None
        return tuple(self._outputs[call_id] for call_id in self._hands)

    def changed(self) -> Future[Any]:
        """Completes when any of the calls has news; at once if all are answered."""
        news: Future[Any] = Future()
        news.set_running_or_notify_cancel()
        rounds = [
            hand.round
            for id, hand in self._hands.items()
            if hand.round is not None and id not in self._outputs
        ]
        for one in rounds:
            one.changed().add_done_callback(lambda _: _settle(news))
        if not rounds:
            _settle(news)
        return news

    def abandon(self) -> None:
        """Start nothing more, and forget the rest, unless what was started is to come to its end."""
        if not self.is_ending:
            self._forget()

    def finish_started(self) -> Iterator[Event]:
        """Let the calls that run come to their end, then have the rest answered as never made.

        One that hangs is waited for no longer than `PATIENCE_WITH_TOOLS`: nothing can end a thread.
        """
        ends = monotonic() + PATIENCE_WITH_TOOLS
        for hand in self._hands.values():
            while hand.running and hand.round is not None and hand.call.id not in self._outputs:
                if not wait([hand.round.changed()], max(0.0, ends - monotonic())).done:
                    self._source.left_hanging(hand.call)
                    break
                yield from self._draw(hand)
        self._forget()

    def _news(self) -> Iterator[Event]:
        for hand in self._hands.values():
            if not hand.begun:
                self._source.raise_unless_allowed()
                yield from self._begin(hand)
        for hand in self._hands.values():
            if hand.call.id not in self._outputs:
                yield from self._draw(hand)
        open_ones = [hand for hand in self._hands.values() if hand.call.id not in self._outputs]
        if open_ones and all(hand.waiting for hand in open_ones):
            raise Paused(open_ones[0].waiting)

    def _begin(self, hand: _InHand) -> Iterator[Event]:
        hand.begun = True
        result = self._source.result(hand.call)
        if isinstance(result, ToolOutput):  # it is in this log already
            self._outputs[hand.call.id] = result
        elif isinstance(result, ToolFinished):
            yield from self._finished(result)
        elif (who := self._source.who(hand.call)) is not None:
            hand.round = who.begin([hand.call], self._time)
        else:
            yield from self._ask_for_output(hand)

    def _draw(self, hand: _InHand) -> Iterator[Event]:
        if hand.round is None:
            return
        self._source.take_answer(hand.call)
        drawn = hand.round.events()
        while (event := self._source.next_of(drawn)) is not None:
            if isinstance(event, ApprovalNeeded):
                yield from self._ask_for_approval(hand, event)
            elif isinstance(event, ToolFinished):
                self._source.decided(event.call)
                yield from self._finished(event)
            else:
                self._source.decided(hand.call)
                yield event
                hand.running = isinstance(event, ToolStarted)  # it starts with the next draw, not before

    def _finished(self, event: ToolFinished) -> Iterator[Event]:
        yield event
        self._outputs[event.call.id] = event.output  # only now is it on disk

    def _ask_for_output(self, hand: _InHand) -> Iterator[Event]:
        id, answer = self._source.ask_for_output(hand.call)
        if answer is None:
            hand.waiting = id
            return
        output = ToolOutput(hand.call.id, answer)
        yield from self._finished(
            ToolFinished(at=self._time.now(), call=hand.call, output=output, ok=True, seconds=0.0)
        )

    def _ask_for_approval(self, hand: _InHand, event: ApprovalNeeded) -> Iterator[Event]:
        hand.waiting = self._source.ask_for_approval(event.approval)
        if self._source.is_attended and not event.approval.decision.done():
            hand.waiting = ""
            yield event

    def _forget(self) -> None:
        for hand in self._hands.values():
            if hand.round is not None:
                hand.round.abandon()


def _settle(news: Future[Any]) -> None:
    with suppress(InvalidStateError):  # another call had news at the same time
        news.set_result(None)
