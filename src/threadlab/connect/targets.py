"""Targets: where a lab's service is, as plain data that can be pickled and sent to another process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from threadlab.backend.completer.openai_compatible.endpoint import STAND_IN, Endpoint
from threadlab.connect.settings import Settings
from threadlab.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """The local backend, in this process.

    With a `seed` it starts empty, keeps its own time and gives the same on every machine; without one it
    is durable, in the SQLite file `store`. `pace` is real seconds for each of the backend's. At `endpoint` a
    real model answers, in real time, so never with a seed; without it, the rule-based stand-in. An `embedder`
    lets file search go by meaning, too: "local", or an embedding model at `endpoint`.
    """

    seed: int | None = None
    store: Path | None = None
    pace: float = 1.0
    endpoint: Endpoint | None = None
    embedder: str | None = None

    def __post_init__(self) -> None:
        if (self.seed is None) == (self.store is None):
            raise SettingsError(
                "a local target has either a seed or a store",
                hint="Local(seed=7) starts empty and repeats itself; Local(store=path) keeps everything",
            )
        if self.seed is not None and self.endpoint is not None:
            raise SettingsError(
                f"a seed and {self.endpoint} were given together: no seed makes a real model repeat itself",
                hint="leave one of them out; Local(store=path, endpoint=…) keeps everything, in real time",
            )
        if not 0 <= self.pace < float("inf"):
            raise SettingsError(f"the pace is {self.pace}", hint="give a number of at least 0")

    @property
    def model(self) -> str:
        """The name of the model that an agent gets if it names none."""
        return STAND_IN if self.endpoint is None else self.endpoint.model

    def __str__(self) -> str:
        if self.seed is not None:
            return f"local, in this process, seed {self.seed}"
        answering = "" if self.endpoint is None else f", {self.endpoint}"
        return f"local, in this process, durable{answering}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Azure:
    """A project on Azure: its endpoint, and the name of a model deployment in it."""

    endpoint: str
    model: str

    def __str__(self) -> str:
        return f"Azure, {urlsplit(self.endpoint).hostname}, model {self.model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A local backend that `threadlab serve` runs: the endpoint and the key that it printed."""

    endpoint: str
    key: str = field(repr=False)
    model: str = STAND_IN

    def __post_init__(self) -> None:
        url = urlsplit(self.endpoint)
        if url.scheme not in ("http", "https") or not url.netloc or not url.path.strip("/"):
            raise SettingsError(
                f"{self.endpoint!r} is no endpoint of a server",
                hint="copy the last word of the first line that `threadlab serve` prints",
            )
        if not self.key:
            raise SettingsError(
                "the server's key is empty", hint="`threadlab serve` prints it when it starts"
            )

    def __str__(self) -> str:
        return f"local, served at {urlsplit(self.endpoint).netloc}"


Target = Local | Azure | Served


def choose(
    settings: Settings, *, seed: int | None = None, pace: float | None = None, own_completer: bool = False
) -> Target:
    """The target that these settings lead to.

    A real model cannot be seeded, as Azure cannot: where the settings name one, the seed is left aside. A
    completer of one's own stands in the model's place, whatever the settings name.
    """
    if settings.project_endpoint is not None and settings.model is not None:
        return Azure(endpoint=settings.project_endpoint, model=settings.model)
    pace = settings.pace if pace is None else pace
    endpoint = None if own_completer else settings.model_endpoint
    if seed is not None and endpoint is None:
        return Local(seed=seed, pace=pace)
    store, embedder = settings.store_path(), settings.embedder
    return Local(store=store, pace=pace, endpoint=endpoint, embedder=embedder)
