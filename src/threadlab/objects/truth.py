"""Truth: what really happened in a run, as only the backend on your own table can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from threadlab.objects.model_note import ModelNote


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
class StruckFault:
    """A fault that was asked for and struck the run: its kind, its text form, and what it did, in words.

    `until` is the instant (Unix seconds) before which nothing happens to the run because of it.
    """

    at: float
    kind: str
    fault: str
    effect: str
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What really happened in a run, from the backend's own log.

    `log` is the canonical log of the run as plain mappings (`seq`, `at`, `leg`, `kind`, `data`). `now` is
    the backend's clock and `due` when the run's next transition is to be made (Unix seconds; None once it
    is over).
    """

    run_id: str
    transitions: tuple[Transition, ...]
    model_calls: tuple[ModelCall, ...]
    log: tuple[Mapping[str, Any], ...] = field(repr=False)
    faults: tuple[StruckFault, ...] = ()
    now: float = 0.0
    due: float | None = None
