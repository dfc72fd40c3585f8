"""Request bodies: what may be sent to each route, checked before anything is changed.

Unknown fields are ignored, as on the service (the SDK's own tests send some). A field that is null counts
as not sent.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from threadlab.backend.wire.errors import bad_request

Json = dict[str, Any]
Metadata = Annotated[
    dict[Annotated[str, StringConstraints(max_length=64)], Annotated[str, StringConstraints(max_length=512)]],
    Field(max_length=16),
]
"""At most 16 pairs, keys to 64 characters, values to 512: the service's documented limits."""


class Body(BaseModel):
    """Any request body."""

    model_config = ConfigDict(extra="ignore", strict=True)

    def sent(self) -> dict[str, Any]:
        """The fields that were really sent, null ones left out."""
        return {
            name: getattr(self, name) for name in self.model_fields_set if getattr(self, name) is not None
        }


class AgentChanges(Body):
    """POST /assistants/{id}: whatever is missing stays as it is."""

    model: str | None = None
    name: str | None = None
    description: str | None = None
    instructions: str | None = None
    tools: list[Json] | None = None
    tool_resources: Json | None = None
    temperature: float | None = None
    top_p: float | None = None
    response_format: Any = None
    metadata: Metadata | None = None


class NewAgent(AgentChanges):
    """POST /assistants."""

    model: str


class NewMessage(Body):
    """POST /threads/{id}/messages, and each first message of a new thread."""

    role: Literal["user", "assistant"]
    content: str | list[Json]
    attachments: list[Json] | None = None
    metadata: Metadata | None = None


class NewThread(Body):
    """POST /threads."""

    messages: list[NewMessage] | None = None
    tool_resources: Json | None = None
    metadata: Metadata | None = None


class ThreadChanges(Body):
    """POST /threads/{id}."""

    tool_resources: Json | None = None
    metadata: Metadata | None = None


class MetadataChange(Body):
    """POST on a message or a run: only the metadata can change."""

    metadata: Metadata | None = None


class RunOptions(Body):
    """What a run may set for itself; the rest comes from its agent."""

    assistant_id: str
    model: str | None = None
    instructions: str | None = None
    tools: list[Json] | None = None
    tool_resources: Json | None = None
    stream: bool | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_prompt_tokens: int | None = None
    max_completion_tokens: int | None = None
    truncation_strategy: Json | None = None
    tool_choice: Any = None
    response_format: Any = None
    parallel_tool_calls: bool | None = None
    metadata: Metadata | None = None


class NewRun(RunOptions):
    """POST /threads/{id}/runs."""

    additional_instructions: str | None = None
    additional_messages: list[NewMessage] | None = None


class NewThreadAndRun(RunOptions):
    """POST /threads/runs."""

    thread: NewThread | None = None


class ToolOutputItem(Body):
    """One output: always text."""

    tool_call_id: str
    output: str


class ToolOutputs(Body):
    """POST …/submit_tool_outputs."""

    tool_outputs: list[ToolOutputItem]
    stream: bool | None = None


AnyBody = TypeVar("AnyBody", bound=Body)


def read_body(model: type[AnyBody], raw: bytes) -> AnyBody:
    """The body of a request. Raises a 400 that names the first wrong field."""
    try:
        return model.model_validate_json(raw or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        param = ".".join(str(part) for part in first["loc"] if part not in ("str", "list[dict[str,any]]"))
        if first["type"] == "missing":
            raise bad_request(
                f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter"
            ) from None
        if first["type"] == "json_invalid":
            raise bad_request(f"The body is not valid JSON: {first['msg']}.", code="invalid_json") from None
        raise bad_request(f"Invalid '{param}': {first['msg']}.", param=param or None) from None
