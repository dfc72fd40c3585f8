"""Explain: where the time and the tokens of a run went.

The run's time is cut into parts, one for each step and one for each wait before, between and after them. The
parts lie end to end, so their seconds add up to the run's; nothing is counted twice, however many calls a
step makes at once. A service tells whole seconds. The local backend's log has them exactly:
`explain(run, truth=lab.workbench.truth(run))`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Protocol, runtime_checkable

from threadlab.errors import RunError
from threadlab.following.run_view import CallView, RunView
from threadlab.following.terminal_text import foreign_text, usage_text
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.usage import Usage
from threadlab.workbench.port import Truth

Prices = Mapping[str, tuple[float, float]]
"""By model name: the price of a million prompt tokens and of a million completion tokens."""

MILLION = 1_000_000
CAUSES: Mapping[str, str] = {
    "queued": "the queue",
    "in_progress": "the model",
    "requires_action": "your tools",
    "cancelling": "the cancel",
}
AT_THE_SERVICE = "the service's tools"
"""The cause of a step whose calls the service answers itself."""
APPROVAL = "the approval"
"""What such a step waits for where the service asks before it calls; only `truth` tells this time apart."""

HOSTED_CAUSES: Mapping[str, str] = {"in_progress": AT_THE_SERVICE, "requires_action": APPROVAL}


@runtime_checkable
class Followed(Protocol):
    """A run that knows how it was followed: what `watch` returns."""

    @property
    def view(self) -> RunView:
        """What following it saw."""
        ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of time with one cause, in words. Unix seconds."""

    cause: str
    began: float
    ended: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.ended - self.began


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A step of the run, or a wait (`step` is None), with the stretches that fill its time.

    `calls` are the step's tool calls; their seconds are known where somebody watched the tools at work.
    `cost` is None without a price or without a count of tokens; `share` is the part of the run's time.
    """

    name: str
    began: float
    ended: float
    share: float
    step: RunStep | None = None
    stretches: tuple[Stretch, ...] = ()
    calls: tuple[CallView, ...] = ()
    cost: float | None = None

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.ended - self.began

    @property
    def usage(self) -> Usage | None:
        """The tokens of its step; None for a wait, and where the service did not say."""
        return self.step.usage if self.step else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A run in parts, oldest first. `exact` says that times are not rounded to whole seconds.

    `price` is that of the run's model, None when none was given; costs are in the currency of the prices.
    """

    run: Run
    parts: tuple[Part, ...]
    price: tuple[float, float] | None = None
    exact: bool = False

    @property
    def seconds(self) -> float:
        """From the run's creation to its end."""
        return sum(part.seconds for part in self.parts)

    @property
    def usage(self) -> Usage:
        """The run's tokens: the service's own sum, or else that of the steps."""
        return self.run.usage or reduce(add, (part.usage for part in self.parts if part.usage), Usage())

    @property
    def cost(self) -> float | None:
        """What the run's tokens cost; None without a price."""
        return cost_of(self.usage, self.price)

    @property
    def by_cause(self) -> Mapping[str, float]:
        """Seconds for each cause, most first."""
        sums: dict[str, float] = {}
        for stretch in (stretch for part in self.parts for stretch in part.stretches):
            sums[stretch.cause] = sums.get(stretch.cause, 0) + stretch.seconds
        return dict(sorted(sums.items(), key=lambda cause: -cause[1]))

    @property
    def critical_path(self) -> tuple[tuple[str, float], ...]:
        """What the run's end had to wait for, in order, with seconds: of calls made at once, the slowest."""
        return tuple(
            (f"{stretch.cause}: {slowest.call.name}", stretch.seconds)
            if stretch.cause == CAUSES["requires_action"] and (slowest := slowest_call(part)) is not None
            else (stretch.cause, stretch.seconds)
            for part in self.parts
            for stretch in part.stretches
        )

    def __str__(self) -> str:
        """The parts, one on a line, each with what its time went to. A notebook shows a picture instead."""
        head = f"run {self.run.id} {self.run.status}: {self._words(self.seconds)}, {usage_text(self.usage)}"
        return foreign_text("\n".join([head, *map(self._line, self.parts)])).plain

    def _line(self, part: Part) -> str:
        causes = ", ".join(f"{one.cause} {self._words(one.seconds)}" for one in part.stretches)
        calls = ", ".join(card.call.title for card in part.calls)
        about = f"{calls}: {causes}" if calls else causes
        return f"  {part.name:<17} {self._words(part.seconds):>8}  {about}".rstrip()

    def _words(self, seconds: float) -> str:
        return f"{seconds:.2f} s" if self.exact else f"{seconds:.0f} s"


def explain(run: Run, *, prices: Prices | None = None, truth: Truth | None = None) -> Explanation:
    """Where the run's time and tokens went, so far if it is not over. Reads its steps: one request.

    `prices` gives for each model name the price of a million tokens in and of a million out. `truth` is what
    a workbench knows of this run: times to the millisecond. A run that `watch` returned also tells how long
    each tool took. Raises RunError for the truth of another run,
    and what the service raises.
    """
    calls = run.view.calls if isinstance(run, Followed) else ()
    if truth is not None and truth.run_id != run.id:
        raise RunError(
            f"run {run.id} was to be explained by what happened in {truth.run_id}",
            hint="take the truth of the same run: lab.workbench.truth(run)",
            run_id=run.id,
            thread_id=run.thread_id,
        )
    if not run.is_terminal:
        run = run.read()
    return explained(run, run.steps(), now=run.service.time.now(), prices=prices, truth=truth, calls=calls)


