"""Prices: what tokens cost, by model, from a file of the user's; and what user runs have cost.

    # runs/prices.toml
    currency = "USD"

    [models."gpt-4o"]
    input = 2.50      # for a million tokens
    output = 10.00

No price is built in: prices change, and a wrong one is worse than none. A model without a price is *unpriced*
and flagged; its tokens are never counted as free.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, NonNegativeFloat, ValidationError

from threadlab.errors import HistoryError
from threadlab.history.reading.steps_taken import model_of
from threadlab.journal.record import AgentCall, Record
from threadlab.objects.usage import Usage

TOKENS_PER_PRICE = 1_000_000


class Price(BaseModel):
    """What a million tokens cost: those that the model reads, and those that it writes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: NonNegativeFloat
    output: NonNegativeFloat

    def of(self, usage: Usage) -> float:
        """The cost of these tokens."""
        return (usage.prompt_tokens * self.input + usage.completion_tokens * self.output) / TOKENS_PER_PRICE


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """An amount of money, with what is doubtful about it.

    `unpriced` are models whose tokens are not in `amount`; `estimated` says that some tokens were counted
    without the service's own figures; `wasted` is the part of calls that failed or were cancelled: it was
    paid too.
    """

    amount: float = 0.0
    currency: str = ""
    unpriced: tuple[str, ...] = ()
    estimated: bool = False
    wasted: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether every model had a price."""
        return not self.unpriced

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            amount=self.amount + other.amount,
            currency=self.currency or other.currency,
            unpriced=tuple(dict.fromkeys((*self.unpriced, *other.unpriced))),
            estimated=self.estimated or other.estimated,
            wasted=self.wasted + other.wasted,
        )

    def __str__(self) -> str:
        if self.unpriced and not self.amount:
            return f"unpriced ({', '.join(self.unpriced)})"
        doubts = [
            *(["estimated"] if self.estimated else []),
            *([f"without {', '.join(self.unpriced)}: unpriced"] if self.unpriced else []),
            *([f"{self.wasted:.6g} of it for calls that did not complete"] if self.wasted else []),
        ]
        amount = f"{self.amount:.6g} {self.currency}".strip()
        return f"{amount} ({'; '.join(doubts)})" if doubts else amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Prices by the model's name, all in one currency."""

    models: Mapping[str, Price] = field(default_factory=dict)
    currency: str = ""

    @classmethod
    def read(cls, path: Path) -> Prices:
        """The prices in a TOML file; none where there is no file. Raises HistoryError for a broken one."""
        if not path.exists():
            return cls()
        try:
            told = _PricesFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as error:
            raise HistoryError(
                f"{path} holds no prices: {_first_line(error)}",
                hint='write currency = "USD", and for each model [models."its name"] with input and output',
            ) from error
        return cls(models=told.models, currency=told.currency)

    def cost(self, usage: Usage, model: str) -> Cost:
        """What these tokens of this model cost."""
        price = self.models.get(model)
        if price is None:
            unpriced = (model or "unknown model",) if usage.total_tokens else ()
            return Cost(currency=self.currency, unpriced=unpriced, estimated=usage.estimated)
        return Cost(amount=price.of(usage), currency=self.currency, estimated=usage.estimated)

    def cost_of(self, record: Record) -> Cost:
        """What a user run cost: all its agent calls, those of children and those that failed included.

        So are the summaries that an agent wrote for its context.
        Calls that were reused cost nothing again.
        """
        summaries = (self.cost(one.usage, one.model) for one in record.summaries)
        calls = (self.cost_of_call(record, call) for call in record.calls if not call.reused)
        return self.total((*calls, *summaries))

    def cost_of_call(self, record: Record, call: AgentCall) -> Cost:
        """What one agent call cost when it was made."""
        cost = self.cost(call.usage, model_of(record, call))
        unfinished = call.status in ("failed", "cancelled", "expired", "incomplete", "abandoned")
        return cost + Cost(wasted=cost.amount) if unfinished else cost

    def total(self, costs: Iterable[Cost]) -> Cost:
        """The sum of costs, in this currency."""
        return sum(costs, Cost(currency=self.currency))


class _PricesFile(BaseModel):
    """The file's form."""

    model_config = ConfigDict(extra="forbid")

    currency: str = ""
    models: dict[str, Price] = {}


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error).splitlines()[0]
