"""The app: the route table, and the way of a request through it.

One set of handlers stands under two prefixes: the path of an Azure endpoint, and `/v1` for clients of the
same protocol that bring a plain key. The version that a client asks for is not looked at.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from threadlab.backend.faults.faults import Faults
from threadlab.backend.faults.requests import RequestFaults
from threadlab.backend.files.upload import Upload
from threadlab.backend.routes import (
    agents,
    events,
    files,
    messages,
    run_steps,
    runs,
    search,
    threads,
    vector_stores,
)
from threadlab.backend.routes.call import Call, Room
from threadlab.backend.store.connection import PATIENCE
from threadlab.backend.wire import bodies, file_bodies, search_bodies
from threadlab.backend.wire.bearer import check_key
from threadlab.backend.wire.errors import ApiError, store_is_held
from threadlab.backend.wire.http import DESCRIPTION, Request, Response, json_response
from threadlab.backend.wire.route_table import RouteTable
from threadlab.backend.wire.text import check_text

PREFIXES = ("/api/projects/<project>", "/v1")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: how it is called, who handles it, and what its body must be."""

    method: str
    path: str
    handler: Callable[[Call], Any]
    body: type[bodies.Body] | None = None


def describe(_: Call) -> dict[str, Any]:
    """GET /openapi.json: all of these, for machines."""
    from threadlab.backend.openapi import openapi  # noqa: PLC0415

    return openapi(ROUTES)


_THREAD = "/threads/<thread_id>"
_MESSAGE = f"{_THREAD}/messages/<message_id>"
_RUN = f"{_THREAD}/runs/<run_id>"
_STORE = "/vector_stores/<vector_store_id>"
_BATCH = f"{_STORE}/file_batches/<batch_id>"

ROUTES: tuple[Route, ...] = (
    Route("POST", "/assistants", agents.create, bodies.NewAgent),
    Route("GET", "/assistants", agents.list_),
    Route("GET", "/assistants/<assistant_id>", agents.get),
    Route("POST", "/assistants/<assistant_id>", agents.update, bodies.AgentChanges),
    Route("DELETE", "/assistants/<assistant_id>", agents.delete),
    Route("POST", "/threads", threads.create, bodies.NewThread),
    Route("GET", "/threads", threads.list_),
    Route("POST", "/threads/runs", runs.create_with_thread, bodies.NewThreadAndRun),
    Route("GET", _THREAD, threads.get),
    Route("POST", _THREAD, threads.update, bodies.ThreadChanges),
    Route("DELETE", _THREAD, threads.delete),
    Route("POST", f"{_THREAD}/messages", messages.create, bodies.NewMessage),
    Route("GET", f"{_THREAD}/messages", messages.list_),
    Route("GET", _MESSAGE, messages.get),
    Route("POST", _MESSAGE, messages.update, bodies.MetadataChange),
    Route("DELETE", _MESSAGE, messages.delete),
    Route("POST", f"{_THREAD}/runs", runs.create, bodies.NewRun),
    Route("GET", f"{_THREAD}/runs", runs.list_),
    Route("GET", _RUN, runs.get),
    Route("POST", _RUN, runs.update, bodies.MetadataChange),
    Route("POST", f"{_RUN}/submit_tool_outputs", runs.submit_tool_outputs, bodies.ToolOutputs),
    Route("POST", f"{_RUN}/cancel", runs.cancel),
    Route("GET", f"{_RUN}/events", events.of_run),
    Route("GET", f"{_THREAD}/events", events.of_thread),
    Route("GET", f"{_RUN}/steps", run_steps.list_),
    Route("GET", f"{_RUN}/steps/<step_id>", run_steps.get),
    Route("POST", "/files", files.create),
    Route("GET", "/files", files.list_),
    Route("GET", "/files/<file_id>", files.get),
    Route("DELETE", "/files/<file_id>", files.delete),
    Route("GET", "/files/<file_id>/content", files.content),
    Route("POST", "/vector_stores", vector_stores.create, file_bodies.NewVectorStore),
    Route("GET", "/vector_stores", vector_stores.list_),
    Route("GET", _STORE, vector_stores.get),
    Route("POST", _STORE, vector_stores.update, file_bodies.VectorStoreChanges),
    Route("DELETE", _STORE, vector_stores.delete),
    Route("POST", f"{_STORE}/files", vector_stores.create_file, file_bodies.NewStoredFile),
    Route("GET", f"{_STORE}/files", vector_stores.list_files),
    Route("GET", f"{_STORE}/files/<file_id>", vector_stores.get_file),
    Route("POST", f"{_STORE}/files/<file_id>", vector_stores.update_file, file_bodies.StoredFileChanges),
    Route("DELETE", f"{_STORE}/files/<file_id>", vector_stores.delete_file),
    Route("POST", f"{_STORE}/search", search.search, search_bodies.NewSearch),
    Route("POST", f"{_STORE}/file_batches", vector_stores.create_batch, file_bodies.NewBatch),
    Route("GET", _BATCH, vector_stores.get_batch),
    Route("POST", f"{_BATCH}/cancel", vector_stores.cancel_batch),
    Route("GET", f"{_BATCH}/files", vector_stores.list_batch_files),
    Route("GET", DESCRIPTION, describe),
)


TABLE = RouteTable((route.method, prefix + route.path, route) for prefix in PREFIXES for route in ROUTES)


class App:
    """Answers requests. `key` is what clients must bring as a bearer token; None lets everybody in.

    `faults` may strike any of them.
    """

    def __init__(self, room: Room, key: str | None = None, faults: Faults | None = None) -> None:
        self._room = room
        self._key = key
        self._faults = RequestFaults(faults or Faults(), room)

    def handle(self, request: Request) -> Response:
        """Answer one request. Never waits; whatever is wrong with the request comes back as its error.

        Raises ConnectionDropped alone, where a fault cuts the connection.
        """
        try:
            check_text(request)
            self._let_in(request)
            route, path = TABLE.find(request.method, request.path)
            self._room.store.recover()
            self._room.driver.perform_due()
            body = bodies.read_body(route.body, request.body) if route.body else None
            content = self._answer(route, Call(self._room, request, path, body))
            return content if isinstance(content, Response) else json_response(content)
        except ApiError as error:
            return error.response()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            return store_is_held(PATIENCE).response()

    def upload(self, request: Request) -> Upload | None:
        """What takes the body of an upload while it arrives; None for a request of any other kind.

        Raises ApiError for a path that leads nowhere, and for a form that cannot be taken.
        """
        route, _ = TABLE.find(request.method, request.path)
        return Upload(request.headers, self._room.blobs) if route.handler is files.create else None

    def takes_time(self, request: Request) -> bool:
        """Whether answering asks an embedder: whoever has others to serve meanwhile does so on a thread."""
        if self._room.vector_stores.index.embedder is None:
            return False
        return request.method == "POST" and request.path.endswith("/search")

    def _answer(self, route: Route, call: Call) -> Any:
        """What the handler answers, or what a fault makes of it."""
        occasion = self._faults.occasion(call, route.method, route.path)
        struck = self._faults.before(call, occasion)
        return self._faults.after(call, occasion, route.handler(call)) if struck is None else struck

    def _let_in(self, request: Request) -> None:
        if self._key is not None:
            check_key(request.headers, self._key)
