"""Missed: a replay asked for something that was never recorded. The error names the nearest that was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadlab.errors import ReplayMissed
from threadlab.history.contexts.context import Context
from threadlab.history.plans.memo import Memo
from threadlab.history.plans.request import differences, request_hash, request_of

DIFFERENCES_SHOWN = 5


def missed_call(
    base: Memo, path: str, agent: str, request: Mapping[str, Any], context: Context
) -> ReplayMissed:
    """The error for an agent call: held field by field against the recorded call that is nearest to it."""
    found = f"the replay of {base.user_run} asks {agent} at {path} for what was never recorded"
    nearest = base.nearest(path)
    if nearest is None or base.of is None:
        return ReplayMissed(found, hint=f"{base.user_run} holds no agent call; rerun it to make one")
    if nearest.path == path and nearest.status == "in_progress":
        return ReplayMissed(
            f"{base.user_run} is not over: its call at {path} has no answer yet that could be given again",
            hint="resume() goes on with it, or answer(...) where it waits; then it can be replayed",
        )
    if nearest.path == path and nearest.status != "completed":
        return ReplayMissed(
            f"{found}: the call at {path} ended as {nearest.status}", hint="retry() makes it again, live"
        )
    if base.of.status != "completed" and base.call_at(path) is None:
        why = f" ({base.of.reason})" if base.of.reason else ""
        return ReplayMissed(
            f"{base.user_run} ended as {base.of.status}{why} before anything was asked at {path}",
            hint="retry(reuse=threadlab.runs.Reuse.finished()) reuses what it did, and makes the rest live",
        )
    recorded = request_of(base.of, nearest, context)
    different = list(differences(recorded, request))
    if request_hash(recorded) != nearest.request:
        different.append("context: other messages come before it now")
    shown = "; ".join(different[:DIFFERENCES_SHOWN]) or "nothing that is recorded"
    more = f"; and {len(different) - DIFFERENCES_SHOWN} more" if len(different) > DIFFERENCES_SHOWN else ""
    return ReplayMissed(
        f"{found}. What is recorded at {nearest.path} differs: {shown}{more}",
        hint="replay() without changes gives what was recorded; rerun() makes the changed calls live",
    )


def missed_unit(base: Memo, path: str) -> ReplayMissed:
    """The error for a unit of another kind."""
    finished = [one.path for one in (base.of.units if base.of else ()) if one.status == "completed"]
    return ReplayMissed(
        f"the replay of {base.user_run} needs the result of {path}, and that was never recorded like this",
        hint=f"finished units are: {', '.join(finished) or 'none'}; rerun() makes the others live",
    )
