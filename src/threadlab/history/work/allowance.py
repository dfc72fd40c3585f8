"""Allowance: the budget of a user run at work. Asks for more, and stops it where nobody is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from threadlab.history.reading.prices import Prices
from threadlab.history.work.budget import Budget, Exceeded, Spent, spent
from threadlab.history.work.estimated import with_estimates
from threadlab.history.work.interruption import Paused, Stopped
from threadlab.history.work.open_run import OpenRun
from threadlab.journal.fact import Interrupted, Logged
from threadlab.journal.record import Interrupt

EXTEND, STOP = "extend", "stop"


@dataclass(slots=True)
class Allowance:
    """What a user run may take, and has taken. Several threads may look at once."""

    budget: Budget
    open_run: OpenRun
    prices: Prices
    _one_asks: Lock = field(default_factory=Lock)

    def raise_unless_allowed(self) -> None:
        """Raise Stopped if somebody asked for the end, or if the budget is used up and is not extended.

        Between two units of work nothing is lost by an end: all that is finished can be reused.
        """
        self._raise_beyond(self.budget)

    def raise_unless_round_allowed(self, path: str) -> None:
        """The same within the agent call at that path, which is one of the calls that the budget allows.

        Here an end would throw away what the call did. So its run is held open at the service, as long as
        that waits for tool outputs: Paused is raised where nobody answers.
        """
        self._raise_beyond(replace(self.budget, calls=None), path)

    def left(self) -> Budget:
        """What is left of the budget."""
        return self._extended(self.budget).left(self._spent())

    def tell_if_over(self) -> None:
        """Write it down where the last call took more than there was: nothing came after it to be stopped."""
        over = self._extended(self.budget).overdrawn(self._spent())
        if over is not None:
            self.open_run.write(Logged(level="warning", text=str(over)))

    def _extended(self, budget: Budget) -> Budget:
        for detail in self._extensions():
            budget = budget.extended(detail["what"], detail["spent"])
        return budget

    def _extensions(self) -> list[Mapping[str, Any]]:
        return [one.detail for one in self._questions() if one.answer == EXTEND]

    def _raise_beyond(self, budget: Budget, path: str = "") -> None:
        self.open_run.raise_if_stopped()
        if not any(budget.limits()):
            return
        with self._one_asks:
            budget = self._extended(budget)
            while over := budget.exceeded(self._spent()):
                self._ask_for_more(over, path)
                budget = budget.extended(over.what, over.spent)

    def _ask_for_more(self, over: Exceeded, path: str) -> None:
        answered = [one.answer for one in self._questions() if one.answer is not None]
        call = self.open_run.call(path) if path else None
        question = Interrupted(
            id=f"budget.{len(answered) + 1}",
            kind="budget",
            question=over.question,
            detail={"what": over.what, "limit": over.limit, "spent": over.spent, "path": path},
            deadline=call.run.expires_at if call and call.run else None,
        )
        answer = STOP if STOP in answered else self.open_run.ask(question)
        if answer is None and path:
            raise Paused(question.id)
        if answer != EXTEND:
            self.open_run.answered(question.id, STOP, "nobody was there")
            raise Stopped("incomplete", str(over))

    def _questions(self) -> list[Interrupt]:
        return [one for one in self.open_run.record.interrupts if one.kind == "budget"]

    def _spent(self) -> Spent:
        return spent(with_estimates(self.open_run.record), self.prices, self.open_run.time.now())
