"""Sight: what has been seen of a run so far, and the events for what is new in the next look.

It asks nothing and waits for nothing: it compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from threadlab.objects.event import Event, ModelExplained, Polled, StatusChanged, StepChanged
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep


class Sight:
    """The latest look at a run. `status` is None before the first; `steps` is by id, oldest first."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.status: str | None = None
        self.polls = 0
        self.steps: dict[str, RunStep] = {}
        self.notes = 0

    def polled(self, run: Run, at: float) -> Iterator[Event]:
        """The run was read."""
        self.polls += 1
        yield Polled(at=at, run=run, poll=self.polls)
        yield from self.reported(run, at)

    def reported(self, run: Run, at: float) -> Iterator[Event]:
        """The service reported the run, in answer to whatever request."""
        before, self.run, self.status = self.status, run, run.status
        if before != run.status:
            yield StatusChanged(at=at, run=run, before=before)

    def stepped(self, steps: Sequence[RunStep], at: float) -> Iterator[Event]:
        """The steps were read."""
        for step in steps:
            before = self.steps.get(step.id)
            if step != before:
                self.steps[step.id] = step
                yield StepChanged(at=at, step=step, before=before)

    def explained(self, notes: Sequence[ModelNote], at: float) -> Iterator[Event]:
        """The stand-in's notes were read; they only ever grow."""
        fresh, self.notes = notes[self.notes :], len(notes)
        for note in fresh:
            yield ModelExplained(at=at, note=note)

    def __str__(self) -> str:
        """The status and the latest step, in words."""
        step = next(reversed(self.steps.values()), None)
        latest = f"its latest step is {step.type} ({step.status})" if step else "it has no step yet"
        return f"status {self.status or self.run.status}, {latest}"
