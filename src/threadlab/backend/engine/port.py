"""The engine port: five verbs. Whatever has them can drive runs behind the same routes.

Two engines stand behind it: the reference (engine.py), and a deliberately naive one to be repaired
(backend/engine_naive.py). The conformance suite judges both, and anybody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from threadlab.backend.clock import Clock
from threadlab.backend.completer.port import Completer
from threadlab.backend.engine.serving import Serving
from threadlab.backend.ids import Ids
from threadlab.backend.records import AgentRecord, Entry, RunConfig, RunRecord, ThreadRecord
from threadlab.backend.store.sqlite import Store


class RunEngine(Protocol):
    """Moves runs through their statuses. It never waits: a driver calls `move` when the store says it is due.

    `completer` stands in the model's place; `serving` answers the calls that are not the client's, and stays
    empty in an engine that leaves all of them to the client.
    """

    completer: Completer
    serving: Serving

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
        """Accept a run, after the messages `first`. Raises ApiError while another is active on the thread."""
        ...

    def move(self, run_id: str, at: float) -> None:
        """Make the run's next transition, dated at that instant, expiry included."""
        ...

    def submit(self, run_id: str, outputs: Sequence[tuple[str, str]]) -> RunRecord:
        """Take tool outputs, (call id, text) each. Raises ApiError unless they are those waited for."""
        ...

    def cancel(self, run_id: str) -> RunRecord:
        """Ask for a run's end. Raises ApiError if it is over, or was asked before."""
        ...

    def stop(self, thread_id: str) -> None:
        """End the run that is active on a thread, at once: the thread is to go."""
        ...


MakeEngine = Callable[[Store, Clock, Ids, Completer], RunEngine]
"""How an engine is made: its class will do."""
