"""From signatures to JSON schemas."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from azure.ai.agents.models import FunctionToolDefinition
from pydantic import BaseModel, Field

from threadlab.errors import ToolDefinitionError
from threadlab.tools.tool import tool


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Box(BaseModel):
    """A box in the plane."""

    corner: Point
    title: str = "box"


class Tree(BaseModel):
    title: str
    children: list[Tree] = []


def _parameters(function: Callable[..., Any]) -> dict[str, Any]:
    return dict(tool(function).parameters)


def test_a_schema_is_a_closed_object_with_properties_and_required() -> None:
    """Even a function without parameters has all four keys."""

    def ping() -> str:
        return "pong"

    assert _parameters(ping) == {
        "type": "object",
        "properties": {},
        "required": [],
        "additionalProperties": False,
    }


def test_types_and_defaults_become_schema() -> None:
    """Plain types, a literal, an optional, a list and defaults, each under its own name."""

    def plan(city: str, days: int = 1, unit: Literal["C", "F"] = "C", note: str | None = None) -> str:
        return city

    schema = _parameters(plan)
    assert schema["required"] == ["city"]
    assert schema["properties"] == {
        "city": {"type": "string"},
        "days": {"type": "integer", "default": 1},
        "unit": {"enum": ["C", "F"], "type": "string", "default": "C"},
        "note": {"type": ["string", "null"], "default": None},
    }


def test_an_optional_without_default_is_required() -> None:
    """Optional speaks of the value; only a default makes an argument one that may be left out."""

    def plan(note: str | None) -> str:
        return "x"

    assert _parameters(plan)["required"] == ["note"]


def test_nested_types_stand_in_the_schema_without_references() -> None:
    """Enums, dataclasses and models are written out where they are used."""

    def draw(box: Box, colours: list[Colour], at: Point | None = None) -> str:
        return "x"

    schema = _parameters(draw)
    assert "$" not in json.dumps(schema)
    assert schema["properties"]["box"]["properties"]["corner"]["properties"]["x"] == {"type": "integer"}
    assert schema["properties"]["box"]["description"] == "A box in the plane."
    assert schema["properties"]["colours"]["items"] == {"enum": ["red", "blue"], "type": "string"}


def test_a_type_that_contains_itself_keeps_its_definition() -> None:
    """There is no other way to write it, so the reference and what it names both stay."""

    def plant(tree: Tree) -> str:
        return tree.title

    schema = _parameters(plant)
    assert schema["properties"]["tree"] == {"$ref": "#/$defs/Tree"}
    assert schema["$defs"]["Tree"]["properties"]["title"] == {"type": "string"}


def test_descriptions_come_from_the_docstring() -> None:
    """The text is the tool's, the section about arguments the parameters'; results are left out."""

    def plan(city: str, box: Box) -> str:
        """Plan a trip.

        It takes a while.

        Args:
            city: where to go.
            box: what to carry.

        Returns:
            nothing that a model needs to know.
        """
        return city

    planned = tool(plan)
    assert planned.description == "Plan a trip.\n\nIt takes a while."
    assert planned.parameters["properties"]["city"]["description"] == "where to go."
    assert planned.parameters["properties"]["box"]["description"] == "what to carry."


def test_other_docstring_styles_and_field_descriptions_are_read_too() -> None:
    """reST style works, and what `Field` says about a parameter wins."""

    def plan(city: str, days: Annotated[int, Field(ge=1, description="at least one")]) -> str:
        """Plan a trip.

        :param city: where to go.
        :param days: how long.
        """
        return city

    properties = _parameters(plan)["properties"]
    assert properties["city"]["description"] == "where to go."
    assert properties["days"] == {"type": "integer", "minimum": 1, "description": "at least one"}


def test_any_parameter_name_will_do() -> None:
    """Names that pydantic or JSON schema use themselves are names like others."""

    def odd(
        title: str, default: Point, copy: int, model_config: int, discriminator: Box, _hidden: int
    ) -> str:
        return title

    schema = _parameters(odd)
    names = ["title", "default", "copy", "model_config", "discriminator", "_hidden"]
    assert list(schema["properties"]) == schema["required"] == names
    assert schema["properties"]["default"]["type"] == "object"


def test_a_default_that_json_cannot_hold_is_left_out() -> None:
    """The parameter is optional all the same, and nothing warns."""
    nowhere: Any = object()

    def plan(day: date = date(2024, 5, 1), place: Annotated[str, Field()] = nowhere) -> str:
        return "x"

    schema = _parameters(plan)
    assert schema["properties"]["day"]["default"] == "2024-05-01"
    assert schema["properties"]["place"] == {"type": "string"}
    assert schema["required"] == []


def test_the_sdk_takes_a_definition_unchanged() -> None:
    """The SDK's own class reads it and writes the same again."""

    def plan(box: Box, note: str | None = None) -> str:
        """Plan a trip."""
        return "x"

    definition = tool(plan).definition
    assert FunctionToolDefinition(definition).as_dict() == definition


def test_a_definition_is_a_copy() -> None:
    """Changing one changes no other."""

    def plan(city: str) -> str:
        return city

    planned = tool(plan)
    planned.definition["function"]["parameters"]["properties"].clear()
    assert "city" in planned.definition["function"]["parameters"]["properties"]


def _star_args(*cities: str) -> str:
    return ""


def _star_kwargs(**cities: str) -> str:
    return ""


def _positional_only(city: str, /) -> str:
    return city


def _untyped(city) -> str:  # type: ignore[no-untyped-def]
    return str(city)


def _method(self) -> str:  # type: ignore[no-untyped-def]
    return ""


def _takes_a_function(key: Callable[[int], int]) -> str:
    return ""


def _takes_a_stranger(thing: pytest.FixtureRequest) -> str:
    return ""


def _takes_an_unknown(thing: "Nowhere") -> str:  # type: ignore[name-defined]  # noqa: F821, UP037
    return ""


@pytest.mark.parametrize(
    ("function", "says", "hint"),
    [
        (_star_args, "'cities' of _star_args is *cities", "one list"),
        (_star_kwargs, "is **cities", "one list or dict"),
        (_positional_only, "'city' of _positional_only is positional-only", "remove the /"),
        (_untyped, "'city' of _untyped has no type", "city: str"),
        (_method, "'self' of _method has no type", "bound method"),
        (_takes_a_function, "takes_a_function has a type that JSON cannot carry", "dataclass"),
        (_takes_a_stranger, "takes_a_stranger has a type that JSON cannot carry", "dataclass"),
        (_takes_an_unknown, "Nowhere", "import the types"),
    ],
)
def test_what_a_model_cannot_fill_is_refused_with_what_to_change(
    function: Callable[..., Any], says: str, hint: str
) -> None:
    """The error names the parameter, and the hint says what to write instead."""
    with pytest.raises(ToolDefinitionError) as caught:
        tool(function)
    assert says in caught.value.message
    assert hint in caught.value.hint
