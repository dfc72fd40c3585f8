"""The faults in force, and the decision which occasion is struck.

A fault of the server counts the occasions of all runs together. A fault that a run brings along in its
metadata, under `threadlab.fault`, counts that run's alone.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from threading import RLock

from threadlab.backend.faults.fault import Fault, FaultError, parse_all

METADATA = "threadlab.fault"
"""The key of a run's metadata that names faults for this run, in their text form."""
MOST_RUNS = 1000
"""Runs with faults of their own that are remembered."""


class Armed:
    """A fault with its counts."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.struck = 0
        self._occasions = 0
        self._chance = random.Random(fault.seed)

    def strikes_now(self) -> bool:
        """Count one occasion, and say whether it is struck."""
        fault = self.fault
        if fault.times is not None and self.struck >= fault.times:
            return False
        self._occasions += 1
        counted = self._occasions - fault.skip
        if counted < 1 or (counted - 1) % fault.every or self._chance.random() >= fault.chance:
            return False
        self.struck += 1
        return True


class Faults:
    """The faults of one backend; any thread may change or ask them."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._armed = [Armed(fault) for fault in faults]
        self._of_runs: OrderedDict[str, list[Armed]] = OrderedDict()
        self._lock = RLock()

    @property
    def active(self) -> tuple[Fault, ...]:
        """The server's faults that can still strike."""
        with self._lock:
            return tuple(
                armed.fault
                for armed in self._armed
                if armed.fault.times is None or armed.struck < armed.fault.times
            )

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        with self._lock:
            self._armed.append(Armed(fault))

    def remove(self, fault: Fault) -> None:
        """Take the latest such fault back, whether or not it struck."""
        with self._lock:
            for place in reversed(range(len(self._armed))):
                if self._armed[place].fault == fault:
                    del self._armed[place]
                    return

    def clear(self) -> None:
        """Take all faults of the server back."""
        with self._lock:
            self._armed.clear()

    def strike(
        self,
        strikes: str,
        fits: Callable[[Fault], bool],
        run_id: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> Fault | None:
        """The fault that strikes this occasion, if one does.

        `fits` says whether a fault means the occasion; `metadata` is that of the run, or of the one to be.
        """
        if not self._armed and not (metadata and METADATA in metadata):
            return None  # and no lock is taken, which an interrupt could leave behind
        with self._lock:
            for armed in [*self._armed, *self._own(run_id, metadata or {})]:
                fault = armed.fault
                mine = fault.strikes == strikes and fault.run in ("", run_id)
                if mine and fits(fault) and armed.strikes_now():
                    return fault
        return None

    def _own(self, scope: str, metadata: Mapping[str, str]) -> list[Armed]:
        """The faults that a run brings along; `scope` is its id, or what stands for it before it has one."""
        text = metadata.get(METADATA)
        if not text:
            return []
        if scope not in self._of_runs:
            self._of_runs[scope] = [Armed(fault) for fault in faults_of_run(text)]
            while len(self._of_runs) > MOST_RUNS:
                self._of_runs.popitem(last=False)
        return self._of_runs[scope]


def faults_of_run(text: str) -> tuple[Fault, ...]:
    """The faults of a run's metadata. Raises FaultError; no client may kill the process."""
    faults = parse_all(text)
    if any(fault.kind == "crash" and fault["kill"] for fault in faults):
        raise FaultError("a run's metadata cannot kill the process: leave out kill")
    return faults
