"""The workbench of a backend in this process: it looks into the engine's own log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from threadlab.backend.engine import history
from threadlab.backend.local import Backend
from threadlab.backend.records import Entry, MessageRecord, RunRecord, StepRecord
from threadlab.backend.wire.paging import MAX_LIMIT, Page
from threadlab.errors import NotFound
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.workbench.port import ModelCall, Transition, Truth


class InProcess:
    """The hatch of a backend in this process."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

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

    def truth(self, run: Run) -> Truth:
        """What really happened in the run so far. It changes nothing."""
        self._record(run)
        log = self._backend.store.log(run_id=run.id)
        return Truth(
            run_id=run.id,
            transitions=tuple(_transitions(log)),
            model_calls=tuple(self._model_calls(run, log)),
            log=tuple(
                {name: value for name, value in asdict(entry).items() if name != "thread_id"} for entry in log
            ),
        )

    def step(self, run: Run) -> Run:
        """Let the run make its next transition, whenever it would be due. No-op on a run that is over."""
        self._record(run)
        self._backend.driver.step(run.id)
        return run.read()

    def notes(self, run: Run) -> tuple[ModelNote, ...]:
        """Why the stand-in answered as it did, for each model call that became visible."""
        asked = 0
        notes: list[ModelNote] = []
        for entry in self._backend.store.log(run_id=run.id):
            if entry.kind == "model.asked":
                asked = entry.data["call"]
            if entry.kind == "model.answered":
                notes.append(_note(asked, entry.data))
        return tuple(notes)

    def _record(self, run: Run) -> RunRecord:
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

    def _model_calls(self, run: Run, log: Sequence[Entry]) -> list[ModelCall]:
        """The consultations with their requests, put together again from what the log says was given."""
        record = self._record(run)
        steps = self._backend.store.every(StepRecord, run.id)
        calls: list[ModelCall] = []
        asked: Entry | None = None
        for entry in log:
            if entry.kind == "model.asked":
                asked = entry
            if entry.kind == "model.answered" and asked is not None:
                number = asked.data["call"]
                given = self._messages(run.thread_id, asked.data["oldest"], asked.data["newest"])
                earlier = [
                    step for step in steps if step.created_at < asked.at and step.status == "completed"
                ]
                request = history.request(record, number, given, earlier, asked.at)
                calls.append(
                    ModelCall(
                        call=number,
                        at=asked.at,
                        request=asdict(request),
                        answer=_answer(entry.data),
                        note=_note(number, entry.data),
                    )
                )
        return calls

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
