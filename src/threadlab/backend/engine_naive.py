"""A deliberately naive engine: a first attempt, to be repaired. The plain path and a tool round work.

Its faults, each of them one that a first attempt has:

- it does not look for an active run on the thread: the store's own rule breaks the request, if anything does;
- outputs are taken as they come: missing ones become empty, unknown ones are dropped, the last of two counts;
- they are taken at any time, so a run that is over begins again and answers twice;
- only a queued run can be cancelled;
- nothing expires, and a run that waits for outputs is on nobody's list: its thread looks free;
- the status is not looked at before a move: a run that is over is moved like any other;
- the agent is read when the model is asked, not when the run starts: changes and deletion reach the run,
  and settings of the run's own do not;
- an error of the model breaks the request of whoever looks, and an answer that was cut short is whole;
- text that comes together with tool calls is lost;
- the run's usage is that of its last consultation;
- nothing but the run's creation is written to the log, so no stream and no replay can tell what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from threadlab.backend.clock import Clock
from threadlab.backend.completer.port import Call, Completer, Request, Text
from threadlab.backend.completer.tokens import estimate, estimate_request
from threadlab.backend.engine import history
from threadlab.backend.engine.accepting import LIFETIME, QUEUEING
from threadlab.backend.engine.configure import configure
from threadlab.backend.engine.log import write
from threadlab.backend.engine.plan import THINKING
from threadlab.backend.engine.serving import Serving
from threadlab.backend.ids import Ids
from threadlab.backend.records import (
    AgentRecord,
    CallRecord,
    Entry,
    Json,
    MessageRecord,
    Record,
    RunConfig,
    RunRecord,
    StepRecord,
    ThreadRecord,
    UsageRecord,
)
from threadlab.backend.store.sqlite import Store
from threadlab.backend.wire.errors import bad_request
from threadlab.backend.wire.objects import text_part


class NaiveEngine:
    """The five verbs of an engine, as one would write them at first."""

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
        """Accept a run."""
        at, run_id = self.clock.now(), self.ids.new("run")
        data = {"id": run_id, "agent_id": agent.id, "expires_at": at + LIFETIME}
        data |= {"config": asdict(config), "metadata": metadata}
        with self.store.transaction() as change:
            if new_thread:
                change.put(thread)
            write(change, [*first, Entry("run.created", data, thread.id, run_id, 1, at)])
            change.schedule(run_id, thread.id, at + QUEUEING)
        return self._read(run_id)

    def move(self, run_id: str, at: float) -> None:
        """Take the run from the queue, or ask the model and write its answer down."""
        run = self._read(run_id)
        if run.status == "queued":
            self._save(replace(run, status="in_progress", started_at=run.started_at or at), due=at + THINKING)
            return
        request = self._request(run, at)
        pieces = list(self.completer.complete(request))
        text = "".join(piece.text for piece in pieces if isinstance(piece, Text))
        calls = [piece for piece in pieces if isinstance(piece, Call)]
        usage = UsageRecord(estimate_request(request), estimate(text + str(calls)))
        run = replace(run, call=run.call + 1, usage=usage)
        made = {"thread_id": run.thread_id, "run_id": run.id, "agent_id": run.agent_id, "created_at": at}
        self._ask(run, calls, usage, made) if calls else self._say(run, text, usage, made)

    def submit(self, run_id: str, outputs: Sequence[tuple[str, str]]) -> RunRecord:
        """Write the outputs down and queue the run again."""
        run, given = self._read(run_id), dict(outputs)
        step = self.store.get(StepRecord, run.step_id or "")
        at, changed = self.clock.now(), []
        if step is not None:
            calls = [replace(call, output=given.get(call.id, "")) for call in step.calls]
            changed.append(replace(step, calls=calls, status="completed", ended_at=at))
        self._save(replace(run, status="queued"), *changed, due=at + QUEUEING)
        return self._read(run_id)

    def cancel(self, run_id: str) -> RunRecord:
        """Cancel a run that has not begun."""
        run = self._read(run_id)
        if run.status != "queued":
            raise bad_request(f"Cannot cancel run with status '{run.status}'.")
        self._save(replace(run, status="cancelled", ended_at=self.clock.now()))
        return self._read(run_id)

    def stop(self, thread_id: str) -> None:
        """Nothing: the run goes with its thread."""

    def _request(self, run: RunRecord, at: float) -> Request:
        agent = self.store.get(AgentRecord, run.agent_id)
        assert agent is not None
        steps, messages = self.store.every(StepRecord, run.id), history.window(self.store, run)
        request = history.request(replace(run, config=configure(agent)), messages, at, steps)
        assert isinstance(request, Request)
        return request

    def _ask(self, run: RunRecord, calls: Sequence[Call], usage: UsageRecord, made: Json) -> None:
        asked = [CallRecord(id=self.ids.new("call"), **asdict(call)) for call in calls]
        id = self.ids.new("step")
        step = StepRecord(id=id, type="tool_calls", calls=asked, asked=True, usage=usage, **made)
        self._save(replace(run, status="requires_action", step_id=id), step)

    def _say(self, run: RunRecord, text: str, usage: UsageRecord, made: Json) -> None:
        id, step_id, at = self.ids.new("msg"), self.ids.new("step"), made["created_at"]
        answer = MessageRecord(id=id, role="assistant", content=[text_part(text)], **made)
        step = StepRecord(id=step_id, type="message_creation", message_id=id, usage=usage, **made)
        step = replace(step, status="completed", ended_at=at)
        self._save(replace(run, status="completed", ended_at=at), step, answer)

    def _read(self, run_id: str) -> RunRecord:
        run = self.store.get(RunRecord, run_id)
        assert run is not None
        return run

    def _save(self, run: RunRecord, *others: Record, due: float | None = None) -> None:
        with self.store.transaction() as change:
            for record in (*others, run):
                change.put(record)
            change.schedule(run.id, run.thread_id, due)
