"""Bounded: an engine under judgement, stopped when it is moved again and again and gets nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from threadlab.backend.engine.port import RunEngine
from threadlab.backend.records import AgentRecord, Entry, RunConfig, RunRecord, ThreadRecord
from threadlab.conformance.check import DoesNotConform

MOST_MOVES = 1000
"""More than any check needs."""


class Bounded:
    """Hands every verb on. Raises DoesNotConform at a move too many."""

    def __init__(self, engine: RunEngine) -> None:
        self._engine = engine
        self._moves = 0
        self.completer = engine.completer
        self.serving = engine.serving

    def start(
        self,
        thread: ThreadRecord,
        agent: AgentRecord,
        config: RunConfig,
        metadata: dict[str, str],
        first: Sequence[Entry] = (),
        *,
        new_thread: bool = False,
    ) -> RunRecord:
        """As the engine does."""
        return self._engine.start(thread, agent, config, metadata, first, new_thread=new_thread)

    def move(self, run_id: str, at: float) -> None:
        """As the engine does, but not for ever."""
        self._moves += 1
        if self._moves > MOST_MOVES:
            raise DoesNotConform(
                "each move schedules the next one at a later instant, or none",
                f"{MOST_MOVES} moves, and the run {run_id} is still due",
            )
        self._engine.move(run_id, at)

    def submit(self, run_id: str, outputs: Sequence[tuple[str, str]]) -> RunRecord:
        """As the engine does."""
        return self._engine.submit(run_id, outputs)

    def cancel(self, run_id: str) -> RunRecord:
        """As the engine does."""
        return self._engine.cancel(run_id)

    def stop(self, thread_id: str) -> None:
        """As the engine does."""
        self._engine.stop(thread_id)
