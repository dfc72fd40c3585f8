"""Made here: what a conversation created at the service, and its removal."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from threadlab.errors import NotFound, ServiceError


class MadeHere:
    """The objects that were made, to be deleted in reverse order."""

    def __init__(self) -> None:
        self._made: list[tuple[Callable[[str], None], str]] = []

    def add(self, delete: Callable[[str], None], one_id: str) -> None:
        """Remember one, and the verb that deletes it."""
        self._made.append((delete, one_id))

    def delete(self) -> None:
        """Delete all of them. One that is gone already is fine; one that resists stops no other.

        Raises the first ServiceError when all was tried.
        """
        problems: list[ServiceError] = []
        while self._made:
            delete, one_id = self._made.pop()
            try:
                with suppress(NotFound):
                    delete(one_id)
            except ServiceError as problem:
                problems.append(problem)
        if problems:
            raise problems[0]

    def delete_after(self, error: BaseException) -> None:
        """Delete all of them because of that error; what goes wrong now is a note on it."""
        try:
            self.delete()
        except ServiceError as problem:
            error.add_note(f"Not everything could be deleted afterwards: {problem.message}")
