"""The workbench port: what can be done to a backend that stands on your own table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run


@dataclass(frozen=True, slots=True)
class Transition:
    """One status that a run really had, from when on (Unix seconds), whether or not a poll saw it."""

    at: float
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One consultation of the model: exactly what it was given, and what it answered.

    `request` holds instructions, messages and tools as the completer got them; `answer` the text or the
    tool calls that came back.
    """

    call: int
    at: float
    request: Mapping[str, Any]
    answer: Mapping[str, Any]
    note: ModelNote


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What really happened in a run, from the backend's own log.

    `log` is the canonical log of the run as plain mappings (`seq`, `at`, `leg`, `kind`, `data`).
    """

    run_id: str
    transitions: tuple[Transition, ...]
    model_calls: tuple[ModelCall, ...]
    log: tuple[Mapping[str, Any], ...] = field(repr=False)


class Workbench(Protocol):
    """The hatch itself."""

    @property
    def pace(self) -> float:
        """Real seconds for each of the backend's seconds; 0 does not wait at all."""
        ...

    @pace.setter
    def pace(self, value: float) -> None: ...

    def now(self) -> float:
        """The backend's clock, in Unix seconds."""
        ...

    def truth(self, run: Run) -> Truth:
        """What really happened in the run so far. It changes nothing."""
        ...

    def step(self, run: Run) -> Run:
        """Let the run make its next transition, whenever it would be due. No-op on a run that is over."""
        ...

    def notes(self, run: Run) -> tuple[ModelNote, ...]:
        """Why the stand-in answered as it did, for each model call that became visible."""
        ...
