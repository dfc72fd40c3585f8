"""Serving: the tool calls that this side answers itself, one move each, while the run is in progress.

A connected agent gets a run of its own, and its parent sleeps until that is over. A server tool is executed.
What is left after that waits for the client, and when nothing is left the model is consulted again.
"""

from __future__ import annotations

from dataclasses import replace

from threadlab.backend.clock import Clock
from threadlab.backend.engine import children, server_tools
from threadlab.backend.engine.accepting import accept
from threadlab.backend.engine.configure import configure
from threadlab.backend.engine.ending import end, step_ends
from threadlab.backend.engine.log import note
from threadlab.backend.engine.machine import TERMINAL
from threadlab.backend.engine.project import connected_agents
from threadlab.backend.engine.server_tools import HandOff, ServerTool
from threadlab.backend.ids import Ids
from threadlab.backend.records import (
    AgentRecord,
    CallRecord,
    Entry,
    MessageRecord,
    RunRecord,
    StepRecord,
    ThreadRecord,
)
from threadlab.backend.store.sqlite import Store
from threadlab.backend.store.transaction import Transaction
from threadlab.backend.wire.objects import text_part
from threadlab.backend.wire.paging import MAX_LIMIT, Page


class Serving:
    """Answers calls on this side. `tools` are the server tools by name; its host puts them there."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self.tools: dict[str, ServerTool] = {}

    def next_call(self, step: StepRecord) -> CallRecord | None:
        """The first call of a step that this side has to answer."""
        return next((call for call in step.calls if call.output is None and self._is_ours(call)), None)

    def at_work(self, run_id: str) -> str:
        """The id of the run that moves next for this one: its own, or that of the child that it waits for."""
        run = self._store.get(RunRecord, run_id)
        step = self._store.get(StepRecord, run.step_id) if run and run.step_id else None
        call = self.next_call(step) if step else None
        child = self._store.get(RunRecord, call.run_id) if call and call.run_id else None
        return run_id if child is None or child.status in TERMINAL else self.at_work(child.id)

    def settle(self, change: Transaction, run: RunRecord, at: float) -> None:
        """All calls are written: serve ours, then ask the client for the others, then go on."""
        step = change.get(StepRecord, run.step_id or "")
        waiting = [call for call in step.calls if call.output is None] if step else []
        if step and self.next_call(step):
            change.schedule(run.id, run.thread_id, at)
        elif waiting and run.parent_id:
            names = ", ".join(dict.fromkeys(call.name for call in waiting))
            message = f"an agent called by another has no client that could run {names} for it"
            end(self._store, change, run, at, "failed", error={"code": "tool_user_error", "message": message})
        elif waiting:
            note(change, run, at, "run.status", {"status": "requires_action"})
            change.schedule(run.id, run.thread_id, run.expires_at)
        else:
            usage = self._store.entry(run.answer or 0).data["parts"][-1]["usage"]
            step_ends(change, run, at, "completed", usage)
            change.schedule(run.id, run.thread_id, at)

    def serve(self, run: RunRecord, at: float) -> None:
        """Answer one call, or begin to. Nothing happens if somebody else moved the run meanwhile."""
        step = self._store.get(StepRecord, run.step_id or "")
        call = self.next_call(step) if step else None
        output = self._output(run, call) if call else None
        with self._store.transaction() as change:
            if change.get(RunRecord, run.id) != run:
                return
            if call is None:
                self.settle(change, run, at)
            elif isinstance(output, str):
                note(change, run, at, "tool.outputs", {"id": run.step_id, "outputs": {call.id: output}})
                self.settle(change, run, at)
            elif output is not None:
                self._hand_over(change, run, call, output, at)
                change.schedule(run.id, run.thread_id, run.expires_at)
            else:
                child = change.get(RunRecord, call.run_id or "")  # it may have ended since it was read
                at_work = child is not None and child.status not in TERMINAL
                change.schedule(run.id, run.thread_id, run.expires_at if at_work else at)

    def _is_ours(self, call: CallRecord) -> bool:
        return call.kind == "connected_agent" or call.name in self.tools or call.run_id is not None

    def _output(self, run: RunRecord, call: CallRecord) -> str | tuple[AgentRecord, str] | None:
        """The output of a call; or whom to hand which task; or None while its child is at work."""
        if call.run_id is not None:
            return self._childs_answer(call.run_id)
        if call.kind == "connected_agent":
            agent = self._store.get(AgentRecord, connected_agents(run.config)[call.name])
            task = children.task_of(call.arguments)
            if agent is None:
                return children.failure(f"the agent that is connected as {call.name} does not exist any more")
            if task is None:
                return children.failure(f'{call.name} needs a message: {{"message": "…"}}')
            return self._checked(run, agent, task)
        result = server_tools.call(self.tools, call.name, call.arguments)
        if isinstance(result, HandOff):
            return self._checked(run, self._specialist(run, result), result.task)
        return result

    def _checked(self, run: RunRecord, agent: AgentRecord, task: str) -> str | tuple[AgentRecord, str]:
        objection = children.objection(run, agent.id)
        return children.failure(objection) if objection else (agent, task)

    def _specialist(self, run: RunRecord, hand_off: HandOff) -> AgentRecord:
        return AgentRecord(
            id=self._ids.new("asst"),
            created_at=self._clock.now(),
            model=run.config.model,
            name=hand_off.name,
            instructions=hand_off.instructions,
        )

    def _childs_answer(self, run_id: str) -> str | None:
        child = self._store.get(RunRecord, run_id)
        if child is None:
            return children.failure(f"the agent's run {run_id} was deleted with its thread")
        if child.status not in TERMINAL:
            return None
        page = Page(MAX_LIMIT, descending=False)
        messages, _ = self._store.page(MessageRecord, page, child.thread_id, child.id)
        return children.answer_of(child, messages)

    def _hand_over(
        self, change: Transaction, run: RunRecord, call: CallRecord, to: tuple[AgentRecord, str], at: float
    ) -> None:
        """Start the child on a thread of its own, with the task as its user's message."""
        agent, task = to
        above = change.get(ThreadRecord, run.thread_id)
        metadata = children.inherited(above) if above else {}
        thread = ThreadRecord(id=self._ids.new("thread"), created_at=at, metadata=metadata)
        child_id = self._ids.new("run")
        said = {"id": self._ids.new("msg"), "role": "user", "content": [text_part(task)]}
        change.put(thread)
        if call.kind != "connected_agent":  # a specialist: it is made with its task
            change.put(replace(agent, metadata=metadata))
        first = [Entry("message.created", said, thread.id, at=at)]
        config = configure(agent)
        accept(change, self._clock, child_id, thread.id, agent, config, at, first=first, parent=run)
        where = {"run_id": child_id, "thread_id": thread.id, "agent_id": agent.id}
        note(change, run, at, "tool.child", {"id": run.step_id, "call_id": call.id, **where})
