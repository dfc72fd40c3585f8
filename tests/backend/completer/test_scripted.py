from __future__ import annotations

from collections.abc import Iterator

import pytest

from threadlab.backend.completer.function import Answer
from threadlab.backend.completer.port import Call, ModelError, Piece, Reason, Request, Said, Spent, Text
from threadlab.backend.completer.scripted import Scripted

REQUEST = Request(model="m", instructions="", messages=(Said("user", "Hi"),), call=2)
TIME = Call("get_time", "{}")


def _answers(script: Scripted, count: int) -> list[list[Piece]]:
    return [list(script.complete(REQUEST)) for _ in range(count)]


def test_a_list_is_given_in_order() -> None:
    """Each consultation takes the next answer: texts, calls, lists of them, pieces."""
    script = Scripted(["hello", TIME, [TIME, TIME], [Reason("a", "b"), "x", Text("y"), Spent(1, 2)]])
    assert _answers(script, 4) == [
        [Text("hello")],
        [TIME],
        [TIME, TIME],
        [Reason("a", "b"), Text("x"), Text("y"), Spent(1, 2)],
    ]


def test_a_generator_is_asked_only_when_needed() -> None:
    """Answers can be made up as the script goes."""
    made: list[int] = []

    def endless() -> Iterator[str]:
        while True:
            made.append(len(made))
            yield f"answer {len(made)}"

    script = Scripted(endless())
    assert _answers(script, 2) == [[Text("answer 1")], [Text("answer 2")]]
    assert len(made) == 2


def test_a_callable_sees_the_request() -> None:
    """A function of the request is a script, too."""
    assert list(Scripted(lambda request: request.messages[-1].text).complete(REQUEST)) == [Text("Hi")]


def test_an_exhausted_script_says_how_long_it_was() -> None:
    """The error tells the script's length and the consultation that found it at its end."""
    script = Scripted(["one", "two"])
    _answers(script, 2)
    with pytest.raises(
        ModelError, match=r"the script has 2 answers, this is consultation 3 \(call 2 of its run\)"
    ):
        script.complete(REQUEST)


def test_an_exception_in_the_script_fails_the_run() -> None:
    """A ModelError is raised as it is, any other exception as one."""
    limit = ModelError("slow down", code="rate_limit_exceeded")
    script = Scripted([limit, ValueError("no"), "after"])
    with pytest.raises(ModelError) as raised:
        script.complete(REQUEST)
    assert raised.value is limit
    with pytest.raises(ModelError, match="ValueError: no"):
        script.complete(REQUEST)
    assert _answers(script, 1) == [[Text("after")]]


def test_a_text_is_no_script() -> None:
    """A string would be given letter by letter: it is refused with the remedy."""
    with pytest.raises(TypeError, match=r"write \['hello'\]"):
        Scripted("hello")


def test_an_answer_of_another_type_is_named() -> None:
    """What the script may hold is said in the error."""
    wrong: list[Answer] = [42]  # type: ignore[list-item]
    with pytest.raises(ModelError, match="gave int 42; an answer is a text, a Call"):
        list(Scripted(wrong).complete(REQUEST))
