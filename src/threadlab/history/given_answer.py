"""Given answer: what somebody answers to a user run that waits, on disk before anybody goes on with it."""

from __future__ import annotations

from threadlab.errors import HistoryError, LeaseHeld
from threadlab.following.terminal_text import counted
from threadlab.history.desk import Desk
from threadlab.history.work.delivered_answer import deliver, delivered
from threadlab.history.work.interruption import check_answer
from threadlab.history.work.open_run import OpenRun
from threadlab.journal.record import Interrupt, Record
from threadlab.journal.redaction import Redaction


def give_answer(desk: Desk, record: Record, answer: str, interrupt: str | None) -> bool:
    """Answer the only open question, or that of the id `interrupt`; whether it is left to us to go on.

    It is not where somebody works on the user run: he finds the answer there, and goes on himself. Raises
    HistoryError for an answer that is not understood, where it is not clear which question is meant, and
    where another answer was left before.
    """
    asked = _asked(record, interrupt)
    check_answer(asked, answer)
    if (is_written := _written(desk, record.id, asked.id, answer)) is not None:
        return is_written
    deliver(desk.workspace.open(record.id).folder, asked.id, answer, desk.workspace.files)
    # whoever worked on it may have let go of it just before that
    return bool(_written(desk, record.id, asked.id, answer))


def _written(desk: Desk, id: str, interrupt: str, answer: str) -> bool | None:
    """Write it into the log, if nobody works on the user run: whether it counts. None where somebody does."""
    try:
        directory = desk.workspace.writer(id)
    except LeaseHeld:
        return None
    try:
        first = delivered(directory.folder, interrupt)
        if first not in (None, Redaction().text(answer)):
            raise HistoryError(
                f"the question {interrupt} was answered before: {first}",
                hint="the first answer counts: resume() goes on with it",
            )
        open_run = OpenRun(directory, desk.lab.time)
        open_run.answered(interrupt, answer, "user")
        return open_run.record.ended_at is None
    finally:
        directory.close()


def _asked(record: Record, interrupt: str | None) -> Interrupt:
    waiting = [] if record.ended_at else [one for one in record.interrupts if one.answer is None]
    meant = [one for one in waiting if interrupt in (None, one.id)]
    if len(meant) == 1:
        return meant[0]
    if record.ended_at is not None:
        found, hint = f"it is over: {record.status}", "retry() or rerun() makes it again"
    elif not waiting:
        found, hint = "it asks nothing", "resume() goes on with it"
    else:
        ids = ", ".join(one.id for one in waiting)
        found = f"it asks {counted(len(waiting), 'question')}, and none is meant clearly"
        hint = f"name one of them with answer(text, interrupt=...): {ids}"
    raise HistoryError(f"user run {record.id} waits for no such answer: {found}", hint=hint)
