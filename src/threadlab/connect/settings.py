"""Settings: what the environment and a `.env` file say, checked before anything is done with it.

The environment wins over `.env`, which is looked for in the working folder and above it. An empty value
counts as not set. The descriptions below are also the text of `.env.example`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from dotenv import dotenv_values, find_dotenv
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from threadlab.backend.completer.openai_compatible.endpoint import Endpoint, endpoint_at
from threadlab.errors import SettingsError

COURSE_MARK = Path("lessons", "course.toml")
PORTAL = "https://ai.azure.com"
WHERE_ENDPOINT = f"copy “Microsoft Foundry project endpoint” from the project's Overview page at {PORTAL}"
WHERE_MODEL = f"it is in the Name column of the project's page Models + endpoints at {PORTAL}"
ENDPOINT_FORM = "https://<resource>.services.ai.azure.com/api/projects/<project>"


def endpoint_fault(value: str) -> str | None:
    """What is wrong with a project endpoint, in words; None if nothing is."""
    try:
        url = urlsplit(value)
    except ValueError:
        return "is not a URL"
    if url.scheme != "https":
        return "does not start with https:// (the SDK sends no token over anything else)"
    if not url.hostname:
        return "names no host"
    before, mark, project = url.path.rstrip("/").partition("/api/projects/")
    if before or not mark or not project or "/" in project:
        return "does not end in /api/projects/<project>"
    if url.query or url.fragment:
        return "has something after the project's name"
    return None


def _endpoint(value: str) -> str:
    fault = endpoint_fault(value)
    if fault is not None:
        raise ValueError(fault)
    return value.rstrip("/")


class Settings(BaseModel):
    """Everything that can be set from outside. `project_endpoint` and `model` come together or not at all.

    With `model_base_url` the local backend asks a real model; `model_name` and `model_api_key` belong to it.
    """

    model_config = ConfigDict(frozen=True)

    project_endpoint: Annotated[str, AfterValidator(_endpoint)] | None = Field(
        default=None,
        alias="PROJECT_ENDPOINT",
        description="The endpoint of your project on Azure. Leave it empty to stay local: no account, key or "
        f"network. To set it, {WHERE_ENDPOINT}.",
        examples=[ENDPOINT_FORM],
    )
    model: str | None = Field(
        default=None,
        alias="MODEL_DEPLOYMENT_NAME",
        description=f"The model deployment that agents use on Azure: {WHERE_MODEL}.",
        examples=["gpt-4o"],
    )
    model_base_url: str | None = Field(
        default=None,
        alias="MODEL_BASE_URL",
        description="A real model for the local backend: the address of anything that speaks OpenAI's chat "
        "completions, such as Ollama, vLLM, llama.cpp or Azure OpenAI. What agents are told is then sent "
        "there. Leave it empty for the stand-in, which needs no model at all.",
        examples=["http://localhost:11434/v1"],
    )
    model_name: str | None = Field(
        default=None,
        alias="MODEL_NAME",
        description="Which of that endpoint's models; not needed where MODEL_BASE_URL names a deployment.",
        examples=["llama3.2"],
    )
    model_api_key: SecretStr | None = Field(
        default=None,
        alias="MODEL_API_KEY",
        description="The key that the endpoint asks for, if it asks for one.",
    )
    embedder: str | None = Field(
        default=None,
        alias="THREADLAB_EMBEDDER",
        description="Lets file search on the local backend go by meaning as well as by words: `local` for "
        "the model of the extra `embeddings`, or the name of an embedding model at MODEL_BASE_URL. Leave it "
        "empty to search by words, as a lab with a seed always does.",
        examples=["local"],
    )
    pace: float = Field(
        default=1.0,
        ge=0,
        allow_inf_nan=False,
        alias="THREADLAB_PACE",
        description="Real seconds for each second of the local backend: 1 as in life, 0 without any waiting.",
        examples=["1.0"],
    )
    store: Path | None = Field(
        default=None,
        alias="THREADLAB_STORE",
        description="The file in which the local backend keeps threads and runs when no seed is given. A "
        "relative path starts at the course's folder, or outside a course at the working folder.",
        examples=[".threadlab/store.sqlite"],
    )

    @property
    def model_endpoint(self) -> Endpoint | None:
        """Where the local backend's model answers; None for the stand-in. Raises SettingsError."""
        if self.model_base_url is None:
            return None
        key = self.model_api_key.get_secret_value() if self.model_api_key else None
        try:
            return endpoint_at(self.model_base_url, model=self.model_name, key=key)
        except ValueError as fault:
            raise SettingsError(
                f"MODEL_BASE_URL is {without_password(self.model_base_url)!r}: it {fault}",
                hint="for Ollama: MODEL_BASE_URL=http://localhost:11434/v1 and MODEL_NAME=llama3.2",
            ) from None

    def store_path(self, start: Path | None = None) -> Path:
        """Where the durable store is, seen from the folder `start` (default: the working folder)."""
        return home_folder(start or Path.cwd()) / (self.store or Path(".threadlab", "store.sqlite"))

    @classmethod
    def load(
        cls, environment: Mapping[str, str] | None = None, *, env_file: str | Path | None = None
    ) -> Settings:
        """The settings in force. Raises SettingsError, naming the variable, for one that cannot be used."""
        return settings_from(values_in_force(environment, env_file=env_file))


