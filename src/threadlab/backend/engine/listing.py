"""Listing: at the start of a run its MCP servers are asked which functions they have, one a move.

What they say stands in a run step of type activities, before the model is consulted, as on the service. The
run keeps to it to its end. A server that cannot tell fails the run.
"""

from __future__ import annotations

from dataclasses import replace

from threadlab.backend.engine.ending import NOTHING_SPENT, end, step_ends
from threadlab.backend.engine.log import note
from threadlab.backend.held_headers import HeldHeaders
from threadlab.backend.hosted import HostedTool, Listing, NotYet, Setting, ToolFailed
from threadlab.backend.ids import Ids
from threadlab.backend.records import Json, RunRecord, StepRecord
from threadlab.backend.store.sqlite import Store
from threadlab.backend.store.transaction import Transaction


class ToolLists:
    """Asks the servers of runs, through the `hosted` tools that list, with the `headers` that were sent."""

    def __init__(self, store: Store, ids: Ids, hosted: dict[str, HostedTool], headers: HeldHeaders) -> None:
        self._store = store
        self._ids = ids
        self._hosted = hosted
        self._headers = headers

    def is_due(self, run: RunRecord) -> bool:
        """Whether servers are to be asked before anything else happens to the run."""
        if run.call or not any(self._listing(tool) for tool in run.config.tools):
            return False
        step = self._step(run)
        return step is None or step.status == "in_progress"

    def move(self, run: RunRecord, at: float) -> None:
        """Ask the next server, or end the step. Nothing happens if somebody else moved the run meanwhile."""
        step = self._step(run)
        known = {activity["server_label"] for activity in step.activities} if step else set()
        tools = [tool for tool in run.config.tools if self._listing(tool)]
        number, definition = next(
            ((number, tool) for number, tool in enumerate(tools) if tool["server_label"] not in known),
            (0, None),
        )
        said = self._ask(run, number, definition) if definition else None
        with self._store.transaction() as change:
            if change.get(RunRecord, run.id) == run:
                self._write(change, run, at, said)

    def _write(
        self, change: Transaction, run: RunRecord, at: float, said: Json | NotYet | ToolFailed | None
    ) -> None:
        if run.status == "queued":
            note(change, run, at, "run.status", {"status": "in_progress"})
        if run.step_id is None:
            data = {"id": self._ids.new("step"), "type": "activities", "message_id": None}
            note(change, run, at, "step.created", data)
        run = change.get(RunRecord, run.id) or run
        if isinstance(said, ToolFailed):
            fault = {"code": "tool_user_error", "message": str(said)}
            end(self._store, change, run, at, "failed", error=fault)
            return
        if said is None:
            step_ends(change, run, at, "completed", NOTHING_SPENT)
        elif not isinstance(said, NotYet):
            activity = {"type": "mcp_list_tools", "id": self._ids.new("mcpl"), **said}
            note(change, run, at, "tools.listed", {"id": run.step_id, "activities": [activity]})
        until = said.until if isinstance(said, NotYet) else at
        change.schedule(run.id, run.thread_id, min(until, run.expires_at))

    def _ask(self, run: RunRecord, number: int, definition: Json) -> Json | NotYet | ToolFailed:
        listing = self._listing(definition)
        assert listing is not None, "only tools that list are asked"
        setting = Setting(
            run_id=run.id,
            thread_id=run.thread_id,
            definition=definition,
            resources=(run.config.tool_resources,),
            round=0,
            number=number,
        )
        try:
            return listing.list_tools(replace(setting, headers=self._headers.told(setting)))
        except ToolFailed as failure:
            return failure

    def _listing(self, tool: Json) -> Listing | None:
        hosted = self._hosted.get(tool["type"])
        return hosted if isinstance(hosted, Listing) else None

    def _step(self, run: RunRecord) -> StepRecord | None:
        steps = self._store.every(StepRecord, run.id)
        return next((step for step in steps if step.type == "activities"), None)
