"""The workbench's own routes, for a server to mount under `/workbench`: what `served.py` asks for.

They are no part of the service's protocol. A server that was started without them says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule

from threadlab.backend.local import Backend
from threadlab.backend.wire.bodies import Body, read_body
from threadlab.backend.wire.errors import ApiError, bad_request, not_found
from threadlab.backend.wire.http import Request, Response, json_response
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
        self._map = Map(
            [
                Rule(f"{MOUNT}/now", methods=["GET"], endpoint=self._now),
                Rule(f"{MOUNT}/pace", methods=["GET"], endpoint=self._read_pace),
                Rule(f"{MOUNT}/pace", methods=["POST"], endpoint=self._set_pace),
                Rule(f"{MOUNT}/faults", methods=["GET"], endpoint=self._faults),
                Rule(f"{MOUNT}/faults", methods=["POST"], endpoint=self._add_fault),
                Rule(f"{MOUNT}/faults", methods=["DELETE"], endpoint=self._remove_faults),
                Rule(f"{_RUN}/truth", methods=["GET"], endpoint=self._truth),
                Rule(f"{_RUN}/notes", methods=["GET"], endpoint=self._notes),
                Rule(f"{_RUN}/step", methods=["POST"], endpoint=self._step),
            ],
            merge_slashes=False,
        ).bind("local")

    def handle(self, request: Request) -> Response:
        """Answer one request; what is wrong with it comes back as its error."""
        try:
            self._backend.store.recover()
            answer: Callable[..., Any]
            answer, path = self._map.match(request.path, method=request.method)
            content = answer(request, **path)
        except MethodNotAllowed:
            message = f"{request.method} is not allowed on {request.path}."
            return ApiError(405, message, code="method_not_allowed").response()
        except HTTPException:
            return ApiError(404, f"There is no {request.path} here.", code="not_found").response()
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