def values_in_force(
    environment: Mapping[str, str] | None = None, *, env_file: str | Path | None = None
) -> dict[str, str]:
    """The variables that settings know and that have a value, the environment's before `.env`'s."""
    given = os.environ if environment is None else environment
    if env_file is not None and not Path(env_file).is_file():
        raise SettingsError(f"there is no file {env_file}", hint="give the path of a .env file that exists")
    found = env_file or find_dotenv(usecwd=True)
    merged = {**(dotenv_values(found) if found else {}), **given}
    return {name: value for name in variables() if (value := (merged.get(name) or "").strip())}


def settings_from(values: Mapping[str, str]) -> Settings:
    """Checked settings from the variables that are set. Raises SettingsError."""
    try:
        settings = Settings.model_validate(dict(values))
    except ValidationError as problem:
        first = problem.errors()[0]
        name = str(first["loc"][0])
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name} is {values[name]!r}: {reason}", hint=_remedy(name)) from None
    if settings.project_endpoint and not settings.model:
        raise SettingsError(
            "PROJECT_ENDPOINT is set, but MODEL_DEPLOYMENT_NAME is not",
            hint=f"set MODEL_DEPLOYMENT_NAME, {WHERE_MODEL}; or unset PROJECT_ENDPOINT to stay local",
        )
    if settings.model and not settings.project_endpoint:
        raise SettingsError(
            "MODEL_DEPLOYMENT_NAME is set, but PROJECT_ENDPOINT is not",
            hint=f"set PROJECT_ENDPOINT, {WHERE_ENDPOINT}; or unset MODEL_DEPLOYMENT_NAME to stay local",
        )
    if settings.model_endpoint and settings.project_endpoint:
        raise SettingsError(
            "PROJECT_ENDPOINT and MODEL_BASE_URL are both set: agents run on Azure, or here with that model",
            hint="unset the one that you do not mean; an empty variable of the environment wins over .env",
        )
    return settings


def variables() -> tuple[str, ...]:
    """The names of all variables, in the order of `.env.example`."""
    return tuple(str(field.alias) for field in Settings.model_fields.values())


def home_folder(start: Path) -> Path:
    """The course's folder if `start` lies in one, else `start` itself."""
    return next((folder for folder in (start, *start.parents) if (folder / COURSE_MARK).is_file()), start)


def without_password(url: str) -> str:
    """The URL as it may be shown."""
    before, at, after = url.rpartition("@")
    return f"{before.partition('://')[0]}://…@{after}" if at else url


def _remedy(name: str) -> str:
    if name == "PROJECT_ENDPOINT":
        return f"its form is {ENDPOINT_FORM}; {WHERE_ENDPOINT}"
    if name == "THREADLAB_PACE":
        return "give a number of at least 0: 1 as in life, 0 without any waiting"
    return f"look at the description of {name} in .env.example"
