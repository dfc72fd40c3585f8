"""The doctor: what would be used, what is missing or in the way, and how to get it.

`look()` gathers facts from this machine, `examine(facts)` judges them. Neither makes a network call.
Which versions do not go together was found by installing them (the reasons are in `TRAPS`). No SDK
is imported here: where one is missing or broken, the doctor must be able to say so.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement
from packaging.version import Version

from threadlab.backend.code.probe import no_walls
from threadlab.backend.completer.openai_compatible.endpoint import Endpoint
from threadlab.connect.embedding import chosen_embedder
from threadlab.connect.settings import WHERE_ENDPOINT, WHERE_MODEL, Settings, settings_from, values_in_force
from threadlab.connect.targets import Azure, choose
from threadlab.errors import SettingsError

Level = Literal["ok", "warn", "problem"]

OLDEST_PYTHON = (3, 11)

TRAPS: Mapping[str, str] = {
    "azure-ai-projects": "1.x gives the name `agents` another meaning; 2.0 to 2.4 install with an openai "
    "that they cannot import (No module named 'httpx'), while `pip check` finds nothing wrong",
    "openai": "azure-ai-projects 2.5 and later need openai 3",
    "aiohttp": "the SDK's asyncio clients reach Azure through it",
    "ipykernel": "before 7.4, a button that is pressed while a cell runs is heard only after it",
    "azure-identity": "it signs you in to Azure",
}

CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it stands, what was found, and what to do about it."""

    level: Level
    what: str
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What `examine` judges. `values` are the settings' variables in force, `versions` None if missing.

    `no_walls` is why code that a model wrote would run without walls, `no_embedder` why the embedder that the
    settings name cannot be had; each None where there is nothing to tell.
    """

    python: tuple[int, int]
    requirements: tuple[str, ...]
    versions: Mapping[str, str | None]
    values: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path()
    unwritable: Path | None = None
    no_walls: str | None = None
    no_embedder: str | None = None


def look(folder: Path | None = None) -> Facts:
    """The facts of this machine, seen from `folder` (default: the working folder)."""
    folder = folder or Path.cwd()
    values = values_in_force()
    requirements = tuple(_required())
    names = {Requirement(text).name for text in requirements}
    return Facts(
        python=sys.version_info[:2],
        requirements=requirements,
        versions={name: _installed(name) for name in sorted(names)},
        values=values,
        environment={name: os.environ[name] for name in CA_VARIABLES if os.environ.get(name)},
        folder=folder,
        unwritable=_unwritable(values, folder),
        no_walls=no_walls(),
        no_embedder=_no_embedder(values),
    )


def examine(facts: Facts) -> list[Finding]:
    """All findings, in the order in which a reader needs them."""
    return [*_target(facts), *_python(facts), *_packages(facts), *_certificates(facts)]


def endpoint_of(facts: Facts) -> Endpoint | None:
    """Where the real model is, if usable settings name one."""
    try:
        return settings_from(facts.values).model_endpoint
    except SettingsError:
        return None


def _target(facts: Facts) -> Iterator[Finding]:
    try:
        settings = settings_from(facts.values)
    except SettingsError as error:
        yield Finding("problem", error.message, error.hint)
        return
    target = choose(settings)
    if isinstance(target, Azure):
        yield Finding(
            "ok",
            f"would use {target}: PROJECT_ENDPOINT and MODEL_DEPLOYMENT_NAME are set",
            "sign in with `az login`; the credential is looked for at the first request",
        )
        return
    yield Finding(
        "ok",
        "would use the local backend, in this process: PROJECT_ENDPOINT is not set",
        f"for Azure, set PROJECT_ENDPOINT ({WHERE_ENDPOINT}) and MODEL_DEPLOYMENT_NAME ({WHERE_MODEL})",
    )
    yield from _model(settings)
    yield _store(settings, facts)
    if facts.no_embedder is not None:
        yield Finding("problem", facts.no_embedder, "or unset THREADLAB_EMBEDDER: search then goes by words")
    yield _walls(facts)


def _model(settings: Settings) -> Iterator[Finding]:
    endpoint = settings.model_endpoint
    if endpoint is not None:
        key = "the key in MODEL_API_KEY" if endpoint.key else "no key"
        yield Finding(
            "ok",
            f"its agents would be answered by {endpoint}, asked with {key}: MODEL_BASE_URL is set",
            "`threadlab doctor --probe` asks whether it is there; seeds are ignored: no model repeats itself",
        )
    elif settings.model_name or settings.model_api_key:
        yield Finding(
            "warn",
            "MODEL_NAME or MODEL_API_KEY is set and nothing comes of it: MODEL_BASE_URL is not set",
            "set MODEL_BASE_URL, for Ollama to http://localhost:11434/v1; or unset the others",
        )


def _store(settings: Settings, facts: Facts) -> Finding:
    store = settings.store_path(facts.folder)
    if facts.unwritable is None:
        return Finding("ok", f"without a seed, threads and runs are kept in {store}")
    return Finding(
        "problem",
        f"the store {store} cannot be written: no right to write to {facts.unwritable}",
        "set THREADLAB_STORE to a file in a folder that you may write to",
    )


def _walls(facts: Facts) -> Finding:
    if facts.no_walls is None:
        return Finding("ok", "the code interpreter has walls: no network, and nothing but its own files")
    return Finding(
        "warn",
        f"the code interpreter has no walls here: {facts.no_walls}. Where it is switched on, code is only "
        "guarded, and can read every file that you can read",
        "run only code that you trust, or allow user namespaces: on Ubuntu by `sysctl "
        "kernel.apparmor_restrict_unprivileged_userns=0`, in Docker by `--security-opt seccomp=unconfined "
        "--security-opt systempaths=unconfined`",
    )


def _python(facts: Facts) -> Iterator[Finding]:
    have = ".".join(map(str, facts.python))
    if facts.python >= OLDEST_PYTHON:
        yield Finding("ok", f"Python {have}")
    else:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        yield Finding("problem", f"Python {have} is too old", f"install Python {oldest} or later")


def _packages(facts: Facts) -> Iterator[Finding]:
    faults = [fault for text in facts.requirements if (fault := _package(Requirement(text), facts))]
    yield from faults
    if not faults:
        yield Finding("ok", f"{len(facts.requirements)} required packages are installed and go together")
    agents = facts.versions.get("azure-ai-agents")
    if agents is not None and Version(agents).is_prerelease:
        yield Finding(
            "warn",
            f"azure-ai-agents {agents} is a preview and sends another api-version than the 1.1 line",
            "for the lessons: pip install 'azure-ai-agents>=1.1,<1.2'",
        )


def _package(wanted: Requirement, facts: Facts) -> Finding | None:
    have = facts.versions.get(wanted.name)
    if have is not None and wanted.specifier.contains(have, prereleases=True):
        return None
    found = f"{wanted.name} is not installed" if have is None else f"{wanted.name} {have} does not fit"
    reason = TRAPS.get(wanted.name)
    return Finding(
        "warn" if wanted.name == "ipykernel" and have is not None else "problem",
        f"{found}: {reason}" if reason else found,
        f"pip install '{wanted.name}{wanted.specifier}'",
    )


def _certificates(facts: Facts) -> Iterator[Finding]:
    given = [name for name in CA_VARIABLES if name in facts.environment]
    if len(given) == 1:
        (missing,) = set(CA_VARIABLES) - set(given)
        yield Finding(
            "warn",
            f"only {given[0]} is set: sync clients read {CA_VARIABLES[0]}, asyncio ones {CA_VARIABLES[1]}",
            f"set {missing} to the same file, {facts.environment[given[0]]}, before Python starts",
        )


def _no_embedder(values: Mapping[str, str]) -> str | None:
    try:
        settings = settings_from(values)
        chosen_embedder(settings.embedder, settings.model_endpoint)
    except SettingsError as error:
        return error.message
    return None


def _required() -> list[str]:
    """What threadlab itself declares, without the extras."""
    try:
        declared = [Requirement(text) for text in requires("threadlab") or ()]
    except PackageNotFoundError:  # running from a folder that was not installed
        return []
    return [str(each) for each in declared if each.marker is None or each.marker.evaluate({"extra": ""})]


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _unwritable(values: Mapping[str, str], folder: Path) -> Path | None:
    """The file or folder that keeps the store from being written, if there is one."""
    try:
        store = settings_from(values).store_path(folder)
    except SettingsError:
        return None
    nearest = next(place for place in (store, *store.parents) if place.exists())
    return None if os.access(nearest, os.W_OK) else nearest
