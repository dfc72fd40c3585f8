"""Memo: what a user run finished, by what it was asked for. Pure; made from its record.

A unit of work is found again by its path and the hash of all that it was given. So nothing has to be
decided by hand: what is asked for in the same way has a result, and what is asked for in another way, or
behind something that came out differently, has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from threadlab.journal.fact import (
    AnyFact,
    ArtifactKept,
    CallEnded,
    CallStarted,
    CallTied,
    Observed,
    UnitEnded,
    UnitStarted,
)
from threadlab.journal.record import AgentCall, Interrupt, Record, ToolUse, Unit

NOT_OVER = ("in_progress", "abandoned")
UNIT_FACTS = (CallStarted, CallTied, Observed, CallEnded, UnitStarted, UnitEnded)


@dataclass(frozen=True)
class Memo:
    """The finished work of one user run, found by path. `of` None is the memo of nothing."""

    of: Record | None = None

    @property
    def user_run(self) -> str:
        """Whose work it is."""
        return self.of.id if self.of else ""

    def call(self, path: str, request: str) -> AgentCall | None:
        """The completed agent call at that path that was given exactly that."""
        call = self.call_at(path)
        return call if call and call.request == request and call.status == "completed" else None

    def over(self, path: str, request: str) -> AgentCall | None:
        """The same, however it ended: a component goes on from a failed call as from any other."""
        call = self.call_at(path)
        return call if call and call.request == request and call.status not in NOT_OVER else None

    def call_at(self, path: str) -> AgentCall | None:
        """The agent call at that path, whatever it was given and however it ended."""
        return self._call_at.get(path)

    def completed_at(self, path: str) -> AgentCall | None:
        """The same, if it completed."""
        call = self.call_at(path)
        return call if call and call.status == "completed" else None

    def is_begun(self, path: str) -> bool:
        """Whether an agent call at that path was begun, and has no end."""
        call = self.call_at(path)
        return call is not None and call.status == "in_progress"

    def nearest(self, path: str) -> AgentCall | None:
        """The recorded call to hold against one that is missing: at the same path, else the last one."""
        return self.call_at(path) or next(iter(reversed(tuple(self.calls))), None)

    def unit(self, path: str, request: str) -> Unit | None:
        """The completed unit of another kind at that path that was given exactly that."""
        unit = self._unit_at.get(path)
        return unit if unit and unit.request == request and unit.status == "completed" else None

    def unit_at(self, path: str) -> Unit | None:
        """The completed unit of another kind at that path, whatever it was given."""
        unit = self._unit_at.get(path)
        return unit if unit and unit.status == "completed" else None

    def tool_at(self, path: str, arguments: str) -> ToolUse | None:
        """The tool call at that path ("2.get_weather.1") with these arguments, whatever became of it.

        Also of an agent call that had to be asked again since.
        """
        uses = (use for call in reversed(self.calls) for use in call.tools)
        return next((use for use in uses if use.path == path and use.arguments == arguments), None)

    def interrupt(self, id: str) -> Interrupt | None:
        """The interrupt of that id, if it was answered."""
        asked = self.of.interrupts if self.of else ()
        return next((one for one in asked if one.id == id and one.answer is not None), None)

    def order(self) -> tuple[str, ...]:
        """The paths of all its units as they began, each agent call before the tool calls in it."""
        if self.of is None:
            return ()
        tools: Mapping[str, list[str]] = {
            call.path: [use.path for use in call.tools] for call in self.of.calls
        }
        began = (
            entry.fact.path for entry in self.of.entries if isinstance(entry.fact, CallStarted | UnitStarted)
        )
        return tuple(path for unit in dict.fromkeys(began) for path in (unit, *tools.get(unit, ())))

    def facts(self, path: str) -> Iterator[AnyFact]:
        """What was recorded of the unit at that path, as another user run writes it: marked as reused."""
        own = self._facts_at[path]
        last = max(n for n, fact in enumerate(own) if isinstance(fact, CallStarted | UnitStarted))
        for fact in own[last:]:  # a call that had to be asked again began more than once
            yield _reused(fact, getattr(own[last], "reused", "") or self.user_run)

    def artifacts(self, path: str) -> tuple[ArtifactKept, ...]:
        """What the unit of work at that path kept, and what was done in it."""
        kept = self.of.artifacts if self.of else ()
        return tuple(one for one in kept if one.path == path or one.path.startswith(f"{path}."))

    @cached_property
    def _unit_at(self) -> Mapping[str, Unit]:
        return {unit.path: unit for unit in (self.of.units if self.of else ())}

    @cached_property
    def _call_at(self) -> Mapping[str, AgentCall]:
        return {call.path: call for call in self.calls}  # the latest, of one that was made again

    @cached_property
    def _facts_at(self) -> Mapping[str, Sequence[AnyFact]]:
        found: dict[str, list[AnyFact]] = {}
        for entry in self.of.entries if self.of else ():
            if isinstance(entry.fact, UNIT_FACTS):
                found.setdefault(entry.fact.path, []).append(entry.fact)
        return found

    @property
    def calls(self) -> tuple[AgentCall, ...]:
        """All its agent calls, in order."""
        return self.of.calls if self.of else ()


def _reused(fact: AnyFact, origin: str) -> AnyFact:
    """The fact with the user run that it was made in; one that tells no origin is taken as it is."""
    match fact:
        case CallStarted() | Observed() | CallEnded() | UnitStarted() | UnitEnded():
            return replace(fact, reused=origin)
        case _:
            return fact
