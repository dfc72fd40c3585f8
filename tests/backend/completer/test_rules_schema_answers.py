"""Answers by a schema: whatever the message says, they are JSON that the schema accepts."""

from __future__ import annotations

import json
from typing import Any

import fastjsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.backend.completer.rules_desk import ask

NAMES = st.sampled_from(["city", "name", "count", "price", "tags", "notes", "email", "due_date", "is_open"])
SAID = st.sampled_from(
    [
        "Two days in Oslo and Rome for ada@example.org, at most 20 dollars.",
        "hi",
        "What is 3 + 4?",
        "My name is Ada. Remember the colour: blue.",
        "",
        "Paris 2025-03-04 high -7 0.5 yes",
    ]
)
LEAVES = st.one_of(
    st.builds(
        lambda low, more: {"type": "string", "minLength": low, "maxLength": low + more},
        *[st.integers(0, 9)] * 2,
    ),
    st.just({"type": "string"}),
    st.sampled_from([{"type": "string", "format": kind} for kind in ("date", "date-time", "email")]),
    st.builds(
        lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more},
        st.integers(-9, 9),
        st.integers(0, 9),
    ),
    st.builds(lambda low: {"type": "number", "exclusiveMinimum": low}, st.integers(-9, 9)),
    st.builds(lambda high: {"type": "integer", "exclusiveMaximum": high}, st.integers(-9, 9)),
    st.builds(lambda step: {"type": "integer", "minimum": 1, "multipleOf": step}, st.integers(2, 7)),
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
    st.just({"type": ["string", "null"]}),
    st.sampled_from([{"enum": ["low", "high"]}, {"const": 3}, {"enum": [None, 1]}]),
    st.just({"anyOf": [{"type": "null"}, {"type": "integer"}]}),
)


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Object schemas over these, with every property required, as strict schemas have it, or only some."""
    return st.dictionaries(NAMES, inner, max_size=4).flatmap(
        lambda properties: st.builds(
            lambda required: {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": False,
            },
            st.just(list(properties))
            | st.lists(st.sampled_from(sorted(properties) or ["x"]), unique=True).map(
                lambda names: [name for name in names if name in properties]
            ),
        )
    )


def arrays(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Array schemas over these."""
    return st.builds(
        lambda items, low: {"type": "array", "items": items, "minItems": low}, inner, st.integers(0, 3)
    )


SCHEMAS = objects(st.recursive(LEAVES, lambda inner: objects(inner) | arrays(inner), max_leaves=6))


@settings(deadline=None)
@given(SCHEMAS, SAID)
def test_an_answer_by_a_schema_is_accepted_by_it(schema: dict[str, Any], said: str) -> None:
    """What the message gives is used where it fits; the rest is made up to fit."""
    wished = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    answer = json.loads(ask(said, response_format=wished).text)
    fastjsonschema.compile(schema, use_default=False)(answer)


def test_a_schema_that_is_no_object_is_obeyed_too() -> None:
    """A list, or a plain value."""
    for schema in ({"type": "array", "items": {"type": "string"}, "minItems": 1}, {"type": "integer"}):
        wished = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
        fastjsonschema.compile(schema)(json.loads(ask("hi", response_format=wished).text))