def explained(
    run: Run,
    steps: Sequence[RunStep],
    *,
    now: float = 0.0,
    prices: Prices | None = None,
    truth: Truth | None = None,
    calls: Sequence[CallView] = (),
) -> Explanation:
    """The same from what was read already. Pure; `now` ends what is not over."""
    times = _exact_times(truth) if truth else {}
    statuses = [(one.status, one.at) for one in truth.transitions] if truth else []
    ended = _end(run, steps, statuses, now)
    began = statuses[0][1] if statuses else run.created_at
    price = (prices or {}).get(run.model)
    parts = [
        replace(part, stretches=tuple(_stretches(part, statuses)), cost=cost_of(part.usage, price))
        for part in _laid_out(began, max(ended, began), [_timed(step, times, ended) for step in steps])
    ]
    watched = {card.call.id: card for card in calls}
    return Explanation(
        run=run,
        parts=tuple(replace(part, calls=tuple(_calls(part, watched))) for part in parts),
        price=price,
        exact=truth is not None,
    )


def cost_of(usage: Usage | None, price: tuple[float, float] | None) -> float | None:
    """What the tokens cost; None without tokens or without a price."""
    if usage is None or price is None:
        return None
    return (usage.prompt_tokens * price[0] + usage.completion_tokens * price[1]) / MILLION


def slowest_call(part: Part) -> CallView | None:
    """Of the calls of a part, the one that took longest; None where none is known to have taken time."""
    timed = [card for card in part.calls if card.seconds]
    return max(timed, key=lambda card: card.seconds or 0.0, default=None)


def _laid_out(began: float, ended: float, steps: Sequence[tuple[RunStep, float, float]]) -> Iterator[Part]:
    """Steps and the waits around them, end to end: what two steps share belongs to the earlier one."""
    whole, at = ended - began, began
    for step, start, stop in sorted(steps, key=lambda timed: timed[1:]):
        start, stop = min(max(start, at), ended), min(max(stop, at), ended)
        if start > at:
            yield _part("wait", at, start, whole)
        yield _part(step.type, start, max(start, stop), whole, step)
        at = max(start, stop)
    if ended > at:
        yield _part("wait", at, ended, whole)


def _part(name: str, began: float, ended: float, whole: float, step: RunStep | None = None) -> Part:
    share = (ended - began) / whole if whole else 0.0
    return Part(name=name, began=began, ended=ended, share=share, step=step)


def _stretches(part: Part, statuses: Sequence[tuple[str, float]]) -> Iterator[Stretch]:
    """What filled the part's time: the statuses of the run meanwhile, or else only what the part is."""
    calls = part.step.tool_calls if part.step else ()
    is_hosted = part.name == "activities" or (bool(calls) and all(call.is_hosted for call in calls))
    if not statuses:
        unknown = "model and tools" if part.name == "tool_calls" else "the model"
        known = AT_THE_SERVICE if is_hosted else unknown
        yield Stretch(known if part.step else "between steps", part.began, part.ended)
        return
    causes = {**CAUSES, **HOSTED_CAUSES} if is_hosted else CAUSES
    for (status, start), (_, stop) in pairwise([*statuses, ("", part.ended)]):
        start, stop = max(start, part.began), min(stop, part.ended)
        if start < stop:
            yield Stretch(causes.get(status, status), start, stop)


def _calls(part: Part, watched: Mapping[str, CallView]) -> Iterator[CallView]:
    for call in part.step.tool_calls if part.step else ():
        yield watched.get(call.id, CallView(call=call))


def _timed(
    step: RunStep, times: Mapping[str, tuple[float, float | None]], ended: float
) -> tuple[RunStep, float, float]:
    """The step with its beginning and its end; one that never ended lasts as long as its run."""
    begun, over = times.get(step.id, (step.created_at, _step_end(step)))
    return step, ended if begun is None else begun, ended if over is None else over


def _step_end(step: RunStep) -> int | None:
    return step.completed_at or step.failed_at or step.cancelled_at or step.expired_at


def _exact_times(truth: Truth) -> dict[str, tuple[float, float | None]]:
    """When each step began and ended, by the backend's own log."""
    times: dict[str, tuple[float, float | None]] = {}
    for entry in truth.log:
        if entry["kind"] == "step.created":
            times[entry["data"]["id"]] = (entry["at"], None)
        if entry["kind"] == "step.status":
            identity = entry["data"]["id"]
            times[identity] = (times[identity][0], entry["at"])
    return times


def _end(run: Run, steps: Sequence[RunStep], statuses: Sequence[tuple[str, float]], now: float) -> float:
    """When the run ended, as exactly as is known; now, if it has not."""
    if not run.is_terminal:
        return now
    if statuses:
        return statuses[-1][1]
    known = run.completed_at or run.failed_at or run.cancelled_at
    return known or max((_step_end(step) or 0 for step in steps), default=0)
