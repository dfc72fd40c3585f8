"""Why a run waits in the queue."""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.diagnosis.evidence import Evidence, gather
from threadlab.diagnosis.finding import Finding
from threadlab.objects.run import Run

PATIENCE = 10.0
"""Seconds in the queue after which a run is said to be stuck, where nobody can look inside."""


def queued_reason(run: Run) -> str:
    """Why the run is queued, in a sentence; empty for one that is not."""
    return next((finding.found for finding in waiting(gather(run))), "")


def waiting(evidence: Evidence) -> Iterator[Finding]:
    """Findings about a run that stands in the queue, or in the midst of its work."""
    run, truth = evidence.now, evidence.truth
    held = evidence.struck("stuck", "crash")
    if run.status not in ("queued", "in_progress"):
        return
    if held is not None and (held.until or 0.0) > evidence.at:
        yield _held(held.kind, held.effect, held.until or 0.0, evidence)
    elif truth is None or truth.due is None:
        yield _from_outside(evidence)
    elif truth.due > evidence.at:
        yield Finding(
            reason="its_turn_comes",
            found=f"the run is {run.status} and its next move is due in {truth.due - evidence.at:.1f} s "
            "of the backend's time",
            next="wait for it by the backend's clock: wait(run), follow(run) or watch(run)",
        )
    else:
        yield Finding(
            reason="nobody_drives_it",
            found=f"the run is {run.status}, and its next move has been due for "
            f"{evidence.at - truth.due:.1f} s: a run that nobody looks at stands still",
            next="follow it: wait(run), follow(run) or watch(run); or start the server that drives its store",
        )


def overcome(evidence: Evidence) -> Iterator[Finding]:
    """What held the run up, and is over."""
    if evidence.now.status in ("queued", "expired"):
        return
    for kind, reason in (("crash", "worker_died"), ("stuck", "stuck_in_queue")):
        fault = evidence.struck(kind)
        if fault is not None and (fault.until or 0.0) <= evidence.at:
            yield Finding(
                reason=reason,
                found=f"{fault.effect}; the run went on {(fault.until or 0.0) - fault.at:.0f} s later",
                next="nothing: what was saved was kept, and no step was done twice",
            )


def _held(kind: str, effect: str, until: float, evidence: Evidence) -> Finding:
    left = until - evidence.at
    if kind == "crash":
        return Finding(
            reason="worker_died",
            found=f"{effect}; another takes the run over in {left:.0f} s, from the last step that was saved",
            next="wait for it; what was done is kept and is not done again",
        )
    return Finding(
        reason="stuck_in_queue",
        found=f"{effect}, for {left:.0f} s more",
        next="check that the model deployment is up and its quota is not used up; or cancel the run and "
        "start one with another model: lab.runs.create(thread, agent, model=…)",
    )


def _from_outside(evidence: Evidence) -> Finding:
    run = evidence.now
    waited = max(evidence.at - run.created_at, 0.0)
    if run.status == "queued" and waited >= PATIENCE:
        return Finding(
            reason="stuck_in_queue",
            found=f"the run has been queued for {waited:.0f} s, and the service gives no reason",
            next="check that the model deployment exists and is up, then its quota (tokens a minute); or "
            "cancel the run and start one with another model",
            certain=False,
        )
    return Finding(
        reason="its_turn_comes",
        found=f"the run is {run.status} since {waited:.0f} s",
        next="wait for it: wait(run) or follow(run)",
    )
