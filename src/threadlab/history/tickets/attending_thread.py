"""Attending thread: an attendant that works beside you, in a notebook say, for as long as you let it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Generic, TypeVar

from threadlab.history.tickets.attending import Attendant

UserRun = TypeVar("UserRun")

LOOK = 0.05
"""Real seconds between two looks: it must not move the clock of a seeded lab, on which nobody waits."""


class Attending(Generic[UserRun]):
    """Begins when it is made, ends with `close()` or its `with` block; what came until then is followed up.

    `user_runs` are those that it brought to their end, or to a question. In a seeded lab the user runs' own
    times are repeatable only while nobody else uses the lab.
    """

    def __init__(
        self,
        attendant: Attendant,
        opened: Callable[[str], UserRun],
        on_user_run: Callable[[UserRun], object] | None = None,
    ) -> None:
        self.user_runs: list[UserRun] = []
        self._attendant = attendant
        self._opened = opened
        self._on_user_run = on_user_run
        self._ending = Event()
        self._problem: BaseException | None = None
        self._thread = Thread(target=self._work, name="threadlab-attending", daemon=True)
        self._thread.start()

    @property
    def is_at_work(self) -> bool:
        """Whether it still looks for what comes."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Follow up what came until now, and end; twice is fine. Raises what it could not go on with."""
        self._ending.set()
        self._thread.join()
        problem, self._problem = self._problem, None
        if problem is not None:
            raise problem

    def __enter__(self) -> Attending[UserRun]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except Exception as problem:
            if error is None:
                raise
            error.add_note(f"Attending failed, too: {problem}")

    def _work(self) -> None:
        try:
            while not self._ending.wait(LOOK):
                self._drain()
            self._drain()
        except BaseException as problem:  # it is raised where somebody can see it
            self._problem = problem

    def _drain(self) -> None:
        for id in self._attendant.drain():
            user_run = self._opened(id)
            self.user_runs.append(user_run)
            if self._on_user_run is not None:
                self._on_user_run(user_run)

    def __repr__(self) -> str:
        state = "attending" if self.is_at_work else "closed"
        return f"<{state}: {len(self.user_runs)} user runs>"
