"""Log steps: following a run into a log, with Python's own `logging`.

For a script without a terminal, and for a service that keeps its logs: one line for each change of a step,
each tool call and each retry, with the ids that they belong to.
"""

from __future__ import annotations

import logging
from functools import partial

from threadlab.following.loop import DEADLINE
from threadlab.following.polling import STANDARD, Polling
from threadlab.following.wait import collect
from threadlab.objects.event import Event, Retrying, StatusChanged, StepChanged, ToolFinished
from threadlab.objects.run import Run
from threadlab.objects.run_stream import Followable, run_of
from threadlab.objects.tool_round import AnswersToolCalls

LOGGER = logging.getLogger("threadlab.runs")


def log_steps(
    what: Followable,
    *,
    tools: AnswersToolCalls | None = None,
    deadline: float | None = DEADLINE,
    polling: Polling = STANDARD,
    logger: logging.Logger = LOGGER,
) -> Run:
    """Log what happens to the run until it is over; the run as it ended.

    Statuses and steps are INFO, a tool's failure and a retry WARNING, a failed end ERROR. Other arguments
    and errors are those of `loop.events`.
    """
    on_event = partial(log_event, run_of(what).id, logger=logger)
    return collect(what, tools=tools, deadline=deadline, polling=polling, on_event=on_event).run


def log_event(run_id: str, event: Event, *, logger: logging.Logger = LOGGER) -> None:
    """Log one event of following a run, if it is one that a log should have."""
    match event:
        case StatusChanged(run=run):
            error = f": {run.error.message} ({run.error.code})" if run.error else ""
            level = logging.ERROR if run.status == "failed" else logging.INFO
            logger.log(level, "run %s is %s%s", run_id, run.status, error)
        case StepChanged(step=step):
            calls = ", ".join(f"{call.title}({call.arguments})" for call in step.tool_calls)
            about = step.message_id or calls
            logger.info("run %s step %s %s is %s %s", run_id, step.id, step.type, step.status, about)
        case ToolFinished(call=call, ok=ok, seconds=seconds, output=output):
            level = logging.INFO if ok else logging.WARNING
            said = "answered" if ok else f"failed: {output.output}"
            logger.log(level, "run %s tool %s %s in %.2f s", run_id, call.name, said, seconds)
        case Retrying(problem=problem, seconds=seconds):
            logger.warning("run %s again in %.1f s: %s", run_id, seconds, problem)
