"""The workbench of a backend in this process: it looks into the engine's own log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

from threadlab.backend.engine import history
from threadlab.backend.engine.replay import Replay
from threadlab.backend.local import Backend
from threadlab.backend.records import Entry, MessageRecord, RunRecord, StepRecord
from threadlab.backend.wire.paging import MAX_LIMIT, Page
from threadlab.errors import NotFound
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.truth import ModelCall, StruckFault, Transition, Truth
from threadlab.workbench.fault_switch import BackendFaultSwitch


class RunName(Protocol):
    """Whatever names a run: a `Run`, or its ids alone."""

    @property
    def id(self) -> str:
        """The run's id."""
        ...

    @property
    def thread_id(self) -> str:
        """The id of its thread."""
        ...


class InProcess:
    """The hatch of a backend in this process."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.faults = BackendFaultSwitch(backend.faults)

    @property
    def pace(self) -> float:
        """Real seconds for each of the backend's seconds; 0 does not wait at all."""
        return self._backend.pace

    @pace.setter
    def pace(self, value: float) -> None:
        self._backend.pace = value

    def now(self) -> float:
        """The backend's clock, in Unix seconds."""
        return self._backend.time.now()

    def truth(self, run: RunName) -> Truth:
        """What really happened in the run so far. It changes nothing."""
        self._record(run)
        log = self._backend.store.log(run_id=run.id)
        due = self._backend.store.due_of(run.id)
        return Truth(
            run_id=run.id,
            transitions=tuple(_transitions(log)),
            model_calls=tuple(self._model_calls(run, log)),
            log=tuple(
                {name: value for name, value in asdict(entry).items() if name != "thread_id"} for entry in log
            ),
            faults=tuple(_struck(log)),
            now=self.now(),
            due=due.at if due else None,
        )

    def step(self, run: Run) -> Run:
        """Let the run make its next transition, whenever it would be due. No-op on a run that is over."""
        self.press(run)
        return run.read()

    def press(self, run: RunName) -> None:
        """The same, without reading the run again."""
        self._record(run)
        self._backend.driver.step(run.id)

    def notes(self, run: RunName) -> tuple[ModelNote, ...]:
        """Why the stand-in answered as it did, for each model call that became visible."""
        asked = 0
        notes: list[ModelNote] = []
        for entry in self._backend.store.log(run_id=run.id):
            if entry.kind == "model.asked":
                asked = entry.data["call"]
            if entry.kind == "model.answered":
                notes.append(_note(asked, entry.data))
        return tuple(notes)

    def _record(self, run: RunName) -> RunRecord:
        record = self._backend.store.get(RunRecord, run.id)
        if record is None:
            raise NotFound(
                f"the local backend has no run {run.id}",
                status=404,
                hint="a workbench shows the runs of its own lab; this one may come from another",
                run_id=run.id,
                thread_id=run.thread_id,
            )
        return record

    def _model_calls(self, run: RunName, log: Sequence[Entry]) -> list[ModelCall]:
        """The consultations with their requests, put together again from what the log says was given."""
        calls: list[ModelCall] = []
        records = Replay()
        asked, request = None, {}
        for entry in log:
            if entry.kind == "model.asked":
                asked, request = entry, self._request(run, entry, records)
            if entry.kind == "model.answered" and asked is not None:
                number = asked.data["call"]
                calls.append(
                    ModelCall(
                        call=number,
                        at=asked.at,
                        request=request,
                        answer=_answer(entry.data),
                        note=_note(number, entry.data),
                    )
                )
            records.apply(entry)
        return calls

    def _request(self, run: RunName, asked: Entry, records: Replay) -> dict[str, Any]:
        """What the model was given, with `records` as they were then. Empty if it was not asked at all."""
        record = records.get(RunRecord, run.id)
        if record is None:
            return {}
        steps = [each for each in records if isinstance(each, StepRecord)]
        given = self._messages(run.thread_id, asked.data["oldest"], asked.data["newest"])
        run_then, hosted = replace(record, call=asked.data["call"] - 1), asked.data.get("hosted", ())
        request = history.request(run_then, given, asked.at, steps, hosted)
        return {} if isinstance(request, str) else asdict(request)

    def _messages(self, thread_id: str, oldest: str | None, newest: str | None) -> list[MessageRecord]:
        """The messages from one to another, oldest first."""
        if oldest is None or newest is None:
            return []
        store, found = self._backend.store, [self._backend.store.get(MessageRecord, oldest)]
        cursor, more = oldest, oldest != newest
        while more:
            page, more = store.page(MessageRecord, Page(MAX_LIMIT, descending=False, after=cursor), thread_id)
            for message in page:
                found.append(message)
                if message.id == newest:
                    more = False
                    break
            cursor = page[-1].id if page else cursor
        return [message for message in found if message is not None and message.status == "completed"]


def _transitions(log: Sequence[Entry]) -> list[Transition]:
    return [
        Transition(entry.at, "queued" if entry.kind == "run.created" else entry.data["status"])
        for entry in log
        if entry.kind in ("run.created", "run.status")
    ]


def _struck(log: Sequence[Entry]) -> list[StruckFault]:
    return [
        StruckFault(
            at=entry.at,
            kind=entry.data["kind"],
            fault=entry.data["fault"],
            effect=entry.data["effect"],
            until=entry.data.get("until"),
        )
        for entry in log
        if entry.kind == "fault.struck"
    ]


def _note(call: int, answered: Mapping[str, Any]) -> ModelNote:
    reasons = answered["reasons"]
    return ModelNote(
        call=call,
        stand_in=answered["stand_in"],
        rule=", ".join(reason["rule"] for reason in reasons),
        because="; ".join(reason["because"] for reason in reasons),
    )


def _answer(answered: Mapping[str, Any]) -> dict[str, Any]:
    """The answer in one piece: its text, its calls, or the error that came instead."""
    pieces = [piece for part in answered["parts"] for burst in part["bursts"] for piece in burst["pieces"]]
    calls: list[dict[str, str]] = []
    for piece in pieces:
        if "id" in piece:
            calls.append({"id": piece["id"], "name": piece["name"], "arguments": ""})
        if "index" in piece:
            calls[piece["index"]]["arguments"] += piece["arguments"]
    text = "".join(piece["text"] for piece in pieces if "text" in piece)
    return {"text": text, "calls": calls, "error": answered["error"]}
