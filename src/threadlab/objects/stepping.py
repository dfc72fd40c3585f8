"""Stepping: the hands on a service whose time stands still while nobody waits for it.

The local backend of a seeded lab is one. Whoever waits there decides how fast its runs go on, and whether
they go on at all. A service that lives in real time has no such hands.
"""

from __future__ import annotations

from typing import Any, Protocol

from threadlab.objects.truth import Truth


class Stepping(Protocol):
    """Moves the runs of one service. `run` is a `Run` of it, or whatever else names one."""

    @property
    def pace(self) -> float:
        """Real seconds for each of the service's seconds; 0 does not wait at all."""
        ...

    @pace.setter
    def pace(self, value: float) -> None: ...

    def press(self, run: Any) -> None:
        """Let the run make its next transition now, whenever it would be due."""
        ...

    def truth(self, run: Any) -> Truth:
        """What really happened in the run so far. It changes nothing."""
        ...
