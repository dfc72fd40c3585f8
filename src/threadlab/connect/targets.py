"""Targets: where a lab's service is, as plain data that can be pickled and sent to another process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from threadlab.connect.settings import Settings
from threadlab.errors import SettingsError

STAND_IN = "stand-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """The local backend, in this process.

    With a `seed` it starts empty, keeps its own time and gives the same on every machine; without one it
    is durable, in the SQLite file `store`. `pace` is real seconds for each of the backend's.
    """

    seed: int | None = None
    store: Path | None = None
    pace: float = 1.0

    def __post_init__(self) -> None:
        if (self.seed is None) == (self.store is None):
            raise SettingsError(
                "a local target has either a seed or a store",
                hint="Local(seed=7) starts empty and repeats itself; Local(store=path) keeps everything",
            )
        if not 0 <= self.pace < float("inf"):
            raise SettingsError(f"the pace is {self.pace}", hint="give a number of at least 0")

    @property
    def model(self) -> str:
        """The name of the model that an agent gets if it names none."""
        return STAND_IN

    def __str__(self) -> str:
        if self.seed is not None:
            return f"local, in this process, seed {self.seed}"
        return "local, in this process, durable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Azure:
    """A project on Azure: its endpoint, and the name of a model deployment in it."""

    endpoint: str
    model: str

    def __str__(self) -> str:
        return f"Azure, {urlsplit(self.endpoint).hostname}, model {self.model}"


Target = Local | Azure


def choose(settings: Settings, *, seed: int | None = None, pace: float | None = None) -> Target:
    """The target that these settings lead to."""
    if settings.project_endpoint is not None and settings.model is not None:
        return Azure(endpoint=settings.project_endpoint, model=settings.model)
    pace = settings.pace if pace is None else pace
    if seed is not None:
        return Local(seed=seed, pace=pace)
    return Local(store=settings.store_path(), pace=pace)
