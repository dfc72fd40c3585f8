"""Allowance: the budget of a user run at work. Asks for more, and stops it where nobody is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from threadlab.history.budget import Budget, Exceeded, Spent, spent
from threadlab.history.estimated import with_estimates
from threadlab.history.interruption import Stopped
from threadlab.history.open_run import OpenRun
from threadlab.history.prices import Prices
from threadlab.journal.fact import Interrupted, Logged


@dataclass(slots=True)
class Allowance:
    """What a user run may take, and has taken. Several threads may look at once."""

    budget: Budget
    open_run: OpenRun
    prices: Prices
    _one_asks: Lock = field(default_factory=Lock)

    def raise_unless_allowed(self) -> None:
        """Raise Stopped if somebody asked for the end, or if the budget is used up and is not extended."""
        self._raise_beyond(self.budget)

    def raise_unless_round_allowed(self) -> None:
        """The same within an agent call that was begun: it is one of the calls that the budget allows."""
        self._raise_beyond(replace(self.budget, calls=None))

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
        asked = self.open_run.record.interrupts
        return [one.detail for one in asked if one.kind == "budget" and one.answer == "extend"]

    def _raise_beyond(self, budget: Budget) -> None:
        self.open_run.raise_if_stopped()
        if not any(budget.limits()):
            return
        with self._one_asks:
            budget = self._extended(budget)
            number = len(self._extensions())
            while over := budget.exceeded(self._spent()):
                number += 1
                self._ask_for_more(over, number)
                budget = budget.extended(over.what, over.spent)

    def _ask_for_more(self, over: Exceeded, number: int) -> None:
        question = Interrupted(
            id=f"budget.{number}",
            kind="budget",
            question=over.question,
            detail={"what": over.what, "limit": over.limit, "spent": over.spent},
        )
        if self.open_run.ask(question) != "extend":
            self.open_run.answered(question.id, "stop", "nobody was there")
            raise Stopped("incomplete", str(over))

    def _spent(self) -> Spent:
        return spent(with_estimates(self.open_run.record), self.prices, self.open_run.time.now())
