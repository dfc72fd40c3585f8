"""`connect()`: from what is set to a lab that works. The one place where the pieces are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from threadlab.backend.cloud.scripted import Script
from threadlab.backend.completer.port import Completer
from threadlab.backend.reach import Reach
from threadlab.connect.door import Door
from threadlab.connect.lab import Lab
from threadlab.connect.local import LocalDoor
from threadlab.connect.reach import Where, reach_from
from threadlab.connect.server_tools import ServerTool, by_name
from threadlab.connect.settings import Settings, settings_from
from threadlab.connect.targets import Azure, Local, Served, Target, choose
from threadlab.errors import NotInThisService, SettingsError


def connect(
    *,
    seed: int | None = None,
    pace: float | None = None,
    target: Target | None = None,
    completer: Completer | None = None,
    server_tools: Sequence[ServerTool] = (),
    faults: Sequence[str] = (),
    code_interpreter: bool = False,
    mcp_servers: Mapping[str, Where] | None = None,
    openapi_hosts: Sequence[str] = (),
    scripted_tools: Mapping[str, Script] | None = None,
    env_file: str | Path | None = None,
) -> Lab:
    """A lab: on Azure if the settings name a project, else local, in this process.

    Local: with `seed` it starts empty and gives the same each time, without one it is durable. `pace` is
    real seconds for each of the backend's (default: the setting THREADLAB_PACE). `completer` stands in
    the model's place. `server_tools` are run by the backend itself: see `connect.server_tools`. `faults` are
    in force from the start, each in its text form ("429:create run"). `target` says it all explicitly and
    reads no settings. With `code_interpreter` the backend runs the code that agents write; what that protects
    from, and what not, is written in `threadlab.backend.code`. Which `mcp_servers` and `openapi_hosts`
    tools may reach, and what `scripted_tools` of the cloud say: see `connect.reach`. `env_file` is read in
    place of the `.env` that would be found.

    Where the settings name a real model (MODEL_BASE_URL) and no completer is given, that model answers. It
    cannot be seeded: the lab is then durable and in real time in spite of a seed, and its repr says so.

    Raises SettingsError for settings that cannot be used and for a seed with a completer that takes its
    time, NotInThisService for a completer, server tools, faults, the code interpreter or anything to reach
    where the backend is not in this process.
    """
    if target is not None:
        if seed is not None or pace is not None or env_file is not None:
            raise SettingsError(
                "a target was given together with seed, pace or env_file",
                hint="leave these out, and say them to the target where it is made",
            )
        settings = _settings_of(target)
    else:
        settings = Settings.load(env_file=env_file)
        target = choose(settings, seed=seed, pace=pace, own_completer=completer is not None)
    reach = reach_from(mcp_servers, openapi_hosts, scripted_tools)
    door = _door(target, completer, server_tools, code_interpreter, reach)
    lab = Lab(door, target, settings, asked_seed=seed)
    with ExitStack() as unless_all_is_well:
        unless_all_is_well.callback(lab.close)
        for fault in faults:
            lab.workbench.faults.add(fault)
        unless_all_is_well.pop_all()
    return lab


def _door(
    target: Target,
    completer: Completer | None,
    server_tools: Sequence[ServerTool],
    code_interpreter: bool,
    reach: Reach,
) -> Door:
    if isinstance(target, Local):
        tools = by_name(server_tools)
        return LocalDoor(target, completer, tools, code_interpreter=code_interpreter, reach=reach)
    if reach != Reach():
        raise NotInThisService(
            f"what a service elsewhere may reach is not decided here ({target})",
            hint="Azure reaches them by itself: leave mcp_servers, openapi_hosts and scripted_tools out. A "
            "server of your own is told by `threadlab serve --mcp LABEL=URL --openapi-host HOST`",
        )
    if code_interpreter:
        raise NotInThisService(
            f"whether a service elsewhere runs code is not decided here ({target})",
            hint="Azure always does: leave code_interpreter out. A server of your own does after "
            "`threadlab serve --code-interpreter`",
        )
    if completer is not None:
        raise NotInThisService(
            f"nothing can be put into the model's place from here ({target})",
            hint="use the completer locally: from threadlab.connect.targets import Local; "
            "connect(target=Local(seed=7), completer=…)",
        )
    if server_tools:
        raise NotInThisService(
            f"a service elsewhere cannot run this process' functions ({target})",
            hint="let this side answer the calls, follow(run, tools=…); a server of your own has them from "
            "`threadlab serve --tools FILE`",
        )
    if isinstance(target, Served):
        from threadlab.connect.served import ServedDoor  # noqa: PLC0415

        return ServedDoor(target)
    from threadlab.connect.azure import AzureDoor  # noqa: PLC0415

    return AzureDoor(target)


def _settings_of(target: Target) -> Settings:
    """The settings that would have led to that target. Raises SettingsError for a malformed endpoint."""
    if isinstance(target, Azure):
        return settings_from({"PROJECT_ENDPOINT": target.endpoint, "MODEL_DEPLOYMENT_NAME": target.model})
    if isinstance(target, Served):
        return settings_from({})
    values = {"THREADLAB_PACE": str(target.pace)}
    if target.store is not None:
        values["THREADLAB_STORE"] = str(target.store)
    if target.embedder is not None:
        values["THREADLAB_EMBEDDER"] = target.embedder
    if (endpoint := target.endpoint) is not None:
        values |= {"MODEL_BASE_URL": endpoint.url, "MODEL_NAME": endpoint.model}
        values |= {"MODEL_API_KEY": endpoint.key} if endpoint.key else {}
    return settings_from(values)
