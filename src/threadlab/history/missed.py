"""Missed: a replay asked for something that was never recorded. The error names the nearest that was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadlab.errors import ReplayMissed
from threadlab.history.context import Context
from threadlab.history.memo import Memo
from threadlab.history.request import agent_request, differences, request_hash

DIFFERENCES_SHOWN = 5


def missed_call(
    base: Memo, path: str, agent: str, request: Mapping[str, Any], context: Context
) -> ReplayMissed:
    """The error for an agent call: held field by field against the recorded call that is nearest to it."""
    found = f"the replay of {base.user_run} asks {agent} at {path} for what was never recorded"
    nearest = base.nearest(path)
    if nearest is None or base.of is None:
        return ReplayMissed(found, hint=f"{base.user_run} holds no agent call; rerun it to make one")
    if nearest.path == path and nearest.status != "completed":
        return ReplayMissed(
            f"{found}: the call at {path} ended as {nearest.status}", hint="retry() makes it again, live"
        )
    recorded = agent_request(base.of.config, base.of.config.agents[nearest.agent], context, nearest.prompt)
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
