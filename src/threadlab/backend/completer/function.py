"""Any function as a completer: it gets the request and gives the answer.

An answer is a text, a `Call`, a list of texts, calls and other pieces, or an exception to be raised. A
function that gives an iterator (a generator function, say) streams: each piece is shown as it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from threadlab.backend.completer.port import Call, Cut, ModelError, Piece, Reason, Request, Spent, Text

Result = TypeVar("Result")
Answer = str | Piece | Iterable[str | Piece] | BaseException


class FromFunction:
    """A completer that asks `function(request)`. `instant=False` for one that takes its time.

    Whatever goes wrong in the function fails the run with a `ModelError` that says what it was.
    """

    stand_in = "your function"

    def __init__(self, function: Callable[[Request], Answer], *, instant: bool = True) -> None:
        self._function = function
        self.instant = instant

    def complete(self, request: Request) -> Iterable[Piece]:
        """The function's answer as pieces: all at once, or one by one if it gives an iterator."""
        answer = _guarded(lambda: self._function(request))
        return _stream(answer) if isinstance(answer, Iterator) else list(_pieces(answer))


def _pieces(answer: object) -> Iterator[Piece]:
    if isinstance(answer, BaseException):
        raise answer if isinstance(answer, ModelError) else _failure(answer)
    if isinstance(answer, str):
        yield Text(answer)
    elif isinstance(answer, Text | Call | Reason | Spent | Cut):
        yield answer
    elif isinstance(answer, list | tuple):
        for item in answer:
            yield from _pieces(item)
    else:
        raise ModelError(
            f"the completer gave {type(answer).__name__} {answer!r:.80}; an answer is a text, a Call, "
            "a list of them, an iterator of them, or an exception"
        )


def _stream(answer: Iterator[object]) -> Iterator[Piece]:
    end = object()
    while (item := _guarded(lambda: next(answer, end))) is not end:
        yield from _pieces(item)


def _guarded(act: Callable[[], Result]) -> Result:
    try:
        return act()
    except ModelError:
        raise
    except Exception as error:
        raise _failure(error) from error


def _failure(error: BaseException) -> ModelError:
    return ModelError(f"the completer raised {type(error).__name__}: {error}")
