from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType

import pytest

from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Completer, Piece, Reason, Request, Said, Spent, Text
from threadlab.backend.completer.rules import Rules
from threadlab.backend.completer.scripted import Scripted


def _streaming(request: Request) -> Iterator[str]:
    yield from ("hello ", request.messages[-1].text)


MAKERS: list[Callable[[], Completer]] = [
    Rules,
    lambda: Scripted(["hello"]),
    lambda: Scripted(iter([Call("get_time", "{}")])),
    lambda: Scripted(lambda request: "hello"),
    lambda: FromFunction(lambda request: "hello", instant=False),
    lambda: FromFunction(_streaming),
]
NAMES = ["rules", "list", "iterator", "callable", "function", "streaming function"]
REQUEST = Request(
    model="m",
    instructions="Be kind.",
    messages=(Said("user", "Hi there"),),
    tools=(MappingProxyType({"type": "function", "function": {"name": "get_time"}}),),
)


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
def test_every_completer_says_what_it_is_and_answers_in_pieces(make: Callable[[], Completer]) -> None:
    """The port's promise: words for a person, whether it is instant, and pieces that are text or calls."""
    completer = make()
    assert completer.stand_in
    assert isinstance(completer.instant, bool)
    pieces: list[Piece] = list(completer.complete(REQUEST))
    assert all(isinstance(piece, Text | Call | Reason | Spent) for piece in pieces)
    said = [piece for piece in pieces if isinstance(piece, Text)]
    called = [piece for piece in pieces if isinstance(piece, Call)]
    assert bool(said) != bool(called)


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
def test_equal_completers_give_equal_answers(make: Callable[[], Completer]) -> None:
    """The same request to a fresh completer has the same answer, and so the same text."""
    assert list(make().complete(REQUEST)) == list(make().complete(REQUEST))
