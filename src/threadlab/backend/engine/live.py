"""Live: one consultation of a model that takes its time, written to the log as it comes.

Text is shown in batches, each in a transaction. Calls and the count of tokens come at the end, with the whole
answer; from there on the engine goes on as with any answer. The run is ours as long as we hold its lease:
each transaction looks first. So a cancel, or whoever took the run over, needs no word with this thread.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict

from threadlab.backend.completer.port import ModelError, Piece, Reason, Request, Text
from threadlab.backend.completer.tokens import estimate_request
from threadlab.backend.engine.drawing import Drawing, End
from threadlab.backend.engine.ending import end
from threadlab.backend.engine.engine import Engine
from threadlab.backend.engine.interrupted import close_consultation
from threadlab.backend.engine.limits import Kept
from threadlab.backend.engine.log import note
from threadlab.backend.engine.plan import plan, sort_pieces, text_piece
from threadlab.backend.records import Json, RunRecord
from threadlab.backend.store.transaction import Transaction

PATIENCE = 0.25
"""Seconds between two looks whether the run is still ours, while the model says nothing."""


class Live:
    """The consultation that `run` needs next, under a lease of `holder`."""

    def __init__(self, engine: Engine, run: RunRecord, holder: str) -> None:
        self.holder = holder
        self._engine = engine
        self._bell = engine.store.bell
        self._run = run
        self._drawing: Drawing | None = None
        self._left = False
        self._pieces: list[Piece] = []
        self._bursts: list[Json] = []

    def leave(self) -> None:
        """Break off, from any thread. Somebody else will go on with the run, or end it."""
        self._left = True
        if self._drawing is not None:
            self._drawing.nudge()

    def consult(self) -> None:
        """Ask the model and write its answer, to the end of it or of the run."""
        now = self._engine.clock.now()
        request, asked = self._engine.asking(self._run, now)
        if isinstance(request, str):
            self._engine.move(self._run.id, now)
        elif self._ask(request, asked):
            self._follow(request)

    def _ask(self, request: Request, asked: Json) -> bool:
        engine, at = self._engine, self._engine.clock.now()
        with engine.store.transaction() as change:
            run = self._ours(change)
            if run is None or run != self._run:
                return False
            if run.status == "queued":
                note(change, run, at, "run.status", {"status": "in_progress"})
            data = {"stand_in": engine.completer.stand_in, "prompt_tokens": estimate_request(request)}
            note(change, run, at, "model.asked", asked | data)
        return True

    def _follow(self, request: Request) -> None:
        kept, here, heard = Kept(request), threading.get_ident(), self._bell.heard(self._run.id)
        self._drawing = drawing = Drawing(self._engine.completer, request, kept)

        def rung() -> None:  # somebody wrote about the run: perhaps it is ours no more
            if threading.get_ident() != here:
                drawing.nudge()

        stop_listening = self._bell.listen(self._run.id, heard, rung)
        try:
            goes_on = True
            while goes_on and not self._left:
                pieces, ended = drawing.collect(PATIENCE)
                self._pieces += pieces
                goes_on = self._write(pieces, ended, request, kept)
        finally:
            stop_listening()
            drawing.stop()

    def _write(self, pieces: Sequence[Piece], ended: End | None, request: Request, kept: Kept) -> bool:
        """Write what has come; False when there is nothing more to write."""
        store, now = self._engine.store, self._engine.clock.now()
        texts = [piece for piece in pieces if isinstance(piece, Text) and piece.text]
        is_late = now >= self._run.expires_at
        if not texts and not ended and not is_late:
            due = store.due_of(self._run.id)
            return due is not None and due.holder == self.holder
        answer = self._answer(request, kept, ended) if ended else None
        with store.transaction() as change:
            run = self._ours(change)
            if run is None:
                return False
            if texts:
                run = self._show(change, run, now, texts)
            if is_late:
                end(store, change, run, now, "expired")
            elif answer is not None:
                self._finish(change, run, now, answer)
        return answer is None and not is_late

    def _show(self, change: Transaction, run: RunRecord, at: float, texts: Sequence[Text]) -> RunRecord:
        if run.step_id is None:
            self._engine.step_begins(change, run, at, "message_creation")
            run = change.get(RunRecord, run.id) or run
        burst = {"after": 0.0, "pieces": [text_piece(text) for text in texts]}
        note(change, run, at, "step.delta", {"id": run.step_id, "pieces": burst["pieces"]})
        self._bursts.append(burst)
        return change.get(RunRecord, run.id) or run

    def _answer(self, request: Request, kept: Kept, ended: End) -> Json:
        """The answer as the log keeps it, without the bursts of its text."""
        answer: Json = {"stand_in": self._engine.completer.stand_in, "parts": [], "error": None}
        answer["reasons"] = [asdict(piece) for piece in self._pieces if isinstance(piece, Reason)]
        try:
            if ended.error is not None:
                raise ended.error
            said = sort_pieces(self._pieces, kept)
        except ModelError as error:
            answer["error"] = {"code": error.code, "message": error.message}
        except BaseException as error:  # a completer is anybody's code, and the run must say what it did
            answer["error"] = {"code": "server_error", "message": f"{type(error).__name__}: {error}"}
        else:
            parts = plan(said, estimate_request(request), self._engine.ids, at_once=True)
            for burst in (burst for part in parts for burst in part["bursts"]):
                burst["after"] = 0.0  # it has taken its time already
            answer |= {"cut": kept.cut, "parts": parts}
        return answer

    def _finish(self, change: Transaction, run: RunRecord, at: float, answer: Json) -> None:
        engine = self._engine
        if answer["error"]:
            reasons = answer["reasons"]
            run = close_consultation(engine.store, change, run, at, error=answer["error"], reasons=reasons)
            end(engine.store, change, run, at, "failed", error=answer["error"])
            return
        if self._bursts:
            answer["parts"][0]["bursts"] = self._bursts
        note(change, run, at, "model.answered", answer | {"shown": len(self._bursts)})
        run = change.get(RunRecord, run.id) or run
        if self._bursts:
            engine.part_ends(change, run, at, answer, 0)
        else:
            engine.answer_begins(change, run, at, answer)

    def _ours(self, change: Transaction) -> RunRecord | None:
        """The run, if its lease is still ours."""
        return change.get(RunRecord, self._run.id) if change.holder(self._run.id) == self.holder else None
