"""What strikes the model's answer: it fails, says nothing, or asks for tools as models do when they err."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from threadlab.backend.completer.port import Call, Completer, ModelError, Piece, Request
from threadlab.backend.faults.fault import Fault
from threadlab.backend.faults.faults import MOST_RUNS, Faults
from threadlab.backend.faults.record import record
from threadlab.backend.records import RunRecord
from threadlab.backend.store.sqlite import Store

IN_THE_ANSWERS_PLACE = {
    "model_error": "the model failed",
    "rate_limit": "the model's quota was used up",
    "empty_answer": "the model said nothing",
}
IN_ITS_CALLS = {
    "bad_arguments": "the model wrote arguments that are no JSON",
    "wrong_tool": "the model called a tool that nobody gave it",
}


class BreakableModel:
    """A completer with faults in front of another, and otherwise like it."""

    def __init__(self, completer: Completer, faults: Faults, store: Store) -> None:
        self.stand_in = completer.stand_in
        self.instant = completer.instant
        self._completer = completer
        self._faults = faults
        self._store = store
        self._runs: OrderedDict[int, RunRecord] = OrderedDict()

    def expect(self, seed: int, run: RunRecord) -> None:
        """The next request with that seed is this run's: a request itself does not name its run."""
        self._runs[seed] = run
        while len(self._runs) > MOST_RUNS:
            self._runs.popitem(last=False)

    def complete(self, request: Request) -> Iterable[Piece]:
        """The answer of the one behind, or what a fault makes of it."""
        run = self._runs.get(request.seed)
        if run is None:
            return self._completer.complete(request)
        fault = self._strike(run, IN_THE_ANSWERS_PLACE)
        if fault is not None:
            effect = f"{IN_THE_ANSWERS_PLACE[fault.kind]} in consultation {request.call}"
            self._note(run, request, fault, effect)
            if fault.kind == "empty_answer":
                return []
            code = "rate_limit_exceeded" if fault.kind == "rate_limit" else "server_error"
            raise ModelError(fault["message"], code)
        pieces = self._completer.complete(request)
        spoiled = self._spoiled(pieces, run, request)
        return spoiled if isinstance(pieces, Iterator) else list(spoiled)

    def _spoiled(self, pieces: Iterable[Piece], run: RunRecord, request: Request) -> Iterator[Piece]:
        """The pieces; once there is a tool call, a fault may strike all calls of the answer."""
        asked, fault = False, None
        for piece in pieces:
            if isinstance(piece, Call):
                if not asked:
                    asked, fault = True, self._strike(run, IN_ITS_CALLS)
                    if fault is not None:
                        self._note(run, request, fault, IN_ITS_CALLS[fault.kind])
                yield _spoil(piece, fault)
            else:
                yield piece

    def _strike(self, run: RunRecord, kinds: Container[str]) -> Fault | None:
        return self._faults.strike("answer", lambda fault: fault.kind in kinds, run.id, run.metadata)

    def _note(self, run: RunRecord, request: Request, fault: Fault, effect: str) -> None:
        with self._store.transaction() as change:
            record(change, run, request.now, fault, effect)


def _spoil(call: Call, fault: Fault | None) -> Call:
    if fault is None:
        return call
    if fault.kind == "wrong_tool":
        return replace(call, name=fault["name"])
    return replace(call, arguments=f'{call.arguments.rstrip().removesuffix("}")}, "')
