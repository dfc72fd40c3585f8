"""`threadlab serve`: the local backend for any client, in any language, until it is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

ToolsFile = Annotated[
    Path | None,
    typer.Option(help="A Python file whose @tool functions the backend runs itself, for all its clients."),
]
RunsCode = Annotated[
    bool,
    typer.Option(
        "--code-interpreter",
        help="Run the code that agents write, in kernels without network and within limits.",
    ),
]
McpServers = Annotated[
    list[str] | None,
    typer.Option(help="An MCP server that tools may use: LABEL=URL, or LABEL=COMMAND. Can be repeated."),
]
OpenApiHosts = Annotated[
    list[str] | None,
    typer.Option(
        help="A host that openapi tools may call: api.example.org, localhost:8080. Can be repeated."
    ),
]
NoWorkbench = Annotated[
    bool, typer.Option("--no-workbench", help="Without the routes that show and change the inside.")
]


def serve(
    host: Annotated[
        str, typer.Option(help="Where to listen. Others than this machine's own name need care.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    key: Annotated[
        str | None,
        typer.Option(envvar="THREADLAB_KEY", help="What clients must bring; a random one if left out."),
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="The file of the store; that of the settings if left out.")
    ] = None,
    pace: Annotated[
        float | None,
        typer.Option(min=0, help="Real seconds for each of the backend's; that of the settings if left out."),
    ] = None,
    completer: Annotated[
        Literal["rules", "openai"] | None,
        typer.Option(help="In the model's place: the stand-in, or the model that MODEL_BASE_URL names."),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="A fault in force from the start: '429:create run'. Can be repeated."),
    ] = None,
    tools: ToolsFile = None,
    code_interpreter: RunsCode = False,
    mcp: McpServers = None,
    openapi_host: OpenApiHosts = None,
    durability: Annotated[
        Literal["normal", "full"],
        typer.Option(help="'full' outlasts a loss of power: it waits for the disk."),
    ] = "normal",
    no_workbench: NoWorkbench = False,
) -> None:
    """Serve the local backend over HTTP to whoever has the key, until Ctrl-C or SIGTERM.

    The endpoint is the last word of the first line; a random key is that of the second.
    """
    from threadlab.connect.serving import Serving
    from threadlab.connect.settings import Settings

    settings = Settings.load()
    Serving(
        store=store or settings.store_path(),
        pace=settings.pace if pace is None else pace,
        host=host,
        port=port,
        key=key,
        completer=completer,
        model=settings.model_endpoint,
        embedder=settings.embedder,
        faults=tuple(fault or ()),
        durability=durability,
        workbench=not no_workbench,
        tools=tools,
        code_interpreter=code_interpreter,
        mcp_servers=tuple(mcp or ()),
        openapi_hosts=tuple(openapi_host or ()),
    ).run(lambda server: print(*server.lines, sep="\n", flush=True))
