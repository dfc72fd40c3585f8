"""The fault switch: a backend, broken on purpose and mended again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from threadlab.backend.faults.fault import Fault, FaultError
from threadlab.backend.faults.kinds import KINDS
from threadlab.errors import SettingsError
from threadlab.workbench.port import Setting


class FaultsInForce(Protocol):
    """The faults of a backend, wherever that is."""

    @property
    def active(self) -> Sequence[Fault]:
        """The faults that can still strike."""
        ...

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        ...

    def remove(self, fault: Fault) -> None:
        """Take the latest such fault back."""
        ...

    def clear(self) -> None:
        """Take all faults back."""
        ...


class BackendFaultSwitch:
    """See `FaultSwitch`."""

    def __init__(self, faults: FaultsInForce) -> None:
        self._faults = faults

    @property
    def kinds(self) -> Mapping[str, str]:
        """Every kind of fault, and what it does."""
        return {kind.name: kind.about for kind in KINDS.values()}

    @property
    def active(self) -> tuple[str, ...]:
        """The faults that can still strike, each in its text form."""
        return tuple(map(str, self._faults.active))

    def add(self, kind: str, where: str = "", **options: Setting | None) -> str:
        """Put a fault in force; `kind` may be its whole text form. Returns that text form."""
        fault = read_fault(kind, where, **options)
        self._faults.add(fault)
        return str(fault)

    def remove(self, fault: str) -> None:
        """Take a fault back, by its text form."""
        self._faults.remove(read_fault(fault))

    def clear(self) -> None:
        """Take all faults back."""
        self._faults.clear()

    @contextmanager
    def __call__(self, kind: str, where: str = "", **options: Setting | None) -> Iterator[str]:
        """A fault that is in force inside a `with` block."""
        fault = self.add(kind, where, **options)
        try:
            yield fault
        finally:
            self.remove(fault)

    def __repr__(self) -> str:
        return f"<faults: {', '.join(self.active) or 'none'}>"


def read_fault(kind: str, where: str = "", **options: Setting | None) -> Fault:
    """A fault from its parts, or from its text form. Raises SettingsError for one that does not exist."""
    try:
        return Fault.of(kind, where, **options) if where or options else Fault.parse(kind)
    except FaultError as error:
        raise SettingsError(
            f"that fault cannot be: {error}", hint="lab.workbench.faults.kinds says what each kind does"
        ) from None
