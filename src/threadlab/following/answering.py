"""Answering: one round of tool calls, from the request to the one submission of all outputs.

Outputs are never submitted twice. When the service did not say whether it took them, the run is read: if it
still waits for the same calls, they did not arrive.
"""

from __future__ import annotations

from itertools import count

from threadlab.errors import Refused, Unavailable
from threadlab.following.patience import Asking, Patience
from threadlab.following.source import Source
from threadlab.objects.event import OutputsSubmitted
from threadlab.objects.run import Run
from threadlab.objects.tool_call import Answers, ToolApproval, ToolOutput
from threadlab.objects.tool_round import AnswersToolCalls, ToolRound

Answered = tuple[Run, frozenset[str]]


def answer_calls(run: Run, tools: AnswersToolCalls, patience: Patience, source: Source) -> Asking[Answered]:
    """Have the calls answered and submit the outputs: the run afterwards, and the ids that were answered.

    No ids when the run was found to wait no longer: it expired, someone cancelled it or answered, or the
    service took the outputs and its reply was lost. Whatever ends this, no tool is started any more.
    """
    tool_round = tools.begin(run.required_calls, patience.time)
    try:
        return (yield from _see_through(run, tool_round, patience, source))
    finally:
        tool_round.abandon()


def _see_through(run: Run, tool_round: ToolRound, patience: Patience, source: Source) -> Asking[Answered]:
    looked_at = patience.time.now()
    while True:
        yield from tool_round.events()
        if (outputs := tool_round.outputs) is not None:
            return (yield from _submit(run, outputs, patience, source))
        changed = tool_round.changed()
        rest = patience.polling.while_tools
        yield from patience.pause(rest, until=changed)
        if not changed.done() or patience.time.now() - looked_at >= rest:
            now = yield from source.now()
            looked_at = patience.time.now()
            if not _waits_for_same(run, now):
                return now, frozenset()


def _submit(run: Run, answers: Answers, patience: Patience, source: Source) -> Asking[Answered]:
    for attempt in count(1):
        try:
            after = yield from source.submit(answers)
            break
        except Unavailable as problem:
            yield from patience.after_failure(problem, attempt)
            after = yield from source.now()
            if not _waits_for_same(run, after):
                return after, frozenset()
        except Refused:
            after = yield from source.now()
            if _waits_for_same(run, after):
                raise
            return after, frozenset()
    yield OutputsSubmitted(
        at=patience.time.now(),
        run=after,
        outputs=tuple(answer for answer in answers if isinstance(answer, ToolOutput)),
        approvals=tuple(answer for answer in answers if isinstance(answer, ToolApproval)),
    )
    yield from patience.sight.reported(after, patience.time.now())
    return after, frozenset(answer.tool_call_id for answer in answers)


def _waits_for_same(before: Run, after: Run) -> bool:
    """Whether the run still waits for the calls of this round."""
    return after.status == "requires_action" and {call.id for call in after.required_calls} == {
        call.id for call in before.required_calls
    }
