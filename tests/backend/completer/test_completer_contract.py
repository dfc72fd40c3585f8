from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType

import pytest

from tests.model_server import DONE, END, chunk, serving
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.openai_compatible.completer import OpenAICompatible
from threadlab.backend.completer.openai_compatible.endpoint import Endpoint
from threadlab.backend.completer.port import Call, Completer, Piece, Reason, Request, Said, Spent, Text
from threadlab.backend.completer.rules import Rules
from threadlab.backend.completer.scripted import Scripted


def _streaming(request: Request) -> Iterator[str]:
    yield from ("hello ", request.messages[-1].text)


Maker = Callable[[Endpoint], Completer]

MAKERS: list[Maker] = [
    lambda _: Rules(),
    lambda _: Scripted(["hello"]),
    lambda _: Scripted(iter([Call("get_time", "{}")])),
    lambda _: Scripted(lambda request: "hello"),
    lambda _: FromFunction(lambda request: "hello", instant=False),
    lambda _: FromFunction(_streaming),
    OpenAICompatible,
]
NAMES = ["rules", "list", "iterator", "callable", "function", "streaming function", "real model"]
REQUEST = Request(
    model="m",
    instructions="Be kind.",
    messages=(Said("user", "Hi there"),),
    tools=(MappingProxyType({"type": "function", "function": {"name": "get_time"}}),),
)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """Where a model answers that takes its time."""
    with serving(lambda asked: asked.say(chunk({"content": "hello"}), END, DONE)) as server:
        yield server.endpoint


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
def test_every_completer_says_what_it_is_and_answers_in_pieces(make: Maker, endpoint: Endpoint) -> None:
    """The port's promise: words for a person, whether it is instant, and pieces that are text or calls."""
    completer = make(endpoint)
    assert completer.stand_in
    assert isinstance(completer.instant, bool)
    pieces: list[Piece] = list(completer.complete(REQUEST))
    assert all(isinstance(piece, Text | Call | Reason | Spent) for piece in pieces)
    said = [piece for piece in pieces if isinstance(piece, Text)]
    called = [piece for piece in pieces if isinstance(piece, Call)]
    assert bool(said) != bool(called)


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
def test_equal_completers_give_equal_answers(make: Maker, endpoint: Endpoint) -> None:
    """The same request to a fresh completer has the same answer, and so the same text; beats are none."""
    first, second = (
        [piece for piece in make(endpoint).complete(REQUEST) if piece != Text("")] for _ in range(2)
    )
    assert first == second
