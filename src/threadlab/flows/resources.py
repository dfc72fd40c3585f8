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

    [shared]
    endpoint = "http://127.0.0.1:8000/…"     # as `threadlab serve` prints it, with its key
    key = "${SERVER_KEY}"

A profile is a model, with further models by name where a workflow needs more than one. The same workflow runs
with another profile by changing one word: with another model, and where there is an `endpoint` at another
service than the run's lab. `${NAME}` is read from the environment only when it is used, so neither the file
nor anything that is printed or recorded holds a secret.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from threadlab.connect.settings import ENDPOINT_FORM, endpoint_fault
from threadlab.connect.targets import Azure, Served, Target
from threadlab.errors import SettingsError, UnknownResource
from threadlab.flows.did_you_mean import did_you_mean
from threadlab.history.plans.run_options import RUN_OPTIONS

FILE = "resources.toml"

_REFERENCE = re.compile(r"\$\{(\w+)\}")
_STRICT = ConfigDict(frozen=True, extra="forbid")


def _run_option(name: str) -> str:
    if name not in RUN_OPTIONS:
        raise ValueError(f"there is no run option {name!r}: {did_you_mean(name, RUN_OPTIONS)}")
    return name


RunOption = Annotated[str, AfterValidator(_run_option)]
"""The name of an option of `runs.create`."""


class ModelResource(BaseModel):
    """A model to ask: `model` is its name or its deployment's, None that of the service.

    `endpoint` is the service that its agents are asked at, None the run's lab: a project on Azure, which
    azure-identity signs in to, or with a `key` a server that `threadlab serve` started. `temperature` and
    `settings` go with each run (`settings` are further options of `runs.create`). Texts may hold `${NAME}`
    references, and a key is nothing else.
    """

    model_config = _STRICT

    model: str | None = None
    endpoint: str | None = None
    key: str | None = Field(default=None, pattern=r"^\$\{\w+\}$", repr=False)
    temperature: float | None = Field(default=None, ge=0, le=2)
    settings: Mapping[RunOption, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _a_key_is_for_an_endpoint(self) -> Self:
        if self.key is not None and self.endpoint is None:
            raise ValueError("a key is for an endpoint, and there is none")
        return self

    def options(self, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
        """What `runs.create` is given; what is not set is left out.

        Raises SettingsError for a reference to what the environment does not have.
        """
        given = {"model": self.model, "temperature": self.temperature}
        named = {name: value for name, value in given.items() if value is not None}
        options: dict[str, Any] = _resolved({**self.settings, **named}, environment)
        return options

    def target(self, environment: Mapping[str, str] = os.environ) -> Target | None:
        """The service of its endpoint; None where it has none. Raises SettingsError."""
        if self.endpoint is None:
            return None
        endpoint, key, model = _resolved((self.endpoint, self.key, self.model), environment)
        if key is not None:
            return Served(endpoint=endpoint, key=key, **({"model": model} if model else {}))
        if (fault := endpoint_fault(endpoint)) is not None:
            raise SettingsError(
                f"the endpoint {self.endpoint!r} of a resource profile {fault}",
                hint=f"for Azure write {ENDPOINT_FORM}; "
                'a server of your own needs key = "${NAME}" beside it',
            )
        if model is None:
            raise SettingsError(
                f"the endpoint {self.endpoint!r} of a resource profile comes without a model",
                hint='name the deployment there: model = "gpt-4o"',
            )
        return Azure(endpoint=endpoint, model=model)


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
        """The model of that name, the profile's or the service's; without one the profile's own.

        Raises UnknownResource, whose hint has the lines to write.
        """
        own = ModelResource(**self.model_dump(exclude={"name", "models"}))
        if name is None or (name not in self.models and name == self.model):
            return own
        by_model = {one.model: one for one in reversed(list(self.models.values()))}
        if (found := self.models.get(name) or by_model.get(name)) is None:
            there = [*self.models, *filter(None, (self.model, *by_model))]
            raise UnknownResource(
                f"the profile {self.name!r} has no model named {name!r}",
                hint=f"{did_you_mean(name, dict.fromkeys(there), 'its models')}; or add it to {FILE}: "
                f"{toml_lines(self.name, name)}",
            )
        return found


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
            f"{name}: {profile.model or f'the model of {_where(profile)}'}"
            for name, profile in self.profiles.items()
        ]
        return "\n".join(lines) or f"{self.source} has no profiles"


def _where(resource: ModelResource) -> str:
    return "the lab" if resource.endpoint is None else "its endpoint"


def toml_lines(profile: str, model: str) -> str:
    """What to write so that a profile has a model of that name."""
    name = model if re.fullmatch(r"[\w-]+", model) else f'"{model}"'
    return f'[{profile}.models.{name}] and below it model = "{model}"'


def _profile(path: Path, name: str, table: Any) -> ResourceConfig:
    try:
        return ResourceConfig.model_validate({**table, "name": name} if isinstance(table, dict) else table)
    except ValidationError as problem:
        first = problem.errors(include_input=False)[0]
        where = ".".join([name, *map(str, first["loc"])])
        raise SettingsError(
            f"{path}: {where}: {first['msg']}",
            hint="a profile may have: model, endpoint, key (a reference: ${NAME}), temperature, settings "
            f"({', '.join(RUN_OPTIONS)}) and models",
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
