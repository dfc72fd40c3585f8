"""Open run: a user run at work. Its one writer; everything that happens is on disk before anybody is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from threading import Lock

from threadlab.errors import UserRunFinal
from threadlab.history.work.delivered_answer import delivered, discard
from threadlab.history.work.interruption import (
    AnswersInterrupts,
    Paused,
    Stopped,
    check_answer,
    is_same_question,
)
from threadlab.history.work.stop import Stop, stop_asked
from threadlab.journal.fact import (
    Answered,
    AnyFact,
    ArtifactKept,
    CallEnded,
    Ended,
    Entry,
    Interrupted,
    UnitEnded,
)
from threadlab.journal.fold import GrowingRecord
from threadlab.journal.projections import TURN
from threadlab.journal.record import AgentCall, Interrupt, Record
from threadlab.journal.run_directory import RunDirectory
from threadlab.objects.time import Time


class OpenRun:
    """Writes facts and tells of them once; tools may write from threads of their own.

    `answers` is asked when something needs an answer; without it, and where it has none, the user run pauses.
    `attended` says that somebody sees the events as they come and may answer through them.
    """

    def __init__(
        self,
        directory: RunDirectory,
        time: Time,
        *,
        answers: AnswersInterrupts | None = None,
        attended: bool = False,
    ) -> None:
        self.directory = directory
        self.time = time
        self.answers = answers
        self.attended = attended
        first, *others = directory.entries()
        self._told = GrowingRecord(first)
        for entry in others:
            self._told.add(entry)
        self._untold: deque[Entry] = deque()
        self._lock = Lock()

    def write(self, fact: AnyFact) -> None:
        """Put the fact on disk. Raises OSError or JournalError where that fails: then it did not happen.

        Raises UserRunFinal where nobody works on the user run any more, as a tool that was given up may find.
        """
        with self._lock:
            self.check_open()
            self._note(self.directory.append(fact, self.time.now()))
            if isinstance(fact, CallEnded | UnitEnded) and self._told.body != TURN:
                self._leave_result(fact.path)

    def keep(self, name: str, content: bytes, media_type: str, path: str) -> ArtifactKept:
        """Keep a file, and write that down. Raises as `write` does."""
        with self._lock:
            self.check_open()
            kept = self.directory.keep(name, content, self.time.now(), media_type, path)
            self._note(self.directory.last)
            return kept

    def check_open(self) -> None:
        """Raise UserRunFinal unless it is being worked on, here."""
        if not self.directory.is_open or isinstance(self.directory.last.fact, Ended):
            raise UserRunFinal(
                f"user run {self.directory.id} is not at work any more: what this code says comes too late",
                hint="it went on without this tool; one that takes so long gives a ticket at once, "
                "current_user_run().ticket(...), and its result later: history.tickets.complete(...)",
            )

    def keep_again(self, kept: ArtifactKept, user_run: str) -> None:
        """Keep what another user run kept, unless this one has it already."""
        with self._lock:
            if kept not in self._told.record.artifacts:
                self.directory.keep_again(kept, user_run, self.time.now())
                self._note(self.directory.last)

    def new_entries(self) -> Iterator[Entry]:
        """What was written since this was last drawn from."""
        while self._untold:
            yield self._untold.popleft()

    @property
    def record(self) -> Record:
        """All that was written so far."""
        with self._lock:
            return self._told.record

    def call(self, path: str) -> AgentCall | None:
        """The agent call at that path: the latest, where it was asked again; None if there is none."""
        with self._lock:
            return self._told.call(path)

    def stop(self) -> Stop | None:
        """Whether somebody asked for its end."""
        return stop_asked(self.directory.folder)

    def is_to_stop(self) -> bool:
        """Whether somebody did."""
        return self.stop() is not None

    def raise_if_stopped(self) -> None:
        """Raise Stopped if somebody asked for its end."""
        if (stop := self.stop()) is not None:
            raise Stopped("cancelled", str(stop))

    def ask(self, asked: Interrupted) -> str | None:
        """The answer to a question: the one on disk, or one given now, which is then on disk; None for none.

        The question is on disk before anybody is asked. Raises Paused where whoever is asked raises, or says
        what nobody understands: the question then stays open.
        """
        known = self._interrupt(asked.id)
        if known is not None and not is_same_question(known, asked):
            discard(self.directory.folder, asked.id, self.directory.files)
            known = None
        if known is None:
            self.write(asked)
        elif known.answer is not None:
            return known.answer
        if (answer := delivered(self.directory.folder, asked.id)) is not None:
            self.answered(asked.id, answer, "user")
            return answer
        if self.answers is None or (interrupt := self._interrupt(asked.id)) is None:
            return None
        try:
            if (answer := self.answers(interrupt)) is not None:
                check_answer(interrupt, answer)
        except Exception as problem:
            raise Paused(asked.id, problem) from problem
        if answer is not None:
            self.answered(asked.id, answer, "on_interrupt")
        return answer

    def take_answers(self) -> bool:
        """Write down what somebody has answered meanwhile, from elsewhere; whether there was anything."""
        came = [
            (one.id, answer)
            for one in self.record.interrupts
            if one.answer is None and (answer := delivered(self.directory.folder, one.id)) is not None
        ]
        for id, answer in came:
            self.answered(id, answer, "user")
        return bool(came)

    def answered(self, id: str, answer: str, by: str) -> None:
        """Write the answer down, unless there is one."""
        if (known := self._interrupt(id)) is not None and known.answer is None:
            self.write(Answered(id=id, answer=answer, by=by))

    def interrupt(self, asked: Interrupted) -> str:
        """The answer to a question. Raises Paused where nobody gives one; the question then stays open."""
        if (answer := self.ask(asked)) is None:
            raise Paused(asked.id)
        return answer

    def _note(self, entry: Entry) -> None:
        self._told.add(entry)
        self._untold.append(entry)

    def _leave_result(self, path: str) -> None:
        if (unit := self._told.unit(path) or self._told.call(path)) is not None:
            self.directory.leave_result(unit)

    def _interrupt(self, id: str) -> Interrupt | None:
        return next((one for one in self.record.interrupts if one.id == id), None)
