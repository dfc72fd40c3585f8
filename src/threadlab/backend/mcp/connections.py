"""Connections: open sessions with MCP servers, on an event loop of their own thread.

A session stays open, so that a server keeps its state from one call to the next; after a fault the next
request opens a new one. Nothing is asked of us by a server: sampling, elicitation and roots are not offered.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from threadlab.backend.mcp.servers import Server

PATIENCE = 30.0
"""Seconds that a server has for an answer, and for its start."""
LISTENING = 300.0
"""Seconds that a server may be silent on a stream that it holds open."""
MOST_LISTED = 1000
"""Functions that a server is asked for."""
LEAVING = 5.0
"""Seconds that the servers have to end."""

Json = dict[str, Any]
Answer = TypeVar("Answer")


class ServerFailed(Exception):
    """A server could not be reached, or broke off."""


@dataclass
class _Session:
    """One open session: its task holds it until it is told to let go."""

    ready: asyncio.Future[Client]
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Connections:
    """Sessions by server and headers; both methods wait for their server. `close` ends all of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sessions: dict[tuple[Server, tuple[tuple[str, str], ...]], _Session] = {}

    def tools(self, server: Server, headers: Mapping[str, str]) -> Json:
        """What a server offers: name → description and parameters. Raises ServerFailed."""

        async def list_all(client: Client) -> Json:
            found: Json = {}
            cursor: str | None = None
            while True:
                page = await client.list_tools(cursor=cursor)
                for tool in page.tools:
                    found[tool.name] = {
                        "description": tool.description or "",
                        "parameters": tool.input_schema,
                    }
                cursor = page.next_cursor
                if cursor is None or len(found) >= MOST_LISTED:
                    return dict(list(found.items())[:MOST_LISTED])

        return self._wait(self._with(server, headers, list_all))

    def call(
        self, server: Server, headers: Mapping[str, str], name: str, arguments: Json
    ) -> tuple[str, bool]:
        """The text of a tool's answer, and whether it is an error. Raises ServerFailed."""

        async def call(client: Client) -> tuple[str, bool]:
            result = await client.call_tool(name, arguments)
            return "\n\n".join(_text(part) for part in result.content), result.is_error

        return self._wait(self._with(server, headers, call))

    def close(self) -> None:
        """End all sessions, and the loop."""
        atexit.unregister(self.close)
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(self._leave(), loop).result(2 * LEAVING)
            loop.call_soon_threadsafe(loop.stop)

    async def _with(
        self, server: Server, headers: Mapping[str, str], ask: Callable[[Client], Awaitable[Answer]]
    ) -> Answer:
        key = (server, tuple(sorted(headers.items())))
        session = self._sessions.get(key)
        if session is None:
            session = self._sessions[key] = _Session(asyncio.get_running_loop().create_future())
            session.task = asyncio.create_task(self._hold(key, session))
        try:
            async with asyncio.timeout(PATIENCE):
                return await ask(await asyncio.shield(session.ready))
        except MCPError as refusal:
            if not session.task or session.task.done():
                raise ServerFailed(f"{server} broke off: {refusal}") from refusal
            self._drop(key, session)
            raise ServerFailed(f"{server} answered: {refusal}") from refusal
        except TimeoutError as problem:
            self._drop(key, session)
            raise ServerFailed(f"{server} did not answer within {PATIENCE:.0f} seconds") from problem
        except Exception as problem:
            self._drop(key, session)
            raise ServerFailed(f"{server} could not be asked: {_cause(problem)}") from problem

    def _drop(self, key: Any, session: _Session) -> None:
        session.let_go.set()
        if self._sessions.get(key) is session:
            del self._sessions[key]

    async def _hold(self, key: Any, session: _Session) -> None:
        """Open a session, and hold it open in the one task that may close it again."""
        server, headers = key
        try:
            async with _reached(server, dict(headers)) as transport, Client(transport) as client:
                session.ready.set_result(client)
                await session.let_go.wait()
        except Exception as problem:
            if not session.ready.done():
                session.ready.set_exception(problem)
        finally:
            if not session.ready.done():
                session.ready.cancel()
            self._drop(key, session)

    async def _leave(self) -> None:
        sessions = list(self._sessions.values())
        for session in sessions:
            session.let_go.set()
            if session.task and not session.ready.done():
                session.task.cancel()
        tasks = [session.task for session in sessions if session.task]
        if tasks:
            _, slow = await asyncio.wait(tasks, timeout=LEAVING)
            for task in slow:
                task.cancel()

    def _wait(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(work, self._running()).result()

    def _running(self) -> asyncio.AbstractEventLoop:
        """The loop, on a thread that keeps no process alive."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="threadlab-mcp", daemon=True).start()
                atexit.register(self.close)
            return self._loop


@asynccontextmanager
async def _reached(server: Server, headers: dict[str, str]) -> AsyncIterator[Any]:
    """How a server is reached. A command gets the safe part of our environment, and no headers."""
    if server.command:
        yield StdioServerParameters(command=server.command[0], args=list(server.command[1:]))
        return
    timeout = httpx2.Timeout(PATIENCE, read=LISTENING)
    async with httpx2.AsyncClient(headers=headers, timeout=timeout) as http:
        yield streamable_http_client(server.url, http_client=http)


def _text(part: Any) -> str:
    """A part of an answer as a model reads it; what is no text is named."""
    if part.type == "text":
        return str(part.text)
    if part.type == "resource" and hasattr(part.resource, "text"):
        return str(part.resource.text)
    kind = getattr(part, "mime_type", None) or getattr(part, "uri", None) or ""
    return f"[{part.type} {kind}]".replace(" ]", "]")


def _cause(problem: BaseException) -> str:
    """The words of the innermost of grouped exceptions, which is what happened."""
    while isinstance(problem, BaseExceptionGroup) and problem.exceptions:
        problem = problem.exceptions[0]
    return f"{type(problem).__name__}: {problem}".rstrip(": ")
