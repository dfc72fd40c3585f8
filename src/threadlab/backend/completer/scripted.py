"""Scripted answers: the model says what its author wrote, one answer a consultation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock

from threadlab.backend.completer.function import Answer, FromFunction
from threadlab.backend.completer.port import ModelError, Request


class Scripted(FromFunction):
    """Gives the answers in order: a list, an iterator or a generator of them, or a function of the request.

    A text is said, a `Call` or a list of them is asked for, an exception fails the run. When the script is at
    its end, so is the run: `ModelError` says how long the script was.
    """

    stand_in = "scripted answers"

    def __init__(self, answers: Iterable[Answer] | Callable[[Request], Answer]) -> None:
        if isinstance(answers, str):
            raise TypeError(f"a script is a list of answers; write [{answers!r}]")
        super().__init__(answers if callable(answers) else _Script(answers))


class _Script:
    """Hands out one answer a consultation; runs of several threads may share it."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self._answers = iter(answers)
        self._given = 0
        self._lock = Lock()

    def __call__(self, request: Request) -> Answer:
        with self._lock:
            for answer in self._answers:
                self._given += 1
                return answer
            given = self._given
        amount = "1 answer" if given == 1 else f"{given} answers"
        this = f"this is consultation {given + 1} (call {request.call} of its run)"
        raise ModelError(f"the script has {amount}, {this}")
