"""Call failed: an agent call that a body cannot go on from."""

from __future__ import annotations

from threadlab.errors import HistoryError
from threadlab.journal.record import AgentCall


class CallFailed(HistoryError):
    """An agent call did not complete. `call` is what is known of it."""

    def __init__(self, call: AgentCall) -> None:
        reason = f" ({call.run.incomplete_reason})" if call.run and call.run.incomplete_reason else ""
        why = call.error.message if call.error else f"it ended as {call.status}{reason}"
        where, hint = f" at {call.path}", "retry() the user run"
        if call.agent == call.path:  # a flow's node
            where, hint = "", f"rerun from there: start_hierarchy_path={call.path!r}"
        super().__init__(f"{call.agent} did not answer{where}: {why}", hint=hint)
        self.call = call
