"""Budget: how much a user run may take, and whether it has taken more. Pure; whoever runs it asks.

A budget that is exceeded loses nothing: "extend or stop?" is asked. Where nobody is there to answer, the
user run ends as incomplete between two units of work, for those that are finished can be reused. Within an
agent call, at a tool round, it pauses: its run is held open at the service until the answer comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace

from threadlab.errors import HistoryError
from threadlab.history.reading.prices import Prices
from threadlab.journal.fact import Answered, Began, Interrupted
from threadlab.journal.record import AgentCall, Interrupt, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a user run has taken so far: tokens, money, seconds of the service's clock, agent calls.

    `estimated` and `unpriced` tell how far the figures can be trusted.
    """

    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    calls: int = 0
    estimated: bool = False
    unpriced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that a user run may take; None is no limit. `cost` is in the currency of the prices.

    Raises HistoryError for a limit below zero.
    """

    tokens: int | None = None
    cost: float | None = None
    seconds: float | None = None
    calls: int | None = None

    def __post_init__(self) -> None:
        for name, limit in self.limits():
            if limit < 0:
                raise HistoryError(
                    f"a budget cannot be {limit} {name}",
                    hint="give zero or more, or leave it out for no limit",
                )

    def limits(self) -> Iterator[tuple[str, float]]:
        """Each limit that is set, by its name."""
        told = ((one.name, getattr(self, one.name)) for one in fields(self))
        return ((name, limit) for name, limit in told if limit is not None)

    def exceeded(self, spent: Spent) -> Exceeded | None:
        """The first limit that is reached; None while there is something left of all."""
        return next((one for one in self._held_against(spent) if one.spent >= one.limit), None)

    def overdrawn(self, spent: Spent) -> Exceeded | None:
        """The first limit of which more was taken than there was."""
        return next((one for one in self._held_against(spent) if one.spent > one.limit), None)

    def _held_against(self, spent: Spent) -> Iterator[Exceeded]:
        for name, limit in self.limits():
            taken = getattr(spent, name)
            yield Exceeded(what=name, limit=limit, spent=taken, estimated=spent.estimated)

    def left(self, spent: Spent) -> Budget:
        """What is left of each limit, never below nothing."""
        return Budget(
            tokens=None if self.tokens is None else max(0, self.tokens - spent.tokens),
            cost=None if self.cost is None else max(0.0, self.cost - spent.cost),
            seconds=None if self.seconds is None else max(0.0, self.seconds - spent.seconds),
            calls=None if self.calls is None else max(0, self.calls - spent.calls),
        )

    def extended(self, what: str, spent: float) -> Budget:
        """The same with one limit twice as high as what is spent, and one at least: the answer "extend"."""
        limit = getattr(self, what)
        return self if limit is None else replace(self, **{what: max(limit, 2 * spent, 1)})

    def require_prices(self, prices: Prices, models: Iterable[str]) -> None:
        """Raise HistoryError if money is limited and a model has no price: such a limit would never hold."""
        unpriced = [model for model in dict.fromkeys(models) if model not in prices.models]
        if self.cost is not None and unpriced:
            raise HistoryError(
                f"a budget of {self.cost} in money cannot be kept: {', '.join(unpriced)} has no price",
                hint="write the price into runs/prices.toml, or limit tokens instead",
            )

    def __str__(self) -> str:
        said = ", ".join(f"{limit:g} {name}" for name, limit in self.limits())
        return f"at most {said}" if said else "no limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceeded:
    """Which limit was reached: `spent` of `limit`."""

    what: str
    limit: float
    spent: float
    estimated: bool = False

    @property
    def question(self) -> str:
        """What to ask whoever can answer."""
        return f"{self}: extend it, or stop?"

    def __str__(self) -> str:
        about = "about " if self.estimated and self.what in ("tokens", "cost") else ""
        return f"the budget of {self.limit:g} {self.what} is used up ({about}{self.spent:g})"


def spent(record: Record, prices: Prices, now: float) -> Spent:
    """What a user run has taken so far; `now` is the service's clock. Pure.

    What was reused was not taken. Seconds are those with an agent at work: the time in which a question
    waits, and that after a crash, are not counted, and calls side by side count once.
    """
    made = [call for call in record.calls if not call.reused]
    cost = prices.cost_of(record)
    at_work = [(one.started_at, _end_of(one, now)) for one in made]
    idle = tuple(_idle(record, now))
    both = ((max(begin, a), min(end, b)) for begin, end in at_work for a, b in idle)
    return Spent(
        tokens=record.usage.total_tokens,
        cost=cost.amount,
        seconds=_covered(at_work) - _covered((begin, end) for begin, end in both if begin < end),
        calls=len(made),
        estimated=record.usage.estimated,
        unpriced=cost.unpriced,
    )


def paused_by_budget(record: Record, path: str) -> Interrupt | None:
    """The latest question about the budget that the agent call at that path, as it was last begun, asked."""
    call = record.call(path)
    since = call.started_at if call else 0.0
    asked = (one for one in record.interrupts if one.kind == "budget" and one.detail.get("path") == path)
    return next((one for one in reversed(tuple(asked)) if one.raised_at >= since), None)


def _idle(record: Record, now: float) -> Iterator[tuple[float, float]]:
    """The stretches in which a question waited for its answer, or no process was there."""
    waiting: dict[str, float] = {}
    last = record.created_at
    for entry in record.entries:
        match entry.fact:
            case Interrupted(id=id):
                waiting[id] = entry.at
            case Answered(id=id) if id in waiting:
                yield waiting.pop(id), entry.at
            case Began(resumed=True):
                yield last, entry.at
        last = entry.at
    yield from ((since, now) for since in waiting.values())


def _end_of(call: AgentCall, now: float) -> float:
    return now if call.status == "in_progress" else call.started_at + call.seconds


def _covered(stretches: Iterable[tuple[float, float]]) -> float:
    """How much time these stretches cover together."""
    total, reached = 0.0, float("-inf")
    for begin, end in sorted(stretches):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total
