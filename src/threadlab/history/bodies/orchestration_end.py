"""Orchestration end: the last line of an orchestration context; also where no orchestrator is to write it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from threadlab.history.bodies.orchestration import FILE, OrchestrationContext
from threadlab.history.work.open_run import OpenRun
from threadlab.journal.decision import ContextClosed, Decision, is_deciding
from threadlab.journal.decision_log import DecisionLog
from threadlab.journal.record import AgentCall, Record
from threadlab.objects.usage import Usage


def orchestration_end(
    record: Record,
    decisions: Sequence[Decision],
    status: str,
    reason: str = "",
    *,
    stopped_by: str = "",
    path: str = "",
) -> ContextClosed:
    """The end of a context, or of the team's at `path`: what deciding took, apart from the work. Pure."""
    calls = [one for one in record.calls if one.path.startswith(f"{path}." if path else "")]
    deciding = [one for one in calls if is_deciding(one.path)]
    own = [one for one in decisions if one.path.rpartition(".")[0] == path]
    return ContextClosed(
        status=status,
        reason=reason,
        stopped_by=stopped_by,
        decisions=len(own),
        usage=_taken(deciding),
        seconds=sum(one.seconds for one in deciding),
        work=_taken([one for one in calls if not is_deciding(one.path)]),
        saved_tokens=sum(one.saved_tokens for one in own),
        path=path,
    )


def end_orchestration(open_run: OpenRun, status: str, reason: str) -> None:
    """Close the context of a user run that ends where nobody orchestrates it; one that is empty stays so."""
    directory = open_run.directory
    context = OrchestrationContext(directory.id, directory.folder / FILE)
    if context.opened is None or context.closed is not None:
        return
    with closing(DecisionLog(directory)) as log:
        end = orchestration_end(open_run.record, context.decisions, status, reason)
        log.append(end, open_run.time.now())


def _taken(calls: Sequence[AgentCall]) -> Usage:
    """The tokens of these calls; what was reused took none."""
    return sum((one.usage for one in calls if not one.reused), Usage())
