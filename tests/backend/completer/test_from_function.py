from __future__ import annotations

from collections.abc import Iterator

import pytest

from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, ModelError, Request, Said, Text

REQUEST = Request(model="m", instructions="", messages=(Said("user", "Hi"),))


def test_a_function_gives_texts_and_calls() -> None:
    """What it returns becomes pieces."""
    call = Call("get_time", "{}")
    assert list(FromFunction(lambda request: request.model).complete(REQUEST)) == [Text("m")]
    assert list(FromFunction(lambda request: [call, call]).complete(REQUEST)) == [call, call]


def test_a_generator_function_streams() -> None:
    """Each piece is there before the next is made."""
    made: list[str] = []

    def answer(request: Request) -> Iterator[str]:
        for word in ("a ", "b ", "c"):
            made.append(word)
            yield word

    pieces = iter(FromFunction(answer, instant=False).complete(REQUEST))
    assert next(pieces) == Text("a ")
    assert made == ["a "]
    assert list(pieces) == [Text("b "), Text("c")]


def test_an_error_in_the_function_becomes_a_model_error() -> None:
    """At once or in the middle of a stream, the message names it."""

    def broken(request: Request) -> Iterator[str]:
        yield "a"
        raise ZeroDivisionError("by zero")

    with pytest.raises(ModelError, match="KeyError: 'x'"):
        FromFunction(lambda request: dict[str, str]()["x"]).complete(REQUEST)
    pieces = iter(FromFunction(broken).complete(REQUEST))
    assert next(pieces) == Text("a")
    with pytest.raises(ModelError, match="ZeroDivisionError: by zero"):
        next(pieces)


def test_nothing_is_no_answer() -> None:
    """A function that forgets to return is told so."""
    with pytest.raises(ModelError, match="gave NoneType None"):
        list(FromFunction(lambda request: None).complete(REQUEST))  # type: ignore[arg-type, return-value]
