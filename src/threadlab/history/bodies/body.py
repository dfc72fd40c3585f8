"""Body: what a user run executes. A turn, or a component of a flow; the mechanism around it is the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from threadlab.following.patience import Asking
from threadlab.history.plans.rehearsal import Rehearsal
from threadlab.history.work.scope import Scope
from threadlab.journal.values import Command


class Body(Protocol):
    """Work that is done through a scope alone: so all of it is recorded, and can be reused."""

    @property
    def name(self) -> str:
        """What the log calls it: "turn", or the component's name."""
        ...

    @property
    def commands(self) -> Sequence[Command]:
        """The queue; empty for a component."""
        ...

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What a component is given (JSON); empty for a turn."""
        ...

    def order(self, recorded: Sequence[str]) -> Sequence[str]:
        """The paths of its units in their order, which says what is before what; `recorded` is the base's."""
        ...

    def rehearse(self, rehearsal: Rehearsal) -> None:
        """Name the units of work in their order, as far as they are known before any is done."""
        ...

    def execute(self, scope: Scope) -> Asking[str]:
        """Do it: events for whoever watches, `Wait`s for whoever drives it, the final output at the end.

        Raises CallFailed, or anything of its own: the user run has then failed. Paused and Stopped pass
        through.
        """
        ...
