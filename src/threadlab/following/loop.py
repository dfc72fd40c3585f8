"""The loop: a run in, events out, until the run is over. The only one in threadlab.

It never sleeps. Where time must pass it yields `Wait`, and whoever drives it lets that time pass: a script
sleeps, a notebook awaits, a test turns a clock. It reads the run, and its steps when something may have
happened in them; it has tool calls answered; it never cancels a run.
"""

from __future__ import annotations

from threadlab.errors import NobodyAnswers, UnknownStatus
from threadlab.following.answering import answer_calls
from threadlab.following.patience import Asking, Patience
from threadlab.following.polling import STANDARD, Polling
from threadlab.following.sight import Sight
from threadlab.objects.event import Ended, MessageArrived, ToolCallsRequested
from threadlab.objects.run import STATUSES, Run
from threadlab.objects.tool_round import AnswersToolCalls

DEADLINE = 600.0
LOOKS_FOR_EACH_READING_OF_STEPS = 3


def events(
    run: Run,
    *,
    tools: AnswersToolCalls | None = None,
    deadline: float | None = DEADLINE,
    polling: Polling = STANDARD,
) -> Asking[None]:
    """All that happens to the run from now on, `Ended` last, with `Wait`s in between.

    `tools` answers its tool calls; `deadline` is in the service's seconds from the start of following,
    None for none. Raises NobodyAnswers, UnknownStatus and DeadlinePassed, and what the service raises;
    the run goes on in each case.
    """
    loop = _Loop(run, tools, deadline, polling)
    yield from loop.follow()


class _Loop:
    """One following. A leg is a stretch of the run between tool rounds; polling starts afresh with each."""

    def __init__(
        self, run: Run, tools: AnswersToolCalls | None, deadline: float | None, polling: Polling
    ) -> None:
        self.service = run.service
        self.time = self.service.time
        self.tools = tools
        self.polling = polling
        self.sight = Sight(run)
        self.patience = Patience(self.time, polling, deadline, self.sight)
        self.leg_began = self.time.now()
        self.steps_read_at_poll = 0
        self.answered: set[str] = set()

    def follow(self) -> Asking[None]:
        """Look, and do what the status asks for, until it is final."""
        run = yield from self.look()
        while not run.is_terminal:
            if not run.is_known:
                raise _unknown_status(run)
            if run.status == "requires_action" and not self._is_answered(run):
                run = yield from self.answer(run)
            else:
                yield from self.patience.pause(
                    self.polling.wait(self.time.now() - self.leg_began, self.sight.polls)
                )
                run = yield from self.look()
        for message in (yield from self.patience.ask(lambda: self.service.read_messages(run))):
            yield MessageArrived(at=self.time.now(), message=message)
        yield Ended(at=self.time.now(), run=run)

    def look(self) -> Asking[Run]:
        """Read the run, and its steps where they may have changed."""
        before = self.sight.status
        run = yield from self.patience.ask(lambda: self.service.read_run(self.sight.run))
        yield from self.sight.polled(run, self.time.now())
        yield from self.sight.explained(self.service.notes(run), self.time.now())
        waited = self.sight.polls - self.steps_read_at_poll
        if run.status != "queued" and (run.status != before or waited >= LOOKS_FOR_EACH_READING_OF_STEPS):
            steps = yield from self.patience.ask(lambda: self.service.read_steps(run))
            self.steps_read_at_poll = self.sight.polls
            yield from self.sight.stepped(steps, self.time.now())
        return run

    def answer(self, run: Run) -> Asking[Run]:
        """Have the calls answered; the run as it is then."""
        yield ToolCallsRequested(at=self.time.now(), run=run, calls=run.required_calls)
        if self.tools is None or not run.required_calls:
            raise _nobody_answers(run)
        run, submitted = yield from answer_calls(run, self.tools, self.patience, self.look)
        self.answered.update(submitted)
        self.leg_began = self.time.now()
        return run

    def _is_answered(self, run: Run) -> bool:
        """Whether these calls were answered before: the service has yet to take notice."""
        return bool(run.required_calls) and all(call.id in self.answered for call in run.required_calls)


def _unknown_status(run: Run) -> UnknownStatus:
    return UnknownStatus(
        f"run {run.id} has the status {run.status!r}, which is none of {', '.join(STATUSES)}",
        hint="the service may be newer than this kit: look at run.native, and update threadlab",
        run_id=run.id,
        thread_id=run.thread_id,
    )


def _nobody_answers(run: Run) -> NobodyAnswers:
    if not run.required_calls:
        found = f"run {run.id} is in requires_action but names no tool call that could be answered"
        hint = "look at run.native.required_action; run.cancel() ends it"
    else:
        names = ", ".join(call.name or call.kind for call in run.required_calls)
        found = f"run {run.id} waits for the outputs of {names}, and no tools were given to answer"
        hint = "follow it again with tools=..., or answer with run.submit([ToolOutput(call_id, text), ...])"
    return NobodyAnswers(found, hint=hint, run_id=run.id, thread_id=run.thread_id)
