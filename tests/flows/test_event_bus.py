"""The event bus: everybody hears, once, and a question is answered once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from threadlab.flows.event_bus import EventBus, FlowEvent, NodeEnded, NodeInputRequired, NodeStarted


def _lacking() -> NodeInputRequired:
    return NodeInputRequired(path="agent.flow.node", missing=("topic",))


def test_a_subscriber_hears_its_kind_and_a_wildcard_hears_all() -> None:
    """D31: in the order in which they subscribed, until they cancel."""
    bus, heard = EventBus(), list[tuple[str, FlowEvent]]()
    everything = bus.subscribe(lambda event: heard.append(("all", event)))
    bus.subscribe(lambda event: heard.append(("ended", event)), to=NodeEnded)
    started = bus.publish(NodeStarted(path="agent.flow.node", inputs={}))
    ended = bus.publish(NodeEnded(path="agent.flow.node", result=1))
    everything.cancel()
    everything.cancel()
    bus.publish(started)
    assert heard == [("all", started), ("all", ended), ("ended", ended)]
    assert ended.node_id == "node"


def test_wildcard_handlers_never_multiply() -> None:
    """Four publishes are four calls, however often a handler was subscribed."""
    bus, heard = EventBus(), list[FlowEvent]()
    for _ in range(3):
        bus.subscribe(heard.append)
        bus.subscribe(heard.append, to=NodeStarted)
    counts = []
    for _ in range(4):
        bus.publish(NodeStarted(path="a", inputs={}))
        counts.append(len(heard))
    assert counts == [1, 2, 3, 4]


def test_a_failing_handler_is_loud_and_does_not_stop_the_rest() -> None:
    """Both errors are raised together, after everybody has heard."""
    bus, heard = EventBus(), list[FlowEvent]()

    def fails(event: FlowEvent) -> None:
        raise ValueError("first")

    async def fails_later(event: FlowEvent) -> None:
        raise LookupError("second")

    for handler in (fails, heard.append, fails_later):
        bus.subscribe(handler)
    with pytest.raises(ExceptionGroup, match="NodeStarted at agent") as caught:
        bus.publish(NodeStarted(path="agent", inputs={}))
    assert [type(error) for error in caught.value.exceptions] == [ValueError, LookupError]
    assert len(heard) == 1


async def test_async_and_plain_handlers_are_asked_until_one_has_answered() -> None:
    """D32, D33: also in a thread whose event loop is running, as in a notebook."""
    bus, asked = EventBus(), list[str]()

    async def looks_away(event: NodeInputRequired) -> None:
        await asyncio.sleep(0)
        asked.append("first")

    async def fills(event: NodeInputRequired) -> None:
        asked.append("second")
        event.input, event.handled = {"topic": "tides"}, True

    def too_late(event: NodeInputRequired) -> None:
        asked.append("third")

    observed: list[Any] = []
    for handler in (looks_away, fills, too_late):
        bus.register_node_input_handler(handler)
    bus.subscribe(lambda event: observed.append(event.input), to=NodeInputRequired)
    event = bus.publish(_lacking())
    assert (event.handled, event.input, asked) == (True, {"topic": "tides"}, ["first", "second"])
    assert observed == [{"topic": "tides"}]


def test_a_question_that_nobody_answers_stays_open() -> None:
    """Whoever asked sees it at `handled`."""
    assert not EventBus().publish(_lacking()).handled
