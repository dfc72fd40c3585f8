"""The workbench port: what can be done to a backend that stands on your own table."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.truth import ModelCall as ModelCall
from threadlab.objects.truth import Transition as Transition
from threadlab.objects.truth import Truth as Truth

Setting = str | int | float | bool


class FaultSwitch(Protocol):
    """Breaks the backend on purpose. A fault is said by its kind, where it strikes, and options:

    faults.add("429", "create run", times=2)      in force until it has struck twice
    with faults("stuck", reason="no quota"): …    in force inside the block alone

    `kinds` lists what there is. Raises SettingsError, which lists it too, for a fault that does not exist.
    """

    @property
    def kinds(self) -> Mapping[str, str]:
        """Every kind of fault, and what it does."""
        ...

    @property
    def active(self) -> tuple[str, ...]:
        """The faults that can still strike, each in its text form."""
        ...

    def add(self, kind: str, where: str = "", **options: Setting | None) -> str:
        """Put a fault in force; `kind` may be its whole text form. Returns that text form."""
        ...

    def remove(self, fault: str) -> None:
        """Take a fault back, by its text form."""
        ...

    def clear(self) -> None:
        """Take all faults back."""
        ...

    def __call__(self, kind: str, where: str = "", **options: Setting | None) -> AbstractContextManager[str]:
        """A fault that is in force inside a `with` block."""
        ...


class Workbench(Protocol):
    """The hatch itself."""

    @property
    def pace(self) -> float:
        """Real seconds for each of the backend's seconds; 0 does not wait at all."""
        ...

    @pace.setter
    def pace(self, value: float) -> None: ...

    @property
    def faults(self) -> FaultSwitch:
        """The switch for everything that can go wrong."""
        ...

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
