"""Evidence: everything about a run that can be read, gathered once, for rules that only look at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from threadlab.errors import NotFound, ServiceError
from threadlab.objects.message import Message
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.truth import StruckFault, Truth
from threadlab.objects.wire_entry import WireEntry

T = TypeVar("T")


@runtime_checkable
class KnowsTruth(Protocol):
    """A service behind which somebody can look into the backend."""

    def truth(self, run: Run) -> Truth | None:
        """What really happened in the run; None where nobody here can know."""
        ...


@runtime_checkable
class HasAgents(Protocol):
    """A service that can be asked for an agent."""

    def get_agent(self, agent_id: str) -> object:
        """The agent of that id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A run as it was `seen` by the caller and as it is `now`, and what belongs to it.

    `requests` are this client's, made before the diagnosis. `truth` is None where there is no workbench.
    `looked_at` are the messages that the caller looked at, None if the question is another.
    """

    seen: Run
    now: Run
    at: float
    steps: tuple[RunStep, ...] = ()
    messages: tuple[Message, ...] = ()
    requests: tuple[WireEntry, ...] = ()
    truth: Truth | None = None
    agent_is_gone: bool = False
    looked_at: tuple[Message, ...] | None = None
    unread: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[StruckFault, ...]:
        """The faults that are known to have struck."""
        return self.truth.faults if self.truth else ()

    def struck(self, *kinds: str) -> StruckFault | None:
        """The latest fault of those kinds that struck."""
        return next((fault for fault in reversed(self.faults) if fault.kind in kinds), None)

    def sent(self, ending: str) -> list[WireEntry]:
        """This client's POST requests about the run whose path ends so."""
        return [
            entry
            for entry in self.requests
            if entry.method == "POST" and entry.path.partition("?")[0].endswith(ending)
        ]


def gather(run: Run, looked_at: Sequence[Message] | None = None) -> Evidence:
    """Read what there is. A reading that fails is left out, and named in `unread`."""
    service, unread = run.service, []

    def tried(what: str, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except ServiceError:
            unread.append(what)
            return otherwise

    requests = service.requests(run)
    now = tried("the run", run.read, run)
    truth = tried("the backend's log", lambda: _truth(run), None)
    return Evidence(
        seen=run,
        now=now,
        at=truth.now if truth else service.time.now(),
        steps=tried("its steps", now.steps, ()),
        messages=tried("its messages", now.messages, ()),
        requests=requests,
        truth=truth,
        agent_is_gone=tried("its agent", lambda: _agent_is_gone(run), False),
        looked_at=None if looked_at is None else tuple(looked_at),
        unread=tuple(unread),
    )


def _truth(run: Run) -> Truth | None:
    return run.service.truth(run) if isinstance(run.service, KnowsTruth) else None


def _agent_is_gone(run: Run) -> bool:
    if not isinstance(run.service, HasAgents):
        return False
    try:
        run.service.get_agent(run.agent_id)
    except NotFound:
        return True
    return False
