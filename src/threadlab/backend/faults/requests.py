"""What strikes a request before it is handled, and the response after.

A struck request that clients repeat (429, 500, a cut connection) was not handled at all, so whoever
repeats it finds nothing done twice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import from_json

from threadlab.backend.faults.fault import Fault, FaultError
from threadlab.backend.faults.faults import METADATA, MOST_RUNS, Faults, faults_of_run
from threadlab.backend.faults.operations import Operation
from threadlab.backend.faults.record import record
from threadlab.backend.records import RunRecord
from threadlab.backend.routes import runs
from threadlab.backend.routes.call import Call, Room
from threadlab.backend.routes.stream import stream
from threadlab.backend.wire.errors import ApiError, bad_request
from threadlab.backend.wire.http import ConnectionDropped, Response, WaitUntil, json_response
from threadlab.backend.wire.sse import frame

Content = dict[str, Any] | Response


@dataclass(frozen=True, slots=True)
class Occasion:
    """One request: what it is called, and the run that it is about.

    For a run that is still to be made `run_id` is what all attempts to make it have in common.
    """

    operation: Operation
    run_id: str
    metadata: Mapping[str, str]


class RequestFaults:
    """Stands between the app and its handlers."""

    def __init__(self, faults: Faults, room: Room) -> None:
        self._faults = faults
        self._room = room
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._before_birth: OrderedDict[str, list[tuple[Fault, str]]] = OrderedDict()

    def occasion(self, call: Call, method: str, template: str) -> Occasion:
        """A request as faults see it. Raises a 400 for a run whose metadata names no fault that exists."""
        path = template
        for name, value in call.path.items():
            path = path.replace(f"<{name}>", value)
        operation = Operation(f"{method} {template}", path, _is_stream(call, template))
        run_id = call.path.get("run_id")
        if run_id is not None:
            return Occasion(operation, run_id, self._metadata_of(run_id))
        metadata = (getattr(call.body, "metadata", None) or {}) if operation.is_named("create run") else {}
        if METADATA in metadata:
            try:
                faults_of_run(metadata[METADATA])
            except FaultError as error:
                raise bad_request(f"Invalid 'metadata.{METADATA}': {error}", param="metadata") from None
        attempt = call.request.headers.get("x-ms-client-request-id", path)  # the same on each attempt
        return Occasion(operation, attempt, metadata)

    def before(self, call: Call, occasion: Occasion) -> Content | None:
        """What is answered in the handler's place, None when nothing strikes.

        Raises ConnectionDropped where the connection is to be cut.
        """
        fault = self._strike("request", occasion, lambda fault: True)
        match fault:
            case Fault(kind="429"):
                self._refused(call, occasion, fault, "a request was refused with 429")
                return _too_many(fault["retry_after"])
            case Fault(kind="500"):
                self._refused(call, occasion, fault, "a request was refused with 500")
                return ApiError(500, fault["message"], code="server_error", type="server_error").response()
            case Fault(kind="drop"):
                self._refused(call, occasion, fault, "a connection was cut before the answer")
                raise ConnectionDropped
            case Fault(kind="lost_outputs"):
                return self._lose_outputs(call, fault)
        return None

    def after(self, call: Call, occasion: Occasion, content: Content) -> Content:
        """The response as it leaves: later than it would, cut off, or with another status."""
        if occasion.run_id in self._before_birth:
            self._tell_of_birth(call, occasion, content)
        is_stream = isinstance(content, Response) and not isinstance(content.body, bytes)
        if is_stream:
            occasion = replace(occasion, operation=replace(occasion.operation, is_stream=True))
        shows_run = is_stream or (isinstance(content, dict) and content.get("object") == "thread.run")
        able = {"delay": True, "drop_stream": is_stream, "unknown_status": shows_run}
        fault = self._strike("response", occasion, lambda fault: able[fault.kind])
        if fault is None:
            return content
        run_id = call.path.get("run_id") or (content.get("id") if isinstance(content, dict) else None)
        if fault.kind == "delay":
            self.note(run_id, fault, f"the answer came {fault['seconds']:g} s late")
            response = content if isinstance(content, Response) else json_response(content)
            return replace(response, not_before=self._room.clock.now() + fault["seconds"])
        if isinstance(content, dict):
            self.note(run_id, fault, f"the run was reported as {fault['status']!r}")
            return {**content, "status": fault["status"]}
        assert not isinstance(content.body, bytes), "only streams are left here"
        return replace(content, body=_Spoiled(self, fault, content.body, run_id))

    def _metadata_of(self, run_id: str) -> Mapping[str, str]:
        """What a run brought along, read once."""
        if run_id not in self._texts:
            run = self._room.store.get(RunRecord, run_id)
            if run is None:
                return {}
            self._texts[run_id] = run.metadata.get(METADATA, "")
            while len(self._texts) > MOST_RUNS:
                self._texts.popitem(last=False)
        return {METADATA: self._texts[run_id]}

    def _strike(self, strikes: str, occasion: Occasion, able: Any) -> Fault | None:
        return self._faults.strike(
            strikes,
            lambda fault: able(fault) and occasion.operation.is_named(fault.where),
            occasion.run_id,
            occasion.metadata,
        )

    def _lose_outputs(self, call: Call, fault: Fault) -> Content:
        """The run as it stands, as if it had taken the outputs."""
        run = call.find(RunRecord)
        self.note(run.id, fault, "tool outputs were acknowledged and lost")
        if not call.body.stream:
            return runs.show(self._room, run)
        return stream(self._room, run, after=self._room.store.log(run_id=run.id)[-1].seq)

    def _refused(self, call: Call, occasion: Occasion, fault: Fault, effect: str) -> None:
        """Note it in the run's log; for a run that is still to be made, once one of the attempts makes it."""
        if "run_id" in call.path:
            self.note(call.path["run_id"], fault, effect)
        elif occasion.operation.is_named("create run"):
            self._before_birth.setdefault(occasion.run_id, []).append((fault, effect))
            while len(self._before_birth) > MOST_RUNS:
                self._before_birth.popitem(last=False)

    def _tell_of_birth(self, call: Call, occasion: Occasion, content: Content) -> None:
        """An attempt has made the run: note in its log what the earlier ones met."""
        run_id = content.get("id") if isinstance(content, dict) else None
        if run_id is None and "thread_id" in call.path:
            with self._room.store.transaction() as change:
                run_id = change.active_run(call.path["thread_id"])
        for fault, effect in self._before_birth.pop(occasion.run_id, ()):
            self.note(run_id, fault, effect)

    def note(self, run_id: str | None, fault: Fault, effect: str) -> None:
        """Note it in the run's log, if there is such a run."""
        with self._room.store.transaction() as change:
            run = change.get(RunRecord, run_id or "")
            if run is not None:
                record(change, run, self._room.clock.now(), fault, effect)


