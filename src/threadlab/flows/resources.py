"""Resources: where models are and how they are set, in profiles that a workflow names and does not know.

    # resources.toml, at the project's root
    [default]
    model = "gpt-4o-mini"

    [careful]
    model = "gpt-4o"
    endpoint = "${PROJECT_ENDPOINT}"
    temperature = 0.1

    [careful.models.fast]
    model = "gpt-4o-mini"

A profile is a model, with further models by name where a workflow needs more than one. The same workflow runs
with another profile by changing one word. `${NAME}` is read from the environment only when it is used, so
neither the file nor anything that is printed or recorded holds a secret.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from threadlab.errors import SettingsError, UnknownResource
from threadlab.flows.nearest import did_you_mean

FILE = "resources.toml"

_REFERENCE = re.compile(r"\$\{(\w+)\}")
_STRICT = ConfigDict(frozen=True, extra="forbid")


class ModelResource(BaseModel):
    """A model to ask: `model` is its name or its deployment's, None the lab's own.

    `endpoint` says where it is, for doors that can choose; `temperature` and `settings` go with each run
    (`settings` are further options of `runs.create`). Texts may hold `${NAME}` references.
    """

    model_config = _STRICT

    model: str | None = None
    endpoint: str | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    settings: Mapping[str, Any] = Field(default_factory=dict)

    def resolved(self, environment: Mapping[str, str] = os.environ) -> ModelResource:
        """With its references read from the environment. Raises SettingsError for one that is not set."""
        plain: dict[str, Any] = _resolved(self.model_dump(), environment)
        return ModelResource(**plain)

    def options(self, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
        """What `runs.create` is given, references read; what is not set is left out."""
        resolved = self.resolved(environment)
        given = {"model": resolved.model, "temperature": resolved.temperature}
        return {**resolved.settings, **{name: value for name, value in given.items() if value is not None}}


class ResourceConfig(ModelResource):
    """A profile: a model of its own, and `models` by name."""

    name: str
    models: Mapping[str, ModelResource] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _models_begin_as_the_profile(cls, given: Any) -> Any:
        """What a named model does not say is the profile's."""
        if not isinstance(given, dict) or not isinstance(given.get("models"), dict):
            return given
        common = {key: value for key, value in given.items() if key not in ("name", "models")}
        return {
            **given,
            "models": {name: {**common, **model} for name, model in given["models"].items()},
        }

    def get_model(self, name: str | None = None) -> ModelResource:
        """The model of that name; without a name the profile's own. Raises UnknownResource."""
        if name is None:
            return ModelResource(**self.model_dump(exclude={"name", "models"}))
        if name not in self.models:
            raise UnknownResource(
                f"the profile {self.name!r} has no model named {name!r}",
                hint=did_you_mean(name, self.models, "its models"),
            )
        return self.models[name]


class ResourceRegistry:
    """All profiles of a project, by name."""

    def __init__(self, profiles: Mapping[str, ResourceConfig], source: str = "this registry") -> None:
        self.profiles = dict(profiles)
        self.source = source

    @classmethod
    def read(cls, project_root: Path) -> ResourceRegistry:
        """The profiles of `resources.toml` in that folder; none where there is no such file.

        Raises SettingsError, naming profile and key, for a file that is not right.
        """
        path = project_root / FILE
        if not path.is_file():
            return cls({}, f"{path}, which does not exist,")
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is no TOML: {error}", hint="correct the line it names") from None
        return cls({name: _profile(path, name, table) for name, table in tables.items()}, str(path))

    def get_resource_config(self, name: str = "default") -> ResourceConfig:
        """The profile of that name; "default" is there even where nobody wrote it. Raises UnknownResource."""
        if name in self.profiles:
            return self.profiles[name]
        if name == "default":
            return ResourceConfig(name=name)
        raise UnknownResource(
            f"{self.source} has no profile named {name!r}",
            hint=did_you_mean(name, self.profiles, "its profiles"),
        )

    def __str__(self) -> str:
        lines = [
            f"{name}: {profile.model or 'the model of the lab'}" for name, profile in self.profiles.items()
        ]
        return "\n".join(lines) or f"{self.source} has no profiles"


def _profile(path: Path, name: str, table: Any) -> ResourceConfig:
    try:
        return ResourceConfig.model_validate({**table, "name": name} if isinstance(table, dict) else table)
    except ValidationError as problem:
        first = problem.errors(include_input=False)[0]
        where = ".".join([name, *map(str, first["loc"])])
        raise SettingsError(
            f"{path}: {where}: {first['msg']}",
            hint="a profile may have: model, endpoint, temperature, settings and models",
        ) from None


def _resolved(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: _variable(found[1], environment), value)
    if isinstance(value, Mapping):
        return {key: _resolved(below, environment) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_resolved(below, environment) for below in value]
    return value


def _variable(name: str, environment: Mapping[str, str]) -> str:
    if name not in environment:
        raise SettingsError(
            f"the resource refers to ${{{name}}}, and there is no such environment variable",
            hint=f"set {name}, or choose another profile",
        )
    return environment[name]
