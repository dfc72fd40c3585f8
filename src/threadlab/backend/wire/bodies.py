"""Request bodies: what may be sent to each route, checked before anything is changed.

Unknown fields are ignored, as on the service (the SDK's own tests send some). A field that is null counts
as not sent.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from threadlab.backend.wire.invalid import invalid
from threadlab.backend.wire.options import (
    Content,
    Instructions,
    ResponseFormat,
    Temperature,
    TokenLimit,
    TopP,
    TruncationStrategy,
)
from threadlab.backend.wire.tools import Json, Tools

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
    name: Annotated[str, Field(max_length=256)] | None = None
    description: Annotated[str, Field(max_length=512)] | None = None
    instructions: Instructions | None = None
    tools: Tools | None = None
    tool_resources: Json | None = None
    temperature: Temperature | None = None
    top_p: TopP | None = None
    response_format: ResponseFormat | None = None
    metadata: Metadata | None = None


class NewAgent(AgentChanges):
    """POST /assistants."""

    model: str


class NewMessage(Body):
    """POST /threads/{id}/messages, and each first message of a new thread."""

    role: Literal["user", "assistant"]
    content: Content
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
    instructions: Instructions | None = None
    tools: Tools | None = None
    tool_resources: Json | None = None
    stream: bool | None = None
    temperature: Temperature | None = None
    top_p: TopP | None = None
    max_prompt_tokens: TokenLimit | None = None
    max_completion_tokens: TokenLimit | None = None
    truncation_strategy: TruncationStrategy | None = None
    tool_choice: Any = None
    response_format: ResponseFormat | None = None
    parallel_tool_calls: bool | None = None
    metadata: Metadata | None = None


class NewRun(RunOptions):
    """POST /threads/{id}/runs."""

    additional_instructions: Instructions | None = None
    additional_messages: list[NewMessage] | None = None


class NewThreadAndRun(RunOptions):
    """POST /threads/runs."""

    thread: NewThread | None = None


class ToolOutputItem(Body):
    """One output: always text."""

    tool_call_id: str
    output: str


class ToolApprovalItem(Body):
    """One answer to a call that waits for approval."""

    tool_call_id: str
    approve: bool
    headers: dict[str, str] | None = None


class ToolOutputs(Body):
    """POST …/submit_tool_outputs: outputs, or (since 1.2.0b6) approvals."""

    tool_outputs: list[ToolOutputItem] | None = None
    tool_approvals: list[ToolApprovalItem] | None = None
    stream: bool | None = None


AnyBody = TypeVar("AnyBody", bound=Body)


def read_body(model: type[AnyBody], raw: bytes) -> AnyBody:
    """The body of a request. Raises a 400 that names the first wrong field."""
    try:
        return model.model_validate_json(raw or b"{}")
    except ValidationError as error:
        raise invalid(error) from None