class _Spoiled(Iterator[bytes | WaitUntil]):
    """A stream that is cut after so many events, or in which one event has another status."""

    def __init__(
        self,
        desk: RequestFaults,
        fault: Fault,
        pieces: Iterator[bytes | WaitUntil],
        run_id: str | None,
    ) -> None:
        self._desk, self._fault, self._pieces, self._run_id = desk, fault, pieces, run_id
        self._passed = 0
        self._done = False

    def __next__(self) -> bytes | WaitUntil:
        piece = next(self._pieces)
        if isinstance(piece, WaitUntil) or self._done:
            return piece
        event, content, number = _unframed(piece)
        self._run_id = self._run_id or _run_id(content)
        if self._fault.kind == "drop_stream":
            return self._pass_or_cut(piece)
        if event in ("thread.run.queued", "thread.run.in_progress") and isinstance(content, dict):
            self._done = True
            status = self._fault["status"]
            self._desk.note(self._run_id, self._fault, f"the run was reported as {status!r}")
            return frame(f"thread.run.{status}", {**content, "status": status}, number)
        return piece

    def close(self) -> None:
        """Let go of the stream itself."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()

    def _pass_or_cut(self, piece: bytes) -> bytes:
        if self._passed == self._fault["events"]:
            effect = f"the stream was cut after {self._passed} events"
            self._desk.note(self._run_id, self._fault, effect)
            self.close()
            raise ConnectionDropped
        self._passed += 1
        return piece


def _unframed(block: bytes) -> tuple[str, Any, str]:
    """The event, the JSON and the id of one block of a stream; no JSON is None."""
    lines = dict(line.partition(": ")[::2] for line in block.decode().splitlines() if line)
    data = lines.get("data", "")
    return lines.get("event", ""), from_json(data) if data.startswith("{") else None, lines.get("id", "")


def _is_stream(call: Call, template: str) -> bool:
    return bool(getattr(call.body, "stream", False)) or template.endswith("/events")


def _run_id(content: Any) -> str | None:
    """The run that an event is about."""
    if not isinstance(content, dict):
        return None
    return content.get("id") if content.get("object") == "thread.run" else content.get("run_id")


def _too_many(retry_after: float) -> Response:
    advice = f"in {retry_after:g} seconds" if retry_after else "later"
    response = ApiError(
        429,
        f"Rate limit is exceeded. Try again {advice}.",
        code="rate_limit_exceeded",
        type="rate_limit_error",
    ).response()
    asked = {"retry-after": f"{retry_after:g}"} if retry_after else {}
    return replace(response, headers={**response.headers, **asked})
