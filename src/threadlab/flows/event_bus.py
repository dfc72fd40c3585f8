"""Event bus: what happens in a flow is told to whoever listens, and a node that lacks an input asks.

    bus.subscribe(print)                                    every event
    bus.subscribe(on_end, to=NodeEnded)                     one kind
    bus.register_node_input_handler(ask_the_user)           may fill what a node lacks, and mark it handled

Handlers are plain or async functions; an async one is run to its end before the next. They are code of this
process, not facts: the journal records what was answered, never who listened.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from threadlab.flows.awaited import awaited

Handler = Callable[[Any], Any]


@dataclass(kw_only=True)
class FlowEvent:
    """Something happened at the component with this dot path."""

    path: str

    @property
    def node_id(self) -> str:
        """The component's own id: the last part of its path."""
        return self.path.rpartition(".")[2]


@dataclass(kw_only=True)
class NodeStarted(FlowEvent):
    """A node begins, with these inputs."""

    inputs: Mapping[str, Any]


@dataclass(kw_only=True)
class NodeEnded(FlowEvent):
    """A node is done, with this result."""

    result: Any


@dataclass(kw_only=True)
class NodeFailed(FlowEvent):
    """A node failed."""

    error: BaseException


@dataclass(kw_only=True)
class NodeInputRequired(FlowEvent):
    """A node lacks the inputs `missing`; `inputs` are those that it has.

    A handler sets `input` (a mapping, or an object with such attributes) and marks it `handled`.
    """

    missing: tuple[str, ...]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    input: Any = None
    handled: bool = False


E = TypeVar("E", bound=FlowEvent)


@dataclass(frozen=True, eq=False)
class Subscription:
    """One handler's place on the bus; `cancel()` ends it."""

    handler: Handler
    to: type[FlowEvent]
    _on: list[Subscription] = field(repr=False)

    def cancel(self) -> None:
        """Hear nothing more. Twice is fine."""
        if self in self._on:
            self._on.remove(self)


class EventBus:
    """Tells events to handlers, in the order in which they came."""

    def __init__(self) -> None:
        self._asked: list[Subscription] = []
        self._told: list[Subscription] = []

    def subscribe(self, handler: Handler, *, to: type[FlowEvent] = FlowEvent) -> Subscription:
        """Have `handler(event)` called with each event of that kind; without one, of every kind.

        A handler with several subscriptions that fit is called once for each event.
        """
        return _added(Subscription(handler, to, self._told))

    def register_node_input_handler(self, handler: Handler) -> Subscription:
        """Have `handler(event)` asked when a node lacks an input: see NodeInputRequired.

        Handlers are asked in the order of their registration, until one has marked the event as handled.
        """
        return _added(Subscription(handler, NodeInputRequired, self._asked))

    def publish(self, event: E) -> E:
        """Ask the input handlers if it is a question, then tell all who subscribed. Returns the event.

        A handler that fails does not keep the others from hearing it: when all have, its error is raised in
        an ExceptionGroup. Errors that end a program (KeyboardInterrupt) are raised at once.
        """
        errors: list[Exception] = []
        if isinstance(event, NodeInputRequired):
            for asked in _each_once(self._asked, event):
                if not event.handled:
                    errors.extend(_heard(asked, event))
        for told in _each_once(self._told, event):
            errors.extend(_heard(told, event))
        if errors:
            raise ExceptionGroup(f"handlers of {type(event).__name__} at {event.path} failed", errors)
        return event


def _added(subscription: Subscription) -> Subscription:
    subscription._on.append(subscription)
    return subscription


def _each_once(subscriptions: list[Subscription], event: FlowEvent) -> list[Handler]:
    """The handlers that hear the event; a copy, for a handler may subscribe or cancel."""
    fitting: list[Handler] = []
    for subscription in subscriptions:
        if isinstance(event, subscription.to) and subscription.handler not in fitting:
            fitting.append(subscription.handler)
    return fitting


def _heard(handler: Handler, event: FlowEvent) -> list[Exception]:
    """Call the handler; its error, if it failed."""
    try:
        said = handler(event)
        if inspect.isawaitable(said):
            awaited(said)
    except Exception as error:  # a handler is anybody's code
        return [error]
    except SystemExit as error:  # it ends no program: it is a handler's failure
        return [RuntimeError(f"it ended with sys.exit({error.code!r})")]
    return []
