"""Controls: what a person can do to a run that is being watched. Buttons call it, `watch` heeds it.

Nothing is done here: a press is noted, and whoever watches is told. So a press may come at any time.
"""

from __future__ import annotations

from collections.abc import Callable

from threadlab.objects.run import Run
from threadlab.objects.stepping import Stepping
from threadlab.objects.truth import Truth
from threadlab.widgets.watching.pacing import Pacing


class Controls:
    """The wishes so far. `told` is called after each, `cancel_wished` after that to cancel.

    Both belong to whoever watches. `attended` is False where nobody can press anything.
    """

    def __init__(self, stepping: Stepping | None = None, *, attended: bool = True) -> None:
        self._stepping = stepping
        self.attended = attended
        self.pacing = Pacing(stepping.pace if stepping else None)
        self.told: Callable[[], object] = lambda: None
        self.cancel_wished: Callable[[], object] = lambda: None

    def cancel(self) -> None:
        """Ask for the run's end. A pause is over then, for there is an end to be seen."""
        self.cancel_wished()
        if self.pacing.paused:
            self._change(self.pacing.turned())

    def pause(self) -> None:
        """Pause, or go on."""
        self._change(self.pacing.turned())

    def step(self) -> None:
        """One step further, and then a pause."""
        self._change(self.pacing.granted())

    def speed(self, name: str) -> None:
        """Go on at one of `pacing.SPEEDS`: all runs of the service do."""
        self._change(self.pacing.at(name))
        if self._stepping is not None and self.pacing.pace is not None:
            self._stepping.pace = self.pacing.pace

    def truth(self, run: Run) -> Truth | None:
        """What really happened in the run so far; None where nobody here can know."""
        return self._stepping.truth(run) if self._stepping else None

    def stepped(self) -> None:
        """A step was made: whoever watches says so."""
        self.pacing = self.pacing.stepped()

    def _change(self, pacing: Pacing) -> None:
        self.pacing = pacing
        self.told()
