"""The engine: the verbs that change runs. Each is one transaction, and writes only to the log.

It alone moves runs through their statuses. It never waits: `move` makes one transition, and whoever
drives it decides when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from threadlab.backend.clock import Clock
from threadlab.backend.completer.port import Completer, ModelError, Request
from threadlab.backend.completer.tokens import estimate_request
from threadlab.backend.engine import history
from threadlab.backend.engine.log import write
from threadlab.backend.engine.machine import TERMINAL, Move, next_move
from threadlab.backend.engine.plan import part_of, plan, sort_pieces, spent_so_far
from threadlab.backend.ids import Ids
from threadlab.backend.records import AgentRecord, Entry, Json, RunConfig, RunRecord, StepRecord, ThreadRecord
from threadlab.backend.store.sqlite import Store
from threadlab.backend.store.transaction import Transaction
from threadlab.backend.wire.errors import ApiError, bad_request, not_found, outputs_do_not_fit, thread_is_busy

QUEUEING = 0.4
"""Seconds that a run stands in the queue."""
STOPPING = 0.3
"""Seconds that a cancel takes to be carried out."""
LIFETIME = 600.0
"""Seconds after which an unfinished run expires, as on the service."""


class Engine:
    """Runs on a store, by a clock, with a completer in the model's place."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, completer: Completer) -> None:
        self.store = store
        self.clock = clock
        self.ids = ids
        self.completer = completer

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
        """Accept a run, as queued; `first` are messages to add before it, `new_thread` stores the thread too.

        Raises a 400 while another run is active on the thread.
        """
        at, run_id = self.clock.now(), self.ids.new("run")
        lifetime = max(LIFETIME, self.clock.stretch(LIFETIME))
        data = {
            "id": run_id,
            "agent_id": agent.id,
            "expires_at": at + lifetime,
            "config": asdict(config),
            "metadata": metadata,
        }
        with self.store.transaction() as change:
            active = change.active_run(thread.id)
            if active is not None:
                raise thread_is_busy(thread.id, active)
            if new_thread:
                change.put(thread)
            write(change, [*first, Entry("run.created", data, thread.id, run_id, 1, at)])
            change.schedule(run_id, thread.id, at + self.clock.stretch(QUEUEING))
            return _read(change, run_id)

    def submit(self, run_id: str, outputs: Sequence[tuple[str, str]]) -> RunRecord:
        """Take the outputs of all calls that a run waits for: (call id, text) each.

        Raises a 400 that names the ids when they are not exactly one for each call, and when the run
        waits for nothing.
        """
        at = self.clock.now()
        with self.store.transaction() as change:
            run = _read(change, run_id)
            if run.status != "requires_action" or run.step_id is None:
                raise bad_request(f'Runs in status "{run.status}" do not accept tool outputs.')
            step = change.get(StepRecord, run.step_id)
            expected, given = [call.id for call in step.calls] if step else [], [id for id, _ in outputs]
            if sorted(expected) != sorted(given):
                raise outputs_do_not_fit(expected, given)
            usage = self._parts(run)[-1]["usage"]
            leg = run.leg + 1
            self._write(change, run, at, leg, ("tool.outputs", {"id": run.step_id, "outputs": dict(outputs)}))
            self._write(change, run, at, leg, _step_ends(run.step_id, "completed", usage))
            self._write(change, run, at, leg, ("run.status", {"status": "queued"}))
            change.schedule(run.id, run.thread_id, at + self.clock.stretch(QUEUEING))
            return _read(change, run_id)

    def cancel(self, run_id: str) -> RunRecord:
        """Ask for a run's end. One that waits for outputs ends at once. Raises a 400 if it is over."""
        at = self.clock.now()
        with self.store.transaction() as change:
            run = _read(change, run_id)
            if run.status in TERMINAL or run.status == "cancelling":
                raise bad_request(f"Cannot cancel run with status '{run.status}'.")
            self._write(change, run, at, run.leg, ("run.status", {"status": "cancelling"}))
            if run.status == "requires_action":
                self._end(change, run, at, "cancelled")
            else:
                change.schedule(run.id, run.thread_id, at + self.clock.stretch(STOPPING))
            return _read(change, run_id)

    def move(self, run_id: str, at: float) -> None:
        """Make the run's next transition, dated at that instant. A run that is over stays as it is."""
        run = self.store.get(RunRecord, run_id)
        if run is None:
            raise not_found("run", run_id)
        match next_move(run.status, at, run.expires_at):
            case Move.BEGIN:
                self._begin(run, at)
            case Move.SHOW:
                self._show(run, at)
            case Move.STOP:
                self._finish(run, at, "cancelled")
            case Move.EXPIRE:
                self._finish(run, at, "expired")

    def _begin(self, run: RunRecord, at: float) -> None:
        """Take a run from the queue and consult the model, outside any transaction: it may take its time."""
        messages = history.window(self.store, run)
        steps = self.store.every(StepRecord, run.id)
        request = history.request(run, run.call + 1, messages, steps, at)
        answer = self._consult(request)
        newest = messages[-1].id if messages else None
        asked = {"call": request.call, "oldest": messages[0].id if messages else None, "newest": newest}
        with self.store.transaction() as change:
            if change.get(RunRecord, run.id) != run:
                return  # somebody else moved it while the model was thinking: their move counts
            self._write(change, run, at, run.leg, ("run.status", {"status": "in_progress"}))
            self._write(change, run, at, run.leg, ("model.asked", asked))
            self._write(change, run, at, run.leg, ("model.answered", answer))
            if answer["parts"]:
                self._write(change, run, at, run.leg, self._step_begins(answer["parts"][0]))
            self._schedule_burst(change, run, at, answer, 0)

    def _consult(self, request: Request) -> Json:
        """The model's answer as the log keeps it. Whatever a completer raises becomes the run's error."""
        answer: Json = {"stand_in": self.completer.stand_in, "reasons": [], "parts": [], "error": None}
        try:
            said = sort_pieces(self.completer.complete(request))
        except ModelError as error:
            answer["error"] = {"code": error.code, "message": error.message}
        except Exception as error:  # a completer is anybody's code, and the run must say what it did
            answer["error"] = {"code": "server_error", "message": f"{type(error).__name__}: {error}"}
        else:
            at_once = self.clock.stretch(1.0) == 0.0
            answer["reasons"] = [asdict(reason) for reason in said.reasons]
            answer["parts"] = plan(said, estimate_request(request), self.ids, at_once=at_once)
        return answer

    def _show(self, run: RunRecord, at: float) -> None:
        """Reveal the next burst; with the last one of a part its step ends, with the last of all the leg."""
        answer = self.store.entry(run.answer or 0).data
        parts = answer["parts"]
        with self.store.transaction() as change:
            if change.get(RunRecord, run.id) != run:
                return
            if answer["error"]:
                self._end(change, run, at, "failed", error=answer["error"])
                return
            number, place = part_of(parts, run.shown)
            part, step_id = parts[number], run.step_id or ""
            delta = {"id": step_id, "pieces": part["bursts"][place]["pieces"]}
            self._write(change, run, at, run.leg, ("step.delta", delta))
            if place + 1 < len(part["bursts"]):
                self._schedule_burst(change, run, at, answer, run.shown + 1)
                return
            if part["type"] == "tool_calls":
                self._write(change, run, at, run.leg, ("run.status", {"status": "requires_action"}))
                change.schedule(run.id, run.thread_id, run.expires_at)
                return
            self._write(change, run, at, run.leg, _step_ends(step_id, "completed", part["usage"]))
            if number + 1 < len(parts):
                self._write(change, run, at, run.leg, self._step_begins(parts[number + 1]))
                self._schedule_burst(change, run, at, answer, run.shown + 1)
                return
            self._write(change, run, at, run.leg, ("run.status", {"status": "completed"}))
            change.schedule(run.id, run.thread_id, None)

    def _finish(self, run: RunRecord, at: float, status: str) -> None:
        with self.store.transaction() as change:
            if change.get(RunRecord, run.id) == run:
                self._end(change, run, at, status)

    def _end(
        self, change: Transaction, run: RunRecord, at: float, status: str, error: Json | None = None
    ) -> None:
        """End a run before its answer is whole; an open step ends with it, with what it has cost so far."""
        if run.step_id is not None:
            parts = self._parts(run)
            number, place = part_of(parts, run.shown)
            ending = _step_ends(run.step_id, status, spent_so_far(parts[number], place))
            self._write(change, run, at, run.leg, ending)
        self._write(change, run, at, run.leg, ("run.status", {"status": status, "error": error}))
        change.schedule(run.id, run.thread_id, None)

    def _schedule_burst(
        self, change: Transaction, run: RunRecord, at: float, answer: Json, shown: int
    ) -> None:
        after = 0.0
        if not answer["error"]:
            number, place = part_of(answer["parts"], shown)
            after = answer["parts"][number]["bursts"][place]["after"]
        due = min(at + self.clock.stretch(after), run.expires_at)
        change.schedule(run.id, run.thread_id, due)

    def _step_begins(self, part: Json) -> tuple[str, Json]:
        message_id = self.ids.new("msg") if part["type"] == "message_creation" else None
        return "step.created", {"id": self.ids.new("step"), "type": part["type"], "message_id": message_id}

    def _parts(self, run: RunRecord) -> list[Any]:
        parts: list[Any] = self.store.entry(run.answer or 0).data["parts"]
        return parts

    def _write(
        self, change: Transaction, run: RunRecord, at: float, leg: int, what: tuple[str, Json]
    ) -> None:
        kind, data = what
        write(change, [Entry(kind, data, run.thread_id, run.id, leg, at)])


def _step_ends(step_id: str, status: str, usage: Json) -> tuple[str, Json]:
    return "step.status", {"id": step_id, "status": status, "usage": usage}


def _read(change: Transaction, run_id: str) -> RunRecord:
    run = change.get(RunRecord, run_id)
    if run is None:
        raise ApiError(404, f"No run found with id '{run_id}'.", code="not_found")
    return run
