"""What an error says: which request was refused, by whom, and what helps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from azure.core.exceptions import AzureError

from threadlab.diagnosis.finding import Finding
from threadlab.errors import (
    DeadlinePassed,
    NobodyAnswers,
    NotFound,
    ServiceError,
    ThreadlabError,
    Unauthorized,
    Unavailable,
    UnknownStatus,
)
from threadlab.service.failures import service_error

_BUSY = re.compile(r"(thread_\w+).* (?:active run|while a run) (run_\w+)")
_TEXTS: tuple[tuple[str, str], ...] = (
    ("call ids", "outputs_ids"),
    ("do not accept tool outputs", "outputs_status"),
    ("tool_outputs", "outputs_format"),
    ("cannot cancel run", "already_over"),
    ("expected an id that begins with", "wrong_id"),
)
"""A piece of a refusal (lower case), and its reason."""

_KINDS: tuple[tuple[type[ThreadlabError], Callable[[ThreadlabError], str]], ...] = (
    (UnknownStatus, lambda error: "unknown_status"),
    (DeadlinePassed, lambda error: "deadline_passed"),
    (NobodyAnswers, lambda error: "nobody_answers"),
    (NotFound, lambda error: "agent_deleted" if "assistant" in error.message.lower() else "not_found"),
    (Unauthorized, lambda error: "unauthorized"),
    (Unavailable, lambda error: _unavailable(error)),
)


def as_kit_error(error: BaseException) -> ThreadlabError:
    """The kit's error for one of the SDK's. Raises TypeError for anything else."""
    if isinstance(error, ThreadlabError):
        return error
    if isinstance(error, AzureError):
        return service_error(error, "do what was asked")
    raise TypeError(f"a run or an error of a service can be diagnosed, not {type(error).__name__}")


def refusal(error: ThreadlabError) -> Iterator[Finding]:
    """The finding for an error."""
    busy = _BUSY.search(error.message)
    if busy:
        thread_id, run_id = busy.groups()
        yield Finding(
            reason="thread_busy",
            found=f"thread {thread_id} is held by run {run_id}, which is not over yet",
            next=f"wait for {run_id} or cancel it: lab.runs.get({thread_id!r}, {run_id!r}); the thread takes "
            "one run at a time",
        )
        return
    yield Finding(reason=_reason(error), found=error.message, next=error.hint or "read the message")


def _reason(error: ThreadlabError) -> str:
    for kind, reason in _KINDS:
        if isinstance(error, kind):
            return reason(error)
    lowered = error.message.lower()
    return next((reason for text, reason in _TEXTS if text in lowered), "refused")


def _unavailable(error: ThreadlabError) -> str:
    status = error.status if isinstance(error, ServiceError) else None
    if status is None:
        return "connection_dropped"
    return "too_many_requests" if status == 429 else "server_errors"
