"""Hosted tools: the port for tools that this side runs in rooms of their own, such as file_search.

A completer asks for one as for a function, by its type (`Call("file_search", '{"query": …}')`), where the run
has a tool of that type. The engine answers the call itself: the model gets the text of the outcome, and the
run step shows its detail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

Json = dict[str, Any]


class ToolFailed(Exception):
    """The tool cannot work, and so neither can the run: it fails with this message."""


class ToolRefused(Exception):
    """A definition cannot be used here. `field` is the part of it that is the reason, as `openapi.spec`."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a hosted tool works in: its definition, and the resources of the run and of its thread.

    `round` counts the consultations of the run's model, `number` the calls of one consultation, from 0.
    `name` is the function that is called, where a tool is several. `listed` is what servers said they have,
    as the run's activities keep it, `headers` what the client sent along for its server.
    """

    run_id: str
    thread_id: str
    definition: Json
    resources: tuple[Json, ...] = ()
    round: int = 1
    number: int = 0
    name: str = ""
    listed: tuple[Json, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: what the model is told, and what the run step shows under the tool's type."""

    output: str
    detail: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotYet:
    """The tool has to wait for something; it is to be called again at that instant of the backend's clock."""

    until: float


class HostedTool(Protocol):
    """A tool that is run on this side."""

    def offer(self, setting: Setting) -> Json | list[Json]:
        """How a model is told of it: `{"type": …, "function": {name, description, parameters}, …}`.

        A list where the tool is several functions. What else stands beside `function` is for stand-ins, which
        read no descriptions.
        """
        ...

    def call(self, setting: Setting, arguments: str) -> Outcome | NotYet:
        """Answer a call. `arguments` are the model's text, and may be anything. Raises ToolFailed."""
        ...


@runtime_checkable
class Particular(Protocol):
    """A hosted tool that not every definition can be used with."""

    def check(self, definition: Json) -> None:
        """Raise ToolRefused for a definition that no run could use here."""
        ...


@runtime_checkable
class Listing(Protocol):
    """A hosted tool whose functions a server has to be asked for, once at the start of each run."""

    def list_tools(self, setting: Setting) -> Json | NotYet:
        """They are `{"server_label", "tools": {name: {description, parameters}}}`. Raises ToolFailed."""
        ...


@runtime_checkable
class Lasting(Protocol):
    """A hosted tool that holds something open: sessions, threads, processes."""

    def close(self) -> None:
        """Let go of it."""
        ...


@runtime_checkable
class WorksAside(Protocol):
    """A hosted tool that a run comes back to for what came of its calls."""

    def forget(self, run_id: str) -> None:
        """The run comes back no more: begin nothing that waits to be done for it, and keep no result."""
        ...


@runtime_checkable
class KeptForThreads(Protocol):
    """A hosted tool that keeps something for a thread from one run to the next."""

    def leave(self, thread_id: str) -> None:
        """The thread is gone: keep nothing for it."""
        ...


HostedTools = Mapping[str, HostedTool]
"""By type."""
