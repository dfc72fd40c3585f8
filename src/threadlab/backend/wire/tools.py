"""Tools: the definitions of an agent's or a run's tools, checked by type.

Shapes and types are those of azure-ai-agents 1.1.0 and 1.2.0b6, limits the ones that are documented for the
service. Definitions are kept as they were sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from threadlab.backend.wire.errors import bad_request
from threadlab.backend.wire.invalid import invalid

Json = dict[str, Any]
Name = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
Description = Annotated[str, StringConstraints(max_length=1024)]


class Definition(BaseModel):
    """Any definition; fields that are not known here are let be."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Function(Definition):
    """The client's function (or the host's)."""

    name: Name
    description: Description | None = None
    parameters: Json | None = None
    strict: bool | None = None


class FunctionTool(Definition):
    """type function."""

    function: Function


class ConnectedAgent(Definition):
    """Another agent."""

    id: Annotated[str, StringConstraints(pattern=r"^asst")]
    name: Name
    description: Description


class ConnectedAgentTool(Definition):
    """type connected_agent."""

    connected_agent: ConnectedAgent


class FileSearch(Definition):
    """How to search."""

    max_num_results: Annotated[int, Field(ge=1, le=50)] | None = None
    ranking_options: Json | None = None


class FileSearchTool(Definition):
    """type file_search."""

    file_search: FileSearch | None = None


CALLABLE: Mapping[str, type[Definition]] = {"function": FunctionTool, "connected_agent": ConnectedAgentTool}
"""Tools that a model can call here."""
IDLE: Mapping[str, type[Definition]] = {"code_interpreter": Definition, "file_search": FileSearchTool}
"""Tools that a run may have and that nothing here calls."""
CLOUD = (
    "azure_ai_search", "azure_function", "bing_custom_search", "bing_grounding", "browser_automation",
    "computer_use_preview", "deep_research", "fabric_dataagent", "mcp", "openapi", "sharepoint_grounding",
)  # fmt: skip
"""Tools that need something outside of this backend: an agent may have them, a run may not."""
SHAPES: Mapping[str, type[Definition]] = {**CALLABLE, **IDLE, **dict.fromkeys(CLOUD, Definition)}


def check_tools(tools: list[Json]) -> list[Json]:
    """The definitions as they came. Raises a 400 that names the first wrong field."""
    names: set[str] = set()
    for index, tool in enumerate(tools):
        kind, place = tool.get("type"), f"tools[{index}]"
        if not isinstance(kind, str) or kind not in SHAPES:
            raise bad_request(
                f"Invalid '{place}.type': {kind!r}. Supported values are: {', '.join(sorted(SHAPES))}.",
                param=f"{place}.type",
            )
        try:
            SHAPES[kind].model_validate(tool)
        except ValidationError as error:
            raise invalid(error, place) from None
        name = tool[kind]["name"] if kind in CALLABLE else None
        if name in names:
            param = f"{place}.{kind}.name"
            raise bad_request(f"Invalid '{param}': another tool is called '{name}', too.", param=param)
        names |= {name} if name else set()
    return tools


def refuse_cloud_tools(tools: list[Json]) -> None:
    """Raise a 400 for tools that a run could not use here."""
    for index, tool in enumerate(tools):
        if tool["type"] in CLOUD:
            raise bad_request(
                f"This backend cannot run tools of type '{tool['type']}': they need the cloud. "
                "Give the run 'tools' without it.",
                param=f"tools[{index}].type",
                code="unsupported_tool",
            )


Tools = Annotated[list[Json], Field(max_length=128), AfterValidator(check_tools)]
