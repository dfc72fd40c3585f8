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


def _not_here(secret: Any) -> None:
    if secret is not None:
        raise ValueError("headers are not kept, so they are given in 'tool_resources.mcp[].headers'")


class McpTool(Definition):
    """type mcp: a server. Its label begins the names of its functions, as a model calls them."""

    server_label: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_-]{1,40}$")]
    server_url: Annotated[str, StringConstraints(min_length=1)]
    allowed_tools: list[str] | None = None
    headers: Annotated[Any, AfterValidator(_not_here)] = None
    authorization: Annotated[Any, AfterValidator(_not_here)] = None


class OpenApi(Definition):
    """A description of operations."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_-]{1,40}$")]
    description: Description | None = None
    spec: Json
    auth: Json | None = None
    default_params: list[str] | None = None
    functions: list[Json] | None = None


class OpenApiTool(Definition):
    """type openapi."""

    openapi: OpenApi


class AzureFunctionTool(Definition):
    """type azure_function: a function beyond a queue."""

    azure_function: FunctionTool


CALLABLE: Mapping[str, type[Definition]] = {"function": FunctionTool, "connected_agent": ConnectedAgentTool}
"""Tools that a model can call here."""
HOSTED: Mapping[str, type[Definition]] = {"code_interpreter": Definition, "file_search": FileSearchTool}
"""Tools that a model can call by their type, and that this side runs itself."""
SERVED: Mapping[str, type[Definition]] = {"mcp": McpTool, "openapi": OpenApiTool}
"""Tools that are several functions elsewhere, each called by a name of its own; this side calls them."""
CLOUD: Mapping[str, type[Definition]] = {
    **dict.fromkeys(
        ("azure_ai_search", "bing_custom_search", "bing_grounding", "browser_automation",
         "computer_use_preview", "deep_research", "fabric_dataagent", "sharepoint_grounding"),
        Definition,
    ),
    "azure_function": AzureFunctionTool,
}  # fmt: skip
"""Tools that work only on Azure; here they do what they are scripted to."""
OURS: Mapping[str, type[Definition]] = {**HOSTED, **SERVED, **CLOUD}
"""Tools whose calls this side answers, and no client."""
SHAPES: Mapping[str, type[Definition]] = {**CALLABLE, **OURS}


def _named(tool: Json) -> tuple[str | None, str]:
    """The name that only one tool may have, if it has one, and in which field."""
    kind = tool["type"]
    if kind == "mcp":
        return tool["server_label"], "server_label"
    return (tool[kind]["name"], f"{kind}.name") if kind in (*CALLABLE, "openapi") else (None, "type")


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
        name, field = _named(tool)
        if name in names:
            param = f"{place}.{field}"
            raise bad_request(f"Invalid '{param}': another tool is called '{name}', too.", param=param)
        names |= {name} if name else set()
    return tools


Tools = Annotated[list[Json], Field(max_length=128), AfterValidator(check_tools)]
