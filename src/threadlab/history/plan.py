"""Plan: what a user run will reuse and execute, known before anything runs. Made by rehearsing its body."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from threadlab.following.terminal_text import counted
from threadlab.history.context import Context, estimated_tokens, said_by, tokens_of_text
from threadlab.history.memo import Memo
from threadlab.history.missed import missed_call, missed_unit
from threadlab.history.prices import Cost, Prices
from threadlab.history.request import agent_request, request_hash
from threadlab.journal.fact import Planned
from threadlab.journal.values import Config
from threadlab.objects.usage import Usage

MOST_NAMED = 6
"""How many units a plan names on its line; more are counted."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Units of work by their paths. `paid_again` were paid for before, and cannot be reused.

    `goes_on` were begun and left in the middle: the service's run of each is followed to its end, and asked
    for again only if it is gone. `tool_results` are those within executed agent calls that are taken from
    the log if the agent asks for them again in the same way: the functions are not called then. `leaving`
    are the later user runs that `branch` will no longer lead to; they stay on disk.

    Tokens and cost are estimated: from what the same unit took before. Where it never completed, all that is
    known is what it will be given: then they are `at_least` so many, for answers and tool rounds come on top.
    """

    reused: tuple[str, ...] = ()
    executed: tuple[str, ...] = ()
    paid_again: tuple[str, ...] = ()
    goes_on: tuple[str, ...] = ()
    tool_results: tuple[str, ...] = ()
    branch: str = ""
    leaving: tuple[str, ...] = ()
    estimated_tokens: int = 0
    estimated_cost: Cost = field(default_factory=Cost)
    at_least: bool = False

    @property
    def fact(self) -> Planned:
        """The plan as the log keeps it."""
        return Planned(
            reused=self.reused,
            executed=self.executed,
            paid_again=self.paid_again,
            tool_results=self.tool_results,
            leaving=self.leaving,
            estimated_tokens=self.estimated_tokens,
        )

    @property
    def tokens(self) -> str:
        """The estimate in words: "about 106 tokens", "at least 53 tokens"."""
        return f"{'at least' if self.at_least else 'about'} {counted(self.estimated_tokens, 'token')}"

    def __str__(self) -> str:
        fresh = tuple(path for path in self.executed if path not in self.goes_on)
        told = [f"reuse {_units(self.reused)}", f"execute {_units(fresh)}"]
        if self.paid_again:
            told.append(f"pay again for {_units(self.paid_again)}")
        if self.goes_on:
            told.append(f"go on with {_units(self.goes_on)}")
        if self.tool_results:
            told.append(self.tools)
        told.append(self.tokens)
        if self.estimated_cost.amount:
            about = "at least" if self.at_least else "about"
            told.append(f"{about} {self.estimated_cost.amount:.6g} {self.estimated_cost.currency}".rstrip())
        if self.leaving:
            told.append(self.beside)
        return "; ".join(told)

    @property
    def tools(self) -> str:
        """What becomes of tool results, and how to have them made anew; empty where there are none."""
        if not self.tool_results:
            return ""
        first = self.tool_results[0].split(".")[0]
        results = counted(len(self.tool_results), "tool result")
        return f'use {results} again ({_few(self.tool_results)}; rerun("{first}") calls anew)'

    @property
    def beside(self) -> str:
        """Which user runs the branch will no longer lead to, and the way back; empty where it keeps all."""
        if not self.leaving:
            return ""
        later = counted(len(self.leaving), "later user run")
        back = f'history.branch("{self.branch}").move_to("{self.leaving[-1]}") brings it back'
        return f"{later} of {self.branch} {_stay(self.leaving)} beside it ({_few(self.leaving)}; {back})"


def _units(paths: tuple[str, ...]) -> str:
    """ "unit 1", "units 1, 2", "nothing"; many are counted only."""
    if len(paths) > MOST_NAMED:
        return counted(len(paths), "unit")
    return f"unit{'s' if len(paths) > 1 else ''} {', '.join(paths)}" if paths else "nothing"


def _few(names: tuple[str, ...]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _stay(names: tuple[str, ...]) -> str:
    return "stays" if len(names) == 1 else "stay"


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
        if self._found(path, lambda memo: memo.completed_at(path)) is not None:
            self._reused.append(path)
            return
        if self.is_offline:
            raise missed_unit(self.base, path)
        self._execute(path, agent, prompt, Context(), self.config)

    def unit(self, path: str) -> None:
        """A unit of another kind: reused if the base finished it there. What it is given is not known yet."""
        if self._found(path, lambda memo: memo.is_finished(path) or None):
            self._reused.append(path)
            return
        if self.is_offline:
            raise missed_unit(self.base, path)
        self._executed[path] = Usage(), ""

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
            goes_on=begun,
            paid_again=tuple(path for path in self._executed if path in paid and path not in begun),
            tool_results=tuple(dict.fromkeys(self._results())),
            estimated_tokens=usage.total_tokens,
            at_least=self._at_least,
            estimated_cost=self.prices.total(
                self.prices.cost(usage, model) for usage, model in self._executed.values()
            ),
        )
