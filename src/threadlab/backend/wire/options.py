"""Options of a run that have a shape of their own, checked before anything is changed.

Ranges and lengths are the service's documented ones. It asks for token limits of some size; here any from 1
on will do, so that a limit can be watched at work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from threadlab.backend.wire.errors import bad_request, missing
from threadlab.backend.wire.invalid import invalid
from threadlab.backend.wire.json_schema import compiled
from threadlab.backend.wire.tools import CALLABLE, OURS, SHAPES, Json, Name

Temperature = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]
TopP = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
TokenLimit = Annotated[int, Field(ge=1)]
Instructions = Annotated[str, Field(max_length=256_000)]
LONGEST_MESSAGE = 256_000
"""Characters of text in one message."""


class Option(BaseModel):
    """Any option."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Truncation(Option):
    """How much of the thread a run reads."""

    type: Literal["auto", "last_messages"]
    last_messages: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _has_a_number(self) -> Truncation:
        if self.type == "last_messages" and self.last_messages is None:
            raise ValueError("type last_messages needs a number in 'last_messages'")
        return self


class Plain(Option):
    """Text, or any one JSON object."""

    type: Literal["text", "json_object"]


class Schema(Option):
    """A named JSON schema."""

    name: Name
    schema_: Json = Field(alias="schema")
    description: str | None = None
    strict: bool | None = None


class Schemed(Option):
    """JSON by a schema."""

    type: Literal["json_schema"]
    json_schema: Schema


class Named(Option):
    """The name of a function or an agent."""

    name: str


class Choice(Option):
    """One tool that the model has to call."""

    type: str
    function: Named | None = None
    connected_agent: Named | None = None


FORMAT: TypeAdapter[Any] = TypeAdapter(Annotated[Plain | Schemed, Field(discriminator="type")])
MODES = ("none", "auto", "required")


def check_truncation(given: Json) -> Json:
    """A truncation strategy with both of its fields."""
    checked: Truncation = _checked(Truncation, given, "truncation_strategy")
    return checked.model_dump()


def check_format(given: Any) -> Any:
    """A response format as it came."""
    if given == "auto":
        return given
    if not isinstance(given, dict) or given.get("type") not in ("text", "json_object", "json_schema"):
        raise bad_request(
            "Invalid 'response_format': expected \"auto\" or an object whose type is text, json_object or "
            "json_schema.",
            param="response_format",
        )
    _checked(Schemed if given["type"] == "json_schema" else Plain, given, "response_format")
    if given["type"] == "json_schema":
        try:
            compiled(given["json_schema"]["schema"])
        except Exception as error:  # the library raises many kinds for a schema that it cannot read
            param = "response_format.json_schema.schema"
            raise bad_request(f"Invalid '{param}': it is no JSON schema: {error}.", param=param) from None
    return given


def check_choice(given: Any, tools: Sequence[Json]) -> None:
    """Raise a 400 for a tool choice that is no choice among these tools."""
    if given in MODES[:2]:
        return
    callable_ = {(tool["type"], tool[tool["type"]]["name"]) for tool in tools if tool["type"] in CALLABLE}
    if given == "required":
        if not callable_ and not any(tool["type"] in OURS for tool in tools):
            raise bad_request("Invalid 'tool_choice': 'required', but there is no tool.", param="tool_choice")
        return
    if not isinstance(given, dict):
        raise bad_request(
            f"Invalid 'tool_choice': expected {', '.join(MODES)} or an object with a type.",
            param="tool_choice",
        )
    choice: Choice = _checked(Choice, given, "tool_choice")
    if choice.type not in SHAPES or choice.type not in {tool["type"] for tool in tools}:
        raise bad_request(
            f"Invalid 'tool_choice.type': there is no tool of type '{choice.type}'.", param="tool_choice.type"
        )
    named = choice.function if choice.type == "function" else choice.connected_agent
    if choice.type == "function" and named is None:
        raise missing("tool_choice.function")
    if named is not None and choice.type in CALLABLE and (choice.type, named.name) not in callable_:
        known = ", ".join(sorted(name for kind, name in callable_ if kind == choice.type))
        raise bad_request(
            f"Invalid 'tool_choice': no tool is called '{named.name}'; there are: {known}.",
            param=f"tool_choice.{choice.type}.name",
        )


def check_content(content: str | list[Json]) -> str | list[Json]:
    """A message's content as it came. Raises a ValueError, which names its place in the body."""
    texts: list[Any] = [content] if isinstance(content, str) else [block.get("text") for block in content]
    texts += [text.get("value") for text in texts if isinstance(text, dict)]
    size = sum(len(text) for text in texts if isinstance(text, str))
    if size > LONGEST_MESSAGE:
        raise ValueError(f"{size} characters of text; a message may have {LONGEST_MESSAGE}")
    return content


def _checked(model: type[Any], given: Json, param: str) -> Any:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise invalid(error, param) from None


TruncationStrategy = Annotated[Json, AfterValidator(check_truncation)]
ResponseFormat = Annotated[Any, AfterValidator(check_format)]
Content = Annotated[str | list[Json], AfterValidator(check_content)]
