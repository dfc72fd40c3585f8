"""Serving: the local backend put together for `threadlab serve`, with its gate and its workbench."""

from __future__ import annotations

import secrets
import socket
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from threadlab.backend.code.probe import no_walls
from threadlab.backend.completer.named import completer_named
from threadlab.backend.completer.openai_compatible.endpoint import Endpoint
from threadlab.backend.engine.worker import Crew
from threadlab.backend.local import Backend
from threadlab.backend.server.carrier import Carrier
from threadlab.backend.server.gate import EVERYWHERE, Gate
from threadlab.backend.server.listen import open_socket, run
from threadlab.backend.store.schema import StoreError
from threadlab.backend.store.sqlite import Durability
from threadlab.connect.embedding import chosen_embedder
from threadlab.connect.reach import reach_from, servers_from
from threadlab.connect.server_tools import by_name, tools_in
from threadlab.errors import SettingsError
from threadlab.workbench.in_process import InProcess
from threadlab.workbench.routes import MOUNT, WorkbenchRoutes, switched_off


@dataclass(frozen=True, slots=True)
class Listening:
    """A server that takes requests: at which address, with which key, and whether that was made up here.

    `no_walls` is why the code that it runs has no walls; None where it has some.
    """

    address: str
    key: str
    key_is_new: bool
    is_open: bool
    runs_code: bool = False
    no_walls: str | None = None

    @property
    def endpoint(self) -> str:
        """What clients of the SDK are given."""
        return f"{self.address}/api/projects/local"

    @property
    def openai_base(self) -> str:
        """What clients of the OpenAI Assistants protocol are given."""
        return f"{self.address}/v1"

    @property
    def lines(self) -> list[str]:
        """What to tell: the endpoint as the last word of the first line, a new key as that of the second."""
        lines = [f"threadlab serves the local backend at {self.endpoint}"]
        if self.key_is_new:
            lines.append(f"The key, shown only now: {self.key}")
        lines.append(f"For clients of the OpenAI Assistants protocol: {self.openai_base}")
        if self.is_open:
            lines.append("Other machines can reach this, unencrypted. Whoever has the key can do everything.")
        if self.runs_code:
            lines.append("It runs the code that agents write, each thread's in a kernel of its own.")
        if self.runs_code and self.no_walls:
            lines.append(
                f"Code has no walls here ({self.no_walls}): it can read every file that you can read."
            )
        return [*lines, "Stop with Ctrl-C."]


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A server as it is asked for. Without a `key` a random one is made.

    `completer` stands in the model's place: "rules", or "openai" for the model at `model`; unless it is
    said, whichever `model` leads to. `tools` is a Python file with tools that the backend runs itself.
    With `code_interpreter` it runs code as well. `mcp_servers` (LABEL=URL or LABEL=COMMAND) and
    `openapi_hosts` are what tools may reach.
    """

    store: Path
    pace: float
    host: str = "127.0.0.1"
    port: int = 0
    key: str | None = None
    completer: str | None = None
    model: Endpoint | None = None
    embedder: str | None = None
    faults: tuple[str, ...] = ()
    durability: Durability = "normal"
    workbench: bool = True
    tools: Path | None = None
    code_interpreter: bool = False
    mcp_servers: tuple[str, ...] = ()
    openapi_hosts: tuple[str, ...] = ()

    def run(self, ready: Callable[[Listening], None]) -> None:
        """Serve until SIGTERM or Ctrl-C; `ready` is told once requests are taken.

        Raises SettingsError for a key, completer, tools, store, fault or address that cannot be used.
        """
        key = usable_key(self.key) if self.key is not None else f"sk-local-{secrets.token_urlsafe(24)}"
        tools = by_name(tools_in(self.tools)) if self.tools else {}
        backend = self._backend()
        try:
            backend.tools.update(tools)
            for fault in self.faults:
                InProcess(backend).faults.add(fault)
            hatch = WorkbenchRoutes(backend).handle if self.workbench else switched_off
            health = {"version": version("threadlab")}
            carrier = Carrier(backend, Gate(self.host, key), health=health, mounts={MOUNT: hatch})
            listening = self._listen()
            address = _address(self.host, listening.getsockname()[1])
            told = Listening(
                address,
                key,
                self.key is None,
                self.host in EVERYWHERE,
                runs_code=self.code_interpreter,
                no_walls=no_walls() if self.code_interpreter else None,
            )
            run(carrier, listening, lambda: ready(told))
        finally:
            backend.close()

    def _backend(self) -> Backend:
        """The durable backend, driven by a worker."""
        try:
            completer = completer_named(self.completer or ("openai" if self.model else "rules"), self.model)
        except ValueError as problem:
            raise SettingsError(str(problem), hint="or take the stand-in: --completer rules") from problem
        embedder = chosen_embedder(self.embedder, self.model)
        try:
            return Backend.durable(
                self.store,
                completer=completer,
                embedder=embedder,
                pace=self.pace,
                worker=Crew(hosted=True),
                durability=self.durability,
                code_interpreter=self.code_interpreter,
                reach=reach_from(servers_from(self.mcp_servers), self.openapi_hosts),
            )
        except (OSError, sqlite3.Error, StoreError) as problem:
            raise SettingsError(
                f"the store {self.store} cannot be opened: {problem}",
                hint="name a new file, or a store of this kit, in a folder that you may write to",
            ) from problem

    def _listen(self) -> socket.socket:
        try:
            return open_socket(self.host, self.port)
        except OSError as problem:
            raise SettingsError(
                f"cannot listen on {self.host}, port {self.port}: {problem.strerror or problem}",
                hint="another program may be there: port 0 takes a free one",
            ) from problem


def usable_key(key: str) -> str:
    """The same key. Raises SettingsError for one that no header can carry."""
    if not (key and key.isascii() and key.isprintable() and " " not in key):
        raise SettingsError(
            "that key cannot be sent in a header",
            hint="take printable ASCII characters without spaces, or leave the key out: a random one is made",
        )
    return key


def _address(host: str, port: int) -> str:
    """Where clients on this machine find it."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"
