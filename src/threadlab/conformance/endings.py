"""Endings: a run that is cancelled, or whose time is up, from each status that it can be in."""

from __future__ import annotations

from azure.ai.agents.models import ThreadRun

from threadlab.conformance.bench import LIVE, Bench
from threadlab.conformance.check import Check, DoesNotConform, expect


def cancel_queued(bench: Bench) -> None:
    """A queued run can be cancelled, and the model is never asked."""
    _cancels(bench, "queued")
    expect(bench.asked == [], "a model that was not asked", seen=bench.asked)


def cancel_in_progress(bench: Bench) -> None:
    """A run that is at work can be cancelled, and its open step ends with it."""
    _cancels(bench, "in_progress")


def cancel_requires_action(bench: Bench) -> None:
    """A run that waits for outputs can be cancelled, and its open step ends with it."""
    run = _cancels(bench, "requires_action")
    statuses = [step.status for step in bench.steps(run)]
    expect(statuses == ["cancelled"], "one cancelled step", seen=statuses)


def cancel_twice(bench: Bench) -> None:
    """A run that was cancelled cannot be cancelled again."""
    run = bench.run()
    bench.sdk.runs.cancel(run.thread_id, run.id)
    bench.refused(lambda: bench.sdk.runs.cancel(run.thread_id, run.id), "the run was cancelled before")


def cancel_completed(bench: Bench) -> None:
    """A run that is over cannot be cancelled, and stays as it is."""
    run = bench.until(bench.run(), "completed")
    bench.refused(lambda: bench.sdk.runs.cancel(run.thread_id, run.id), "the run is completed")
    expect(bench.read(run).status == "completed", "a completed run", seen=bench.read(run).status)


def outputs_after_a_cancel(bench: Bench) -> None:
    """A cancelled run takes no outputs: tools may be slow, and their results late."""
    run = bench.in_status("requires_action")
    ids = [call.id for call in bench.calls(run)]
    bench.sdk.runs.cancel(run.thread_id, run.id)
    bench.refused(lambda: bench.submit(run, ids), "the run is cancelled")


def waiting_run_expires(bench: Bench) -> None:
    """A run that nobody answers expires at its expires_at, not before, and its step with it."""
    run = bench.in_status("requires_action")
    bench.backend.time.sleep(_expiry(run) - bench.backend.time.now() - 10)
    before = bench.read(run).status
    expect(before == "requires_action", "a run that waits until its time is up", seen=before)
    bench.backend.time.sleep(20)
    after = bench.read(run)
    expect(after.status == "expired", "expired", seen=after.status)
    statuses = [step.status for step in bench.steps(run)]
    expect(statuses == ["expired"], "one expired step", seen=statuses)


def every_live_run_expires(bench: Bench) -> None:
    """A move at or after a run's expires_at expires it, whatever it was about to do."""
    for status in LIVE:
        run = bench.in_status(status)
        bench.engine.move(run.id, _expiry(run) + 1)
        after = bench.read(run).status
        expect(after == "expired", f"expired, after {status}", seen=after)


def outputs_after_expiry(bench: Bench) -> None:
    """An expired run takes no outputs."""
    run = bench.in_status("requires_action")
    ids = [call.id for call in bench.calls(run)]
    bench.backend.time.sleep(3600)
    bench.refused(lambda: bench.submit(run, ids), "the run has expired")


def _cancels(bench: Bench, status: str) -> ThreadRun:
    """A run that was cancelled from that status, after checking what every such run shows."""
    run = bench.in_status(status)
    now = bench.sdk.runs.cancel(run.thread_id, run.id).status
    expect(now in ("cancelling", "cancelled"), "cancelling, or cancelled at once", seen=now)
    run = bench.until(bench.read(run), "cancelled")
    expect(run.cancelled_at is not None, "the time when it was cancelled", seen=run.cancelled_at)
    open_steps = [step.id for step in bench.steps(run) if step.status == "in_progress"]
    expect(open_steps == [], "no step that is still open", seen=open_steps)
    return run


def _expiry(run: ThreadRun) -> float:
    """When a live run expires, in Unix seconds."""
    if run.expires_at is None:
        raise DoesNotConform("a live run says when it expires", f"no expires_at while it is {run.status}")
    return run.expires_at.timestamp()


ENDINGS = tuple(
    Check.of(judge)
    for judge in (
        cancel_queued,
        cancel_in_progress,
        cancel_requires_action,
        cancel_twice,
        cancel_completed,
        outputs_after_a_cancel,
        waiting_run_expires,
        every_live_run_expires,
        outputs_after_expiry,
    )
)
