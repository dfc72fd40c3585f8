"""An exchange: a request with its response as the wire log keeps it, until somebody reads it as an entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl

from threadlab.connect.recorded_body import readable
from threadlab.objects.wire_entry import WireEntry

STARTS_A_RUN = "/runs"
"""How the path of a request ends that starts a run: on a thread, or with a new one."""


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request; `sent` and `received` are bodies as `recorded_body` keeps them.

    `about` are the ids of the runs that it is about: those that its path and query name, and the one that
    it created.
    """

    number: int
    method: str
    path: str
    sent: Any
    at: float
    seconds: float
    attempt: int
    status: int | None = None
    received: Any = None
    error: str | None = None
    read_until: float | None = None
    about: set[str] = field(default_factory=set)
    _entry: WireEntry | None = None

    def __post_init__(self) -> None:
        path, _, query = self.path.partition("?")
        segments = path.split("/")
        self.about |= {after for before, after in pairwise(segments) if before == "runs"}
        if "run_id=" in query:
            self.about |= {value for name, value in parse_qsl(query) if name == "run_id"}
        if self.starts_a_run:
            self._is_about(readable(self.received))

    @property
    def starts_a_run(self) -> bool:
        """Whether a run comes of it, if all goes well."""
        return self.method == "POST" and self.path.partition("?")[0].endswith(STARTS_A_RUN)

    @property
    def is_stream(self) -> bool:
        """Whether its response is one that is read piece by piece."""
        return isinstance(self.received, dict) and "stream" in self.received

    @property
    def entry(self) -> WireEntry:
        """The exchange as readers get it, the same object each time while nothing new is known of it."""
        if self._entry is None:
            self._entry = WireEntry(
                number=self.number,
                method=self.method,
                path=self.path,
                request=readable(self.sent),
                status=self.status,
                response=readable(self.received),
                at=self.at,
                seconds=self.seconds,
                attempt=self.attempt,
                error=self.error,
                read_until=self.read_until,
            )
        return self._entry

    def broke_off(self, error: str) -> None:
        """Its stream ended before its time."""
        self.error, self._entry = error, None

    def read(self, at: float) -> None:
        """A piece of its stream was read."""
        self.read_until, self._entry = at, None

    def opened(self, run_id: str) -> None:
        """Its stream turned out to be of that run."""
        self.received, self._entry = {**self.received, "id": run_id}, None
        self.about.add(run_id)

    def _is_about(self, response: Any) -> None:
        if isinstance(response, Mapping) and isinstance(response.get("id"), str):
            self.about.add(response["id"])
