"""The engine: the verbs that change runs. Each is one transaction, and writes only to the log.

It alone moves runs through their statuses. It never waits: `move` makes one transition, and whoever
drives it decides when.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, replace

from threadlab.backend.clock import Clock
from threadlab.backend.completer.port import Completer, ModelError, Request
from threadlab.backend.completer.tokens import estimate_request
from threadlab.backend.engine import history
from threadlab.backend.engine.accepting import QUEUEING, accept
from threadlab.backend.engine.ending import end, over, step_ends
from threadlab.backend.engine.giving_up import give_up
from threadlab.backend.engine.interrupted import GONE, is_unanswered
from threadlab.backend.engine.limits import Kept
from threadlab.backend.engine.log import note
from threadlab.backend.engine.machine import TRANSITIONS, Move, next_move
from threadlab.backend.engine.plan import part_of, plan, sort_pieces
from threadlab.backend.engine.serving import Serving
from threadlab.backend.ids import Ids
from threadlab.backend.records import AgentRecord, Entry, Json, RunConfig, RunRecord, StepRecord, ThreadRecord
from threadlab.backend.store.sqlite import Store
from threadlab.backend.store.transaction import Transaction
from threadlab.backend.wire.errors import ApiError, bad_request, outputs_do_not_fit

STOPPING = 0.3
"""Seconds that a cancel takes to be carried out."""


class Engine:
    """Runs on a store, by a clock, with a completer in the model's place."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, completer: Completer) -> None:
        self.store = store
        self.clock = clock
        self.ids = ids
        self.completer = completer
        self.serving = Serving(store, clock, ids)

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
        with self.store.transaction() as change:
            if new_thread:
                change.put(thread)
            accept(change, self.clock, run_id, thread.id, agent, config, at, first=first, metadata=metadata)
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
            expected = [call.id for call in step.waiting if call.approval != "needed"] if step else []
            given = [id for id, _ in outputs]
            if sorted(expected) != sorted(given):
                raise outputs_do_not_fit(expected, given)
            usage = self.store.entry(run.answer or 0).data["parts"][-1]["usage"]
            run = replace(run, leg=run.leg + 1)
            note(change, run, at, "tool.outputs", {"id": run.step_id, "outputs": dict(outputs)})
            step_ends(change, run, at, "completed", usage)
            note(change, run, at, "run.status", {"status": "queued"})
            change.schedule(run.id, run.thread_id, at + self.clock.stretch(QUEUEING))
            return _read(change, run_id)

    def cancel(self, run_id: str) -> RunRecord:
        """Ask for a run's end. One that waits for outputs ends at once. Raises a 400 if it is over."""
        at = self.clock.now()
        with self.store.transaction() as change:
            run = _read(change, run_id)
            if "cancelling" not in TRANSITIONS.get(run.status, ()):
                raise bad_request(f"Cannot cancel run with status '{run.status}'.")
            note(change, run, at, "run.status", {"status": "cancelling"})
            if run.status == "requires_action":
                end(self.store, change, run, at, "cancelled")
            else:
                change.schedule(run.id, run.thread_id, at + self.clock.stretch(STOPPING))
            return _read(change, run_id)

    def stop(self, thread_id: str) -> None:
        """End the run that is active on a thread, at once: the thread is to go."""
        at = self.clock.now()
        with self.store.transaction() as change:
            run = change.get(RunRecord, change.active_run(thread_id) or "")
            if run is None or not TRANSITIONS.get(run.status):
                return
            if run.status != "cancelling":
                note(change, run, at, "run.status", {"status": "cancelling"})
            end(self.store, change, run, at, "cancelled")
        self.serving.forget(run.id)

    def move(self, run_id: str, at: float) -> None:
        """Make the run's next transition, dated at that instant. A run that is over stays as it is."""
        try:
            run = self.store.get(RunRecord, run_id)
            if run := run and self.admits(run, at):
                self._make(run, at)
        except sqlite3.Error:
            raise  # the store's trouble, and no fault of the run
        except Exception as fault:  # whatever it is, other runs go on
            give_up(self.store, run_id, self.clock.now(), fault)

    def admits(self, run: RunRecord, at: float) -> RunRecord | None:
        """The run as it is to be moved now; None if something keeps it where it is."""
        return run

    def _make(self, run: RunRecord, at: float) -> None:
        match next_move(run.status, at, run.expires_at):
            case Move.BEGIN | Move.SHOW if self.serving.goes_first(run):
                self.serving.go(run, at)
            case Move.BEGIN:
                self._begin(run, at)
            case Move.SHOW:
                self._show(run, at)
            case Move.STOP:
                self._finish(run, at, "cancelled")
            case Move.EXPIRE:
                self._finish(run, at, "expired")
            case None:
                self._rest(run)

    def _begin(self, run: RunRecord, at: float) -> None:
        """Consult the model for a run, outside any transaction: it may take its time."""
        request, asked = self.asking(run, at)
        answer = history.unasked(request) if isinstance(request, str) else self._consult(request)
        with self.store.transaction() as change:
            if change.get(RunRecord, run.id) != run:
                return  # somebody else moved it while the model was thinking: their move counts
            if run.status == "queued":
                note(change, run, at, "run.status", {"status": "in_progress"})
            note(change, run, at, "model.asked", asked)
            note(change, run, at, "model.answered", answer)
            self.answer_begins(change, run, at, answer)

    def asking(self, run: RunRecord, at: float) -> tuple[Request | str, Json]:
        """What the model is asked next, or why it cannot be; and what the log says about that."""
        if is_unanswered(run):
            run = replace(run, call=run.call - 1)  # whoever asked it has gone
        messages = history.window(self.store, run)
        request = history.request(run, messages, at, *self.serving.given(run))
        return request, history.noted(run, request, messages)

    def consults_next(self, run: RunRecord) -> bool:
        """Whether the run's next transition consults the model, unless it is cancelled or expires."""
        if run.status == "queued":
            return not self.serving.goes_first(run)
        if run.status != "in_progress" or run.step_id is not None:
            return False
        return run.answer is None or self._is_shown(run, self.store.entry(run.answer).data)

    def _consult(self, request: Request) -> Json:
        """The model's answer as the log keeps it. Whatever a completer raises becomes the run's error."""
        answer: Json = {"stand_in": self.completer.stand_in, "reasons": [], "parts": [], "error": None}
        kept = Kept(request)
        try:
            said = sort_pieces(kept.pieces(self.completer.complete(request)), kept)
        except ModelError as error:
            answer["error"] = {"code": error.code, "message": error.message}
        except Exception as error:  # a completer is anybody's code, and the run must say what it did
            answer["error"] = {"code": "server_error", "message": f"{type(error).__name__}: {error}"}
        else:
            at_once = self.clock.stretch(1.0) == 0.0
            answer |= {"cut": kept.cut, "reasons": [asdict(reason) for reason in said.reasons]}
            answer["parts"] = plan(said, estimate_request(request), self.ids, at_once=at_once)
        return answer

    def _show(self, run: RunRecord, at: float) -> None:
        """Reveal the next burst; with the last one of a part its step ends, with the last of all the leg."""
        if run.answer is None:
            self._take_over(run, at)
            return
        answer = self.store.entry(run.answer).data
        if self._is_shown(run, answer):
            # All is said and the run goes on: there are calls to serve, or they were served.
            self.serving.serve(run, at) if run.step_id else self._begin(run, at)
            return
        with self.store.transaction() as change:
            if change.get(RunRecord, run.id) != run:
                return
            if answer["error"]:
                end(self.store, change, run, at, "failed", error=answer["error"])
            elif not answer["parts"]:
                end(self.store, change, run, at, "incomplete", reason=answer["cut"])
            else:
                self._show_bursts(change, run, at, answer)

    def _take_over(self, run: RunRecord, at: float) -> None:
        """Whoever consulted the model has gone: consult it again, unless its answer was seen already."""
        if run.step_id is None:
            self._begin(run, at)
            return
        with self.store.transaction() as change:
            if change.get(RunRecord, run.id) == run:
                end(self.store, change, run, at, "failed", error=GONE)

    def _show_bursts(self, change: Transaction, run: RunRecord, at: float, answer: Json) -> None:
        """Show the next burst, and those of its part that come at the same instant."""
        number, place = part_of(answer["parts"], run.shown)
        part, is_due = answer["parts"][number], True
        while is_due:
            pieces = part["bursts"][place]["pieces"]
            note(change, run, at, "step.delta", {"id": run.step_id, "pieces": pieces})
            place += 1
            if place == len(part["bursts"]):
                self.part_ends(change, run, at, answer, number)
                return
            is_due = self._comes_now(change, run, at, part["bursts"][place]["after"])

    def part_ends(self, change: Transaction, run: RunRecord, at: float, answer: Json, number: int) -> None:
        """All bursts of a part are shown: go on with the next one, or see what the answer leads to."""
        parts, cut = answer["parts"], answer.get("cut")
        part, is_last = parts[number], number + 1 == len(parts)
        if part["type"] == "tool_calls":
            run = _read(change, run.id)
            if cut:
                end(self.store, change, run, at, "incomplete", reason=cut)
            else:
                self.serving.settle(change, run, at)
            return
        step_ends(change, run, at, "completed", part["usage"], "max_tokens" if cut and is_last else None)
        if not is_last:
            self._part_begins(change, run, at, answer, number + 1)
            return
        status = {"status": "incomplete", "reason": cut} if cut else {"status": "completed"}
        note(change, run, at, "run.status", status)
        over(change, run, at)

    def _rest(self, run: RunRecord) -> None:
        """Nothing is to be done, whatever it looked like when somebody saw the run as due."""
        with self.store.transaction() as change:
            if change.get(RunRecord, run.id) == run:
                change.schedule(run.id, run.thread_id, run.expires_at if TRANSITIONS[run.status] else None)

    def _finish(self, run: RunRecord, at: float, status: str) -> None:
        with self.store.transaction() as change:
            if change.get(RunRecord, run.id) == run:
                end(self.store, change, run, at, status)
        self.serving.forget(run.id)

    def _comes_now(self, change: Transaction, run: RunRecord, at: float, after: float) -> bool:
        """Whether what comes after so many seconds belongs to this very transition; else it is scheduled."""
        due = min(at + self.clock.stretch(after), run.expires_at)
        if due <= at < run.expires_at:
            return True
        change.schedule(run.id, run.thread_id, due)
        return False

    def answer_begins(self, change: Transaction, run: RunRecord, at: float, answer: Json) -> None:
        """Nothing of an answer is shown yet: begin its first part, if it has any."""
        if answer["parts"]:
            self._part_begins(change, run, at, answer, 0)
        else:
            change.schedule(run.id, run.thread_id, min(at, run.expires_at))

    def _part_begins(self, change: Transaction, run: RunRecord, at: float, answer: Json, number: int) -> None:
        part = answer["parts"][number]
        self.step_begins(change, run, at, part["type"])
        if self._comes_now(change, run, at, part["bursts"][0]["after"]):
            self._show_bursts(change, _read(change, run.id), at, answer)

    def step_begins(self, change: Transaction, run: RunRecord, at: float, type: str) -> None:
        """A step begins, with its message if it has one."""
        message_id = self.ids.new("msg") if type == "message_creation" else None
        data = {"id": self.ids.new("step"), "type": type, "message_id": message_id}
        note(change, run, at, "step.created", data)

    def _is_shown(self, run: RunRecord, answer: Json) -> bool:
        return bool(answer["parts"]) and run.shown == sum(len(part["bursts"]) for part in answer["parts"])


def _read(change: Transaction, run_id: str) -> RunRecord:
    run = change.get(RunRecord, run_id)
    if run is None:
        raise ApiError(404, f"No run found with id '{run_id}'.", code="not_found")
    return run
