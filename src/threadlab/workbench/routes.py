"""The workbench's own routes, for a server to mount under `/workbench`: what `served.py` asks for.

They are no part of the service's protocol. A server that was started without them says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from threadlab.backend.local import Backend
from threadlab.backend.wire.bodies import Body, read_body
from threadlab.backend.wire.errors import ApiError, bad_request, not_found
from threadlab.backend.wire.http import Request, Response, json_response
from threadlab.backend.wire.route_table import RouteTable
from threadlab.errors import NotFound, SettingsError
from threadlab.objects.model_note import ModelNote
from threadlab.objects.truth import Truth
from threadlab.workbench.in_process import InProcess

MOUNT = "/workbench"
NO_WORKBENCH = "no_workbench"
"""The code of the error that a server without a workbench answers with."""

TRUTH = TypeAdapter(Truth)
NOTES = TypeAdapter(tuple[ModelNote, ...])
_RUN = f"{MOUNT}/threads/<thread_id>/runs/<id>"


class FaultText(Body):
    """POST /workbench/faults: a fault in its text form."""

    fault: str


class Pace(Body):
    """POST /workbench/pace."""

    pace: Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class RunNamed:
    """The run that a path names."""

    id: str
    thread_id: str


class WorkbenchRoutes:
    """Answers requests about a backend's inside. Whoever mounts it has checked the key."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._bench = InProcess(backend)
        routes: list[tuple[str, str, Callable[..., Any]]] = [
            ("GET", f"{MOUNT}/now", self._now),
            ("GET", f"{MOUNT}/pace", self._read_pace),
            ("POST", f"{MOUNT}/pace", self._set_pace),
            ("GET", f"{MOUNT}/faults", self._faults),
            ("POST", f"{MOUNT}/faults", self._add_fault),
            ("DELETE", f"{MOUNT}/faults", self._remove_faults),
            ("GET", f"{_RUN}/truth", self._truth),
            ("GET", f"{_RUN}/notes", self._notes),
            ("POST", f"{_RUN}/step", self._step),
        ]
        self._table = RouteTable(routes)

    def handle(self, request: Request) -> Response:
        """Answer one request; what is wrong with it comes back as its error."""
        try:
            self._backend.store.recover()
            answer, path = self._table.find(request.method, request.path)
            content = answer(request, **path)
        except SettingsError as problem:
            return bad_request(problem.message, param="fault").response()
        except ApiError as error:
            return error.response()
        return Response(200, content) if isinstance(content, bytes) else json_response(content)

    def _now(self, _: Request) -> dict[str, float]:
        return {"now": self._bench.now()}

    def _read_pace(self, _: Request) -> dict[str, float]:
        return {"pace": self._bench.pace}

    def _set_pace(self, request: Request) -> dict[str, float]:
        self._bench.pace = read_body(Pace, request.body).pace
        return {"pace": self._bench.pace}

    def _faults(self, _: Request) -> dict[str, Sequence[str]]:
        return {"active": self._bench.faults.active}

    def _add_fault(self, request: Request) -> dict[str, Sequence[str]]:
        self._bench.faults.add(read_body(FaultText, request.body).fault)
        return self._faults(request)

    def _remove_faults(self, request: Request) -> dict[str, Sequence[str]]:
        """DELETE with `?fault=…` takes that one back, without it all."""
        if "fault" in request.query:
            self._bench.faults.remove(request.query["fault"])
        else:
            self._bench.faults.clear()
        return self._faults(request)

    def _truth(self, _: Request, **run: str) -> bytes:
        try:
            return TRUTH.dump_json(self._bench.truth(RunNamed(**run)))
        except NotFound:
            raise not_found("run", run["id"]) from None

    def _notes(self, _: Request, **run: str) -> bytes:
        return NOTES.dump_json(self._bench.notes(RunNamed(**run)))

    def _step(self, _: Request, **run: str) -> dict[str, str]:
        try:
            self._bench.press(RunNamed(**run))
        except NotFound:
            raise not_found("run", run["id"]) from None
        return run


def switched_off(_: Request) -> Response:
    """What a server without a workbench answers."""
    return ApiError(404, "This server was started without its workbench.", code=NO_WORKBENCH).response()
