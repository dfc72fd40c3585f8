"""`connect()`: from what is set to a lab that works. The one place where the pieces are put together."""

from __future__ import annotations

from pathlib import Path

from threadlab.backend.completer.port import Completer
from threadlab.connect.azure import AzureDoor
from threadlab.connect.door import Door
from threadlab.connect.lab import Lab
from threadlab.connect.local import LocalDoor
from threadlab.connect.settings import Settings, settings_from
from threadlab.connect.targets import Azure, Local, Target, choose
from threadlab.errors import NotInThisService, SettingsError


def connect(
    *,
    seed: int | None = None,
    pace: float | None = None,
    target: Target | None = None,
    completer: Completer | None = None,
    env_file: str | Path | None = None,
) -> Lab:
    """A lab: on Azure if the settings name a project, else local, in this process.

    Local: with `seed` it starts empty and gives the same each time, without one it is durable. `pace` is
    real seconds for each of the backend's (default: the setting THREADLAB_PACE). `completer` stands in
    the model's place. `target` says it all explicitly and reads no settings. `env_file` is read in place
    of the `.env` that would be found.

    Raises SettingsError for settings that cannot be used, NotInThisService for a completer on Azure.
    """
    if target is not None:
        if seed is not None or pace is not None or env_file is not None:
            raise SettingsError(
                "a target was given together with seed, pace or env_file",
                hint="the target says these itself: connect(target=Local(seed=7, pace=0))",
            )
        settings = _settings_of(target)
    else:
        settings = Settings.load(env_file=env_file)
        target = choose(settings, seed=seed, pace=pace)
    return Lab(_door(target, completer), target, settings, asked_seed=seed)


def _door(target: Target, completer: Completer | None) -> Door:
    if isinstance(target, Local):
        return LocalDoor(target, completer)
    if completer is not None:
        raise NotInThisService(
            "on Azure nothing can stand in the model's place",
            hint="use the completer locally: connect(target=Local(seed=7), completer=…)",
        )
    return AzureDoor(target)


def _settings_of(target: Target) -> Settings:
    """The settings that would have led to that target. Raises SettingsError for a malformed endpoint."""
    if isinstance(target, Azure):
        return settings_from({"PROJECT_ENDPOINT": target.endpoint, "MODEL_DEPLOYMENT_NAME": target.model})
    store = {} if target.store is None else {"THREADLAB_STORE": str(target.store)}
    return settings_from({"THREADLAB_PACE": str(target.pace), **store})
