"""Tools: the decorator, validation, and answers."""

from __future__ import annotations

import dataclasses
import inspect
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadlab.errors import ArgumentsRejected, ToolDefinitionError, ToolError
from threadlab.tools.tool import Tool, tool


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


@tool
def get_weather(city: str, days: int = 1) -> str:
    """The weather."""
    return f"{city}: sun for {days} days"


@tool
def shift(point: Point, by: float = 1.0) -> Point:
    """Move a point."""
    return Point(point.x + int(by), point.y)


@tool
def ping() -> str:
    """Nothing to say."""
    return "pong"


def _failure_in(output: str) -> dict[str, str]:
    return dict(json.loads(output)["error"])


def test_a_tool_is_still_the_function() -> None:
    """It is called, named, documented and inspected as before."""
    assert get_weather("Oslo", days=2) == "Oslo: sun for 2 days"
    assert (get_weather.__name__, get_weather.__doc__) == ("get_weather", "The weather.")  # type: ignore[attr-defined]
    assert list(inspect.signature(get_weather).parameters) == ["city", "days"]


def test_a_tool_is_frozen() -> None:
    """What was described to a model does not change under it."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        get_weather.name = "other"  # type: ignore[misc]


def test_options_override_what_the_function_says() -> None:
    """Name and description of one's own; the function keeps its own."""

    @tool(name="weather-2", description="Short.", time_limit=None, max_output=10)
    def get_weather_again(city: str) -> str:
        """Long."""
        return city

    definition = get_weather_again.definition["function"]
    assert (definition["name"], definition["description"]) == ("weather-2", "Short.")
    assert (get_weather_again.time_limit, get_weather_again.max_output) == (None, 10)


def test_a_bound_method_can_be_a_tool() -> None:
    """Its self is no parameter."""

    class Station:
        def read(self, sensor: str) -> str:
            return f"{sensor} ok"

    assert tool(Station().read).answer('{"sensor": "t1"}').output == "t1 ok"


@pytest.mark.parametrize(
    "options", [{"name": "no spaces"}, {"name": ""}, {"time_limit": 0}, {"max_output": 0}]
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any]) -> None:
    """Each with a hint."""
    with pytest.raises(ToolDefinitionError) as caught:
        tool(**options)(lambda: "x")
    assert caught.value.hint


@pytest.mark.parametrize("thing", [len, get_weather, lambda: 1, Point])
def test_what_is_not_a_named_python_function_is_refused(thing: Any) -> None:
    """Builtins, tools, lambdas and classes."""
    with pytest.raises(ToolDefinitionError):
        tool(thing)


def test_validated_arguments_have_the_functions_types() -> None:
    """What is nested becomes objects; what was left out is left to the function's own default."""
    assert shift.validate('{"point": {"x": 3}}') == {"point": Point(3, 0)}


@pytest.mark.parametrize("nothing", ["", "  ", "{}"])
def test_no_text_means_no_arguments(nothing: str) -> None:
    """Fine where none are required; otherwise each missing one is named."""
    assert ping.validate(nothing) == {}
    with pytest.raises(ArgumentsRejected, match="city: Field required"):
        get_weather.validate(nothing)


def test_each_wrong_field_is_named() -> None:
    """Missing, wrong in depth, and unknown ones, in one message; no value is repeated."""
    with pytest.raises(ArgumentsRejected) as caught:
        shift.validate('{"point": {"x": "hunter2-secret"}, "by": "far", "speed": 1}')
    for name in ("point.x: ", "by: ", "speed: "):
        assert name in caught.value.message
    assert "hunter2-secret" not in str(caught.value)
    assert "point, by (optional)" in caught.value.hint


@pytest.mark.parametrize("text", ["nope", "[]", "42", "null", '"x"', '{"city": "Oslo"', "{'city': 'Oslo'}"])
def test_what_is_not_a_json_object_is_rejected(text: str) -> None:
    """The hint says what an object would hold."""
    with pytest.raises(ArgumentsRejected) as caught:
        get_weather.validate(text)
    assert "one JSON object with city, days (optional)" in caught.value.hint


@given(st.text(st.characters()) | st.recursive(st.none() | st.integers(), st.lists).map(json.dumps))
def test_no_text_makes_validation_raise_anything_else(text: str) -> None:
    """Whatever a model writes, it is accepted or rejected."""
    with suppress(ArgumentsRejected):
        get_weather.validate(text)


def test_what_a_tool_raises_is_an_output() -> None:
    """Type and message, a hint, and no traceback."""

    @tool
    def find(city: str) -> str:
        raise LookupError(f"no city {city}")

    outcome = find.answer('{"city": "Atlantis"}')
    assert not outcome.ok
    error = _failure_in(outcome.output)
    assert (error["type"], error["message"]) == ("LookupError", "no city Atlantis")
    assert error["hint"]
    assert "Traceback" not in outcome.output
    assert __file__ not in outcome.output


def test_a_tool_can_give_the_model_a_hint_of_its_own() -> None:
    """A ToolError's hint goes along."""

    @tool
    def find() -> str:
        raise ToolError("no such city", hint="try a capital")

    assert _failure_in(find.answer("").output) == {
        "type": "ToolError",
        "message": "no such city",
        "hint": "try a capital",
    }


def test_secrets_in_an_error_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment names a key, and what looks like one."""
    monkeypatch.setenv("WEATHER_API_KEY", "blue-horse-battery")

    @tool
    def find() -> str:
        raise RuntimeError("GET /?key=1 with blue-horse-battery failed, Authorization: Bearer abcdef123456")

    output = find.answer("").output
    assert "blue-horse" not in output
    assert "abcdef123456" not in output
    assert "[hidden] failed" in output


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even this")


@pytest.mark.parametrize("error", [Unspeakable(), ValueError("\ud800 half"), SystemExit(3), RecursionError()])
def test_even_odd_errors_are_outputs(error: BaseException) -> None:
    """One that cannot be printed, half a character, an exit."""

    @tool
    def odd() -> str:
        raise error

    outcome = odd.answer("")
    assert not outcome.ok
    assert _failure_in(outcome.output)["type"] == type(error).__name__
    outcome.output.encode()


def test_a_long_error_is_shortened() -> None:
    """A page of text is no message."""

    @tool
    def odd() -> str:
        raise ValueError("x" * 100_000)

    assert len(odd.answer("").output) < 2000


def test_a_keyboard_interrupt_passes_through() -> None:
    """It is for the person at the keyboard, not for the model."""

    @tool
    def wait() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wait.answer("")


def test_an_async_tool_is_awaited() -> None:
    """In an event loop of its own."""

    @tool
    async def fetch(city: str) -> str:
        return f"{city} awaited"

    assert fetch.is_async
    assert fetch.answer('{"city": "Oslo"}').output == "Oslo awaited"


def test_an_async_generator_is_refused() -> None:
    """A tool gives one output."""

    async def stream(city: str) -> Any:
        yield city

    with pytest.raises(ToolDefinitionError, match="async generator"):
        tool(stream)


def test_types_survive_the_decorator() -> None:
    """A tool of (str, int) -> str is a Tool, not Any."""
    weather: Tool[..., str] = get_weather
    assert isinstance(weather, Tool)
