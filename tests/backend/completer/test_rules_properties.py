from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.backend.completer.rules_desk import TOOLS
from threadlab.backend.completer.port import Call, Called, Piece, Reason, Request, Said, Text
from threadlab.backend.completer.rules import Rules

WORDS = """
    weather city convert USD to EUR 100 3.5 the in Paris Rome and , ? . : " ' calculate 2 + 3 * ( ) high
    email ada@example.org about saying is my name tool run -7 2025-01-02 data/a.csv true not items limit
"""
TEXTS = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join))
NAMES = st.sampled_from(
    ["city", "amount", "priority", "items", "is_open", "orderId", "room", "to_unit", "text", "x"]
)
PLAIN: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.sampled_from([{"type": kind} for kind in ("string", "number", "integer", "boolean", "null")]),
    st.builds(lambda least: {"type": "integer", "minimum": least}, st.integers(-5, 50)),
    st.builds(lambda size: {"type": "string", "minLength": size}, st.integers(0, 9)),
    st.just({"enum": ["low", "high", 3]}),
    st.just({"type": ["string", "null"]}),
    st.just({"anyOf": [{"type": "integer"}, {"type": "null"}]}),
)


def _objects(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    def build(properties: dict[str, Any], needed: set[str]) -> dict[str, Any]:
        return {"type": "object", "properties": properties, "required": sorted(needed & set(properties))}

    return st.builds(build, st.dictionaries(NAMES, inner, max_size=4), st.sets(NAMES))


NESTED = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        _objects(inner), st.builds(lambda items: {"type": "array", "items": items}, inner)
    ),
    max_leaves=5,
)
SCHEMAS = _objects(NESTED)
GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "properties", "required", "enum", "items", "$ref", "anyOf", "default", "a"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
RELAXED = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _request(message: str, parameters: Any, **more: Any) -> Request:
    definition = {"name": "convert_weather", "description": "Convert the weather.", "parameters": parameters}
    tools = ({"type": "function", "function": definition},)
    return Request(
        **{"model": "m", "instructions": "", "messages": (Said("user", message),), "tools": tools, **more}
    )


def _pieces(request: Request) -> list[Piece]:
    pieces = list(Rules().complete(request))
    assert isinstance(pieces[0], Reason)
    assert any(isinstance(piece, Text | Call) for piece in pieces)
    return pieces


@RELAXED
@given(SCHEMAS, TEXTS, st.sampled_from(["auto", "required"]))
def test_arguments_always_satisfy_their_schema(schema: dict[str, Any], text: str, choice: str) -> None:
    """Whatever the schema and the words: what is called fits, and what does not fit is not called."""
    pieces = _pieces(_request(f"Convert the weather {text}", schema))
    for piece in pieces:
        if isinstance(piece, Call):
            jsonschema.validate(json.loads(piece.arguments), schema)


@RELAXED
@given(TEXTS, GARBAGE, TEXTS, GARBAGE)
def test_no_text_schema_or_wish_breaks_the_rules(
    message: str, schema: Any, instructions: str, wish: Any
) -> None:
    """Broken schemas, odd texts and odd options are answered all the same, and equally twice."""
    request = _request(
        f"convert weather {message}",
        schema,
        instructions=instructions,
        response_format=wish,
        tool_choice=wish,
    )
    assert _pieces(request) == _pieces(request)


@RELAXED
@given(TEXTS, st.lists(TEXTS, max_size=3), st.booleans())
def test_a_run_always_comes_to_an_answer(message: str, outputs: list[str], parallel: bool) -> None:
    """Round after round with any outputs, no call is made twice and a text ends the run."""
    rounds: list[tuple[Called, ...]] = []
    made: set[tuple[str, str]] = set()
    for _ in range(30):
        request = Request(
            model="m",
            instructions="",
            messages=(Said("user", message),),
            tools=tuple(TOOLS),
            rounds=tuple(rounds),
            parallel_tool_calls=parallel,
        )
        calls = [piece for piece in _pieces(request) if isinstance(piece, Call)]
        if not calls:
            return
        assert len(calls) == 1 or parallel
        assert not made & {(call.name, call.arguments) for call in calls}
        made |= {(call.name, call.arguments) for call in calls}
        output = outputs[len(rounds) % len(outputs)] if outputs else ""
        rounds.append(tuple(Called(f"call_{i}", c.name, c.arguments, output) for i, c in enumerate(calls)))
    raise AssertionError("thirty rounds and no answer")
