"""Serving: the tool calls that this side answers itself, one move each, while the run is in progress.

A connected agent gets a run of its own, and its parent sleeps until that is over. A server tool is executed.
What is left after that waits for the client, and when nothing is left the model is consulted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from threadlab.backend.clock import Clock
from threadlab.backend.engine import children, server_tools
from threadlab.backend.engine.accepting import accept
from threadlab.backend.engine.approving import Approval, approve
from threadlab.backend.engine.configure import configure
from threadlab.backend.engine.definitions import definition_of
from threadlab.backend.engine.ending import end, step_ends
from threadlab.backend.engine.listing import ToolLists
from threadlab.backend.engine.log import note
from threadlab.backend.engine.machine import TERMINAL
from threadlab.backend.engine.project import connected_agents
from threadlab.backend.engine.server_tools import HandOff, ServerTool
from threadlab.backend.held_headers import HeldHeaders
from threadlab.backend.hosted import (
    HostedTool,
    KeptForThreads,
    NotYet,
    Outcome,
    Setting,
    ToolFailed,
    WorksAside,
)
from threadlab.backend.ids import Ids
from threadlab.backend.records import (
    AgentRecord,
    CallRecord,
    Entry,
    Json,
    MessageRecord,
    RunRecord,
    StepRecord,
    ThreadRecord,
)
from threadlab.backend.store.sqlite import Store
from threadlab.backend.store.transaction import Transaction
from threadlab.backend.wire.objects import text_part
from threadlab.backend.wire.paging import MAX_LIMIT, Page
from threadlab.backend.wire.tools import OURS

Served = str | tuple[AgentRecord, str] | Outcome | NotYet | ToolFailed | None
"""What is known of a call by now."""


class Serving:
    """Answers calls on this side. `tools` are the server tools by name, `hosted` the hosted ones by type.

    Its host puts them there. `headers` are what clients sent for the servers of tools.
    """

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self.tools: dict[str, ServerTool] = {}
        self.hosted: dict[str, HostedTool] = {}
        self.headers = HeldHeaders()
        self._lists = ToolLists(store, ids, self.hosted, self.headers)

    def goes_first(self, run: RunRecord) -> bool:
        """Whether it is this side's turn before the model's: to list tools, or to make approved calls."""
        return (run.status == "queued" and run.step_id is not None) or self._lists.is_due(run)

    def go(self, run: RunRecord, at: float) -> None:
        """Do what goes first."""
        if self._lists.is_due(run):
            self._lists.move(run, at)
            return
        with self._store.transaction() as change:
            if change.get(RunRecord, run.id) == run:
                note(change, run, at, "run.status", {"status": "in_progress"})
                change.schedule(run.id, run.thread_id, at)

    def approve(self, run_id: str, answers: Sequence[Approval]) -> RunRecord:
        """Take the client's answers for the calls that a run waits to make. Raises ApiError."""
        held = [replace(answer, headers=self.headers.hold(answer.headers)) for answer in answers]
        return approve(self._store, self._clock, run_id, held)

    def given(self, run: RunRecord) -> tuple[list[StepRecord], list[Json]]:
        """What a model is given beside messages: the run's steps so far, and the hosted tools that it has."""
        steps, offers = self._store.every(StepRecord, run.id), dict[str, Json]()
        for definition in run.config.tools:
            hosted = self.hosted.get(definition["type"])
            said = hosted.offer(self._setting(run, definition, steps)) if hosted else []
            for offer in said if isinstance(said, list) else [said]:
                name = offer["function"]["name"]
                if definition_of(name, run.config) is definition:  # else another tool has that name
                    offers[name] = offer
        return steps, list(offers.values())

    def next_call(self, step: StepRecord) -> CallRecord | None:
        """The first call of a step that this side has to answer."""
        ours = (call for call in step.calls if call.output is None and self._is_ours(call))
        return next((call for call in ours if call.approval != "needed"), None)

    def forget(self, run_id: str) -> None:
        """A run ended early: what is being done for its calls, and for those of its children, is dropped."""
        for tool in self.hosted.values():
            if isinstance(tool, WorksAside):
                tool.forget(run_id)
        for step in self._store.every(StepRecord, run_id):
            for child_id in [call.run_id for call in step.calls if call.run_id]:
                self.forget(child_id)

    def leave(self, thread_id: str) -> None:
        """A thread was deleted: nothing is kept for it."""
        for tool in self.hosted.values():
            if isinstance(tool, KeptForThreads):
                tool.leave(thread_id)

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
        waiting = step.waiting if step else []
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
        output = self._output(run, call, step) if call and step else None
        with self._store.transaction() as change:
            if change.get(RunRecord, run.id) != run:
                return
            if call is None:
                self.settle(change, run, at)
            elif isinstance(output, str):
                note(change, run, at, "tool.outputs", {"id": run.step_id, "outputs": {call.id: output}})
                self.settle(change, run, at)
            elif isinstance(output, Outcome):
                told, shown = {call.id: output.output}, {call.id: output.detail}
                note(change, run, at, "tool.outputs", {"id": run.step_id, "outputs": told, "details": shown})
                self.settle(change, run, at)
            elif isinstance(output, NotYet):
                change.schedule(run.id, run.thread_id, min(output.until, run.expires_at))
            elif isinstance(output, ToolFailed):
                fault = {"code": "tool_user_error", "message": str(output)}
                end(self._store, change, run, at, "failed", error=fault)
            elif output is not None:
                self._hand_over(change, run, call, output, at)
                change.schedule(run.id, run.thread_id, run.expires_at)
            else:
                child = change.get(RunRecord, call.run_id or "")  # it may have ended since it was read
                at_work = child is not None and child.status not in TERMINAL
                change.schedule(run.id, run.thread_id, run.expires_at if at_work else at)

    def _is_ours(self, call: CallRecord) -> bool:
        mine = call.kind == "connected_agent" or call.kind in OURS
        return mine or call.name in self.tools or call.run_id is not None

    def _output(self, run: RunRecord, call: CallRecord, step: StepRecord) -> Served:
        """The output of a call; or whom to hand which task; or None while its child is at work."""
        if call.run_id is not None:
            return self._childs_answer(call.run_id)
        if call.kind in OURS:
            return self._hosted(run, call, step)
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

    def _hosted(self, run: RunRecord, call: CallRecord, step: StepRecord) -> Served:
        hosted, definition = self.hosted.get(call.kind), definition_of(call.name, run.config)
        if hosted is None or definition is None:
            return Outcome(children.failure(f"this backend has no {call.kind}"))
        setting = self._setting(run, definition, self._store.every(StepRecord, run.id))
        number = [other.id for other in step.calls].index(call.id)
        try:
            headers = self.headers.told(setting, call.headers) if call.kind == "mcp" else {}
            setting = replace(setting, number=number, name=call.name, headers=headers)
            return hosted.call(setting, call.arguments)
        except ToolFailed as failure:
            return failure

    def _setting(self, run: RunRecord, definition: Json, steps: Sequence[StepRecord]) -> Setting:
        thread = self._store.get(ThreadRecord, run.thread_id)
        return Setting(
            run_id=run.id,
            thread_id=run.thread_id,
            definition=definition,
            resources=(run.config.tool_resources, thread.tool_resources if thread else {}),
            round=run.call,
            listed=tuple(activity for step in steps for activity in step.activities),
        )

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
