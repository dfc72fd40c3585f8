"""Rehearsal: a body's work gone through without doing any of it. What comes of it is a plan."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from threadlab.history.contexts.context import Context, estimated_tokens, said_by, tokens_of_text
from threadlab.history.plans.memo import Memo
from threadlab.history.plans.missed import missed_call, missed_unit
from threadlab.history.plans.plan import Plan
from threadlab.history.plans.request import agent_request, request_hash
from threadlab.history.reading.prices import Prices
from threadlab.journal.record import AgentCall, Unit
from threadlab.journal.values import Config
from threadlab.objects.usage import Usage

Found = TypeVar("Found")


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """A body's work gone through without doing any. Raises ReplayMissed for what an offline one needs.

    `own` is what the user run itself has done already, where it is resumed.
    """

    config: Config
    base: Memo
    own: Memo = field(default_factory=Memo)
    allows: Callable[[str], bool]
    context: Context = field(default_factory=Context)
    is_offline: bool = False
    prices: Prices = field(default_factory=Prices)
    _is_known: bool = True
    _at_least: bool = False
    _is_open: bool = False
    _possible: list[str] = field(default_factory=list)
    _reused: list[str] = field(default_factory=list)
    _executed: dict[str, tuple[Usage, str]] = field(default_factory=dict)

    def ask(self, path: str, agent: str, prompt: str) -> None:
        """An agent call in the conversation. Behind one that is executed, nothing is known."""
        request = agent_request(self.config, self.config.agents[agent], self.context, prompt)
        asked = request_hash(request)
        recorded = self._found(path, lambda memo: memo.call(path, asked)) if self._is_known else None
        if recorded is not None:
            self._reused.append(path)
            self.context = self.context.then(*said_by(recorded))
            return
        if self.is_offline:
            raise missed_call(self.base, path, agent, request, self.context)
        self._is_known = False
        self._execute(path, agent, prompt, self.context, self.config)

    def apart(self, path: str, agent: str, prompt: str, config: Config) -> bool:
        """An agent call on a thread of its own that is known exactly; whether it is reused.

        For a body that goes on from a failed call: where nothing live may happen, that is reused, too.
        """
        request = agent_request(config, config.agents[agent], Context(), prompt)
        over, asked = (Memo.over if self.is_offline else Memo.call), request_hash(request)
        if self._found(path, lambda memo: over(memo, path, asked)) is not None:
            self._reused.append(path)
            return True
        if self.is_offline:
            raise missed_call(self.base, path, agent, request, Context())
        self._execute(path, agent, prompt, Context(), config)
        return False

    def agent_call(self, path: str, agent: str, prompt: str = "") -> None:
        """An agent call of a component, on a thread of its own: reused if the base completed one there."""
        if self.called(path) is not None:
            self._reused.append(path)
            return
        if self.is_offline:
            raise missed_unit(self.base, path)
        self._execute(path, agent, prompt, Context(), self.config)

    def unit(self, path: str, request: Mapping[str, Any] | None = None) -> Unit | None:
        """A unit of another kind; the recorded one if the base finished it, given exactly `request`.

        Without a request what it is given is not known yet, and whatever it was given counts.
        """
        key = request and request_hash(request)
        found = self._found(path, lambda memo: memo.unit(path, key)) if key else self.finished(path)
        if found is not None:
            self._reused.append(path)
            return found
        if self.is_offline:
            raise missed_unit(self.base, path)
        self._executed[path] = Usage(), ""
        return None

    def perhaps(self, path: str, *, asks: bool) -> None:
        """A unit that may be executed, which turns out on the way; `asks` says whether it asks an agent."""
        self._possible.append(path)
        self._at_least = self._at_least or asks

    def open_end(self) -> None:
        """More is decided on the way, and nobody knows yet what; unless all of it is recorded already."""
        if self._executed or (self.own.of is not None and self.own.of.ended_at is None):
            self._is_open = self._at_least = True

    def finished(self, path: str) -> Unit | None:
        """The unit of another kind that was finished at that path, and may be reused."""
        return self._found(path, lambda memo: memo.unit_at(path))

    def called(self, path: str) -> AgentCall | None:
        """The agent call that completed at that path, and may be reused."""
        return self._found(path, lambda memo: memo.completed_at(path))

    def answered(self, id: str) -> str | None:
        """The answer that was given to an interrupt of that id, and may be reused."""
        found = self._found(id, lambda memo: memo.interrupt(id))
        return found.answer if found is not None else None

    def _found(self, path: str, look: Callable[[Memo], Found | None]) -> Found | None:
        """What its own log has of that path, else the base's, if that may be reused."""
        own = look(self.own)
        return own if own is not None or not self.allows(path) else look(self.base)

    def _execute(self, path: str, agent: str, prompt: str, context: Context, config: Config) -> None:
        """An agent call that will be live: it takes what it took before, or at least what it is given."""
        before, asked = self.own.call_at(path) or self.base.call_at(path), config.agents[agent]
        took = before.usage if before and before.status == "completed" else Usage()
        if not took.total_tokens:
            self._at_least = True
            tools = "".join(json.dumps(dict(one), default=str) for one in (*asked.tools, *config.tools))
            given = tokens_of_text(asked.instructions or "") + tokens_of_text(tools) + tokens_of_text(prompt)
            took = Usage(given + estimated_tokens(context.said), 0, estimated=True)
        self._executed[path] = took, asked.model

    def _results(self) -> Iterator[str]:
        """The tool results in executed calls that are there to be used again."""
        for memo in (self.own, self.base):
            for call in memo.calls:
                if any(call.path == path or call.path.startswith(f"{path}.") for path in self._executed):
                    yield from (
                        u.path for u in call.tools if u.ok and (memo is self.own or self.allows(u.path))
                    )

    @property
    def plan(self) -> Plan:
        """What was found."""
        usage = sum((usage for usage, _ in self._executed.values()), Usage())
        paid = frozenset(call.path for call in (*self.own.calls, *self.base.calls))
        begun = tuple(path for path in self._executed if self.own.is_begun(path))
        return Plan(
            reused=tuple(self._reused),
            executed=tuple(self._executed),
            possible=tuple(self._possible),
            goes_on=begun,
            paid_again=tuple(path for path in self._executed if path in paid and path not in begun),
            tool_results=tuple(dict.fromkeys(self._results())),
            estimated_tokens=usage.total_tokens,
            at_least=self._at_least,
            is_open=self._is_open,
            estimated_cost=self.prices.total(
                self.prices.cost(usage, model) for usage, model in self._executed.values()
            ),
        )
