"""Fault: why a run or a step failed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """The service's code and its message."""

    code: str
    message: str
