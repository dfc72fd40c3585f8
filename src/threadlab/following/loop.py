"""The loop: a run in, events out, until the run is over. The only one in threadlab.

It never sleeps. Where time must pass it yields `Wait`, and whoever drives it lets that time pass: a script
sleeps, a notebook awaits, a test turns a clock. Its looks at the run come from a source: polls, or a stream.
It has tool calls answered; it never cancels a run.
"""

from __future__ import annotations

from threadlab.errors import NobodyAnswers, ToolDefinitionError, UnknownStatus
from threadlab.following.answering import answer_calls
from threadlab.following.patience import Asking, Patience
from threadlab.following.pictures import pictures_in
from threadlab.following.polling import STANDARD, Polling
from threadlab.following.polls import Polls
from threadlab.following.sight import Sight
from threadlab.following.source import Source
from threadlab.following.streamed import Streamed
from threadlab.objects.event import Ended, ImageArrived, MessageArrived, ToolCallsRequested
from threadlab.objects.run import STATUSES, Run
from threadlab.objects.run_stream import Followable, run_of
from threadlab.objects.tool_round import AnswersToolCalls, GivesApprovals

DEADLINE = 600.0


def events(
    what: Followable,
    *,
    tools: AnswersToolCalls | None = None,
    deadline: float | None = DEADLINE,
    polling: Polling = STANDARD,
) -> Asking[None]:
    """All that happens to a run from now on, `Ended` last, with `Wait`s in between.

    A run is polled; a stream of a run is read, and tells the growing text besides (`Polled` then comes only
    where polls must help out).
    `tools` answers its tool calls; `deadline` is in the service's seconds from the start of following,
    None for none. Raises NobodyAnswers, UnknownStatus and DeadlinePassed, and what the service raises;
    the run goes on in each case. Raises ToolDefinitionError for tools that cannot answer, such as a list.
    """
    run = run_of(what)
    if tools is not None and not callable(getattr(tools, "begin", None)):
        raise ToolDefinitionError(
            f"tools= was given a {type(tools).__name__}, which answers no calls",
            hint="put the tools into a toolbox: tools=Toolbox(one, another)",
        )
    sight = Sight(run)
    patience = Patience(run.service.time, polling, deadline, sight)
    polls = Polls(sight, patience)
    source: Source = polls if isinstance(what, Run) else Streamed(what, polls)
    try:
        yield from _Loop(source, patience, tools).follow()
    finally:
        source.close()


class _Loop:
    """One following, whatever the looks come from."""

    def __init__(self, source: Source, patience: Patience, tools: AnswersToolCalls | None) -> None:
        self.source = source
        self.patience = patience
        self.time = patience.time
        self.tools = tools
        self.answered: set[str] = set()

    def follow(self) -> Asking[None]:
        """Look, and do what the status asks for, until it is final."""
        run = yield from self.source.first()
        while not run.is_terminal:
            if not run.is_known:
                raise _unknown_status(run)
            if run.status == "requires_action" and not self._is_answered(run):
                run = yield from self.answer(run)
            else:
                run = yield from self.source.following()
        messages = yield from self.source.messages(run)
        for message in messages:
            yield MessageArrived(at=self.time.now(), message=message)
        for file_id in pictures_in(self.patience.sight.steps.values(), messages):
            if (image := run.service.read_image(file_id)) is not None:
                yield ImageArrived(at=self.time.now(), image=image)
        yield Ended(at=self.time.now(), run=run)

    def answer(self, run: Run) -> Asking[Run]:
        """Have the calls answered; the run as it is then."""
        yield ToolCallsRequested(at=self.time.now(), run=run, calls=run.required_calls)
        if self.tools is None or not run.required_calls or not _decides(self.tools, run):
            raise _nobody_answers(run)
        run, submitted = yield from answer_calls(run, self.tools, self.patience, self.source)
        self.answered.update(submitted)
        self.source.leg_begins()
        return run

    def _is_answered(self, run: Run) -> bool:
        """Whether these calls were answered before: the service has yet to take notice."""
        return bool(run.required_calls) and all(call.id in self.answered for call in run.required_calls)


def _decides(tools: AnswersToolCalls, run: Run) -> bool:
    """Whether these tools answer calls of that kind: those of MCP servers only if it was said how."""
    if run.required_calls[0].kind != "mcp":
        return True
    return isinstance(tools, GivesApprovals) and tools.approves


def _unknown_status(run: Run) -> UnknownStatus:
    return UnknownStatus(
        f"run {run.id} has the status {run.status!r}, which is none of {', '.join(STATUSES)}",
        hint="the service may be newer than this kit: look at run.native, and update threadlab",
        run_id=run.id,
        thread_id=run.thread_id,
    )


def _nobody_answers(run: Run) -> NobodyAnswers:
    if run.required_calls and run.required_calls[0].kind == "mcp":
        names = ", ".join(call.title for call in run.required_calls)
        found = f"run {run.id} waits for approval of {names}, and nobody was named who decides on it"
        hint = (
            "say who decides: tools=Toolbox(approve=True) asks a person, approve=False approves all; or let "
            'the calls be made without, tool_resources={"mcp": [{"server_label": …, "headers": {}, '
            '"require_approval": "never"}]}; run.cancel() ends it'
        )
    elif not run.required_calls:
        found = f"run {run.id} is in requires_action but names no tool call that could be answered"
        hint = "look at run.native.required_action; run.cancel() ends it"
    else:
        names = ", ".join(call.title for call in run.required_calls)
        found = f"run {run.id} waits for the outputs of {names}, and no tools were given to answer"
        hint = (
            "follow it again with tools=..., or answer by hand: from threadlab.objects.tool_call import "
            "ToolOutput; run.submit([ToolOutput(call_id, text), ...])"
        )
    return NobodyAnswers(found, hint=hint, run_id=run.id, thread_id=run.thread_id)
