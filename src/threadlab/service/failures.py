"""The SDK's exceptions as the kit's errors: what was attempted, what came back, what to do next.

Which exception the SDK raises when: protocol of azure-ai-agents 1.1.0 (401, 404, 409 have classes of
their own, all else is HttpResponseError; an error body that is no JSON ends in a JSONDecodeError).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
from azure.core.pipeline.policies import RetryPolicy

from threadlab.errors import NotFound, Refused, ServiceError, Unauthorized, Unavailable

_WAIT_AND_REPEAT = "nothing is wrong with the request: wait a little and make it again"

_HINTS_BY_TEXT: tuple[tuple[str, str], ...] = (
    (
        "already has an active run",
        "a thread takes one run at a time: wait for the run that is named, or cancel it with run.cancel()",
    ),
    (
        "while a run",
        "a thread is closed to new messages while a run works on it: wait for that run, or cancel it",
    ),
    (
        "tool output",
        "answer every call of run.required_calls exactly once, in one request, while the status is "
        "requires_action: read the run again to see what it waits for",
    ),
    (
        "tool approval",
        "say yes or no to every call of run.required_calls, in one request, while the status is "
        "requires_action: read the run again to see what it waits for",
    ),
    ("cannot cancel run", "the run is over, so there is nothing to cancel: look at run.status"),
    ("expected an id that begins with", "ids of one kind of object do not fit another: check their order"),
)
"""A piece of the service's message (lower case), and what helps."""

_HINTS: dict[type[ServiceError], str] = {
    NotFound: "check the id. It may have been deleted, or live in another store: a lab with a seed starts "
    "empty each time",
    Unauthorized: "for Azure: run `az login`, and make sure that your account has the role Azure AI User on "
    "the project",
    Refused: "the message says what the service cannot accept; correct it and make the request again",
    Unavailable: _WAIT_AND_REPEAT,
}


@contextmanager
def telling(attempt: str, *, run_id: str | None = None, thread_id: str | None = None) -> Iterator[None]:
    """Turn what the SDK raises inside the block into a ServiceError that says what was attempted."""
    try:
        yield
    except (AzureError, JSONDecodeError) as problem:
        raise service_error(problem, attempt, run_id=run_id, thread_id=thread_id) from None


def service_error(
    problem: Exception, attempt: str, *, run_id: str | None = None, thread_id: str | None = None
) -> ServiceError:
    """The error of the kit for an exception of the SDK."""
    status = problem.status_code if isinstance(problem, HttpResponseError) else None
    kind = _kind(problem, status)
    found = _message(problem)
    answer = f" (HTTP {status})" if status is not None else ""
    return kind(
        f"could not {attempt}: {found}{answer}",
        status=status,
        code=_code(problem),
        retry_after=_retry_after(problem),
        hint=_hint(kind, found, status),
        run_id=run_id,
        thread_id=thread_id,
    )


def _kind(problem: Exception, status: int | None) -> type[ServiceError]:
    if isinstance(problem, ClientAuthenticationError) or status in (401, 403):
        return Unauthorized
    if status == 404:
        return NotFound
    if status is None or status in (408, 429) or status >= 500:
        return Unavailable
    return Refused if status >= 400 else ServiceError


def _message(problem: Exception) -> str:
    if isinstance(problem, JSONDecodeError):
        return "the answer was an error, and not in JSON: something between here and the service answered"
    if isinstance(problem, HttpResponseError) and problem.error is not None and problem.error.message:
        return str(problem.error.message)
    return str(getattr(problem, "message", "") or problem).partition("\n")[0]


def _code(problem: Exception) -> str | None:
    error = problem.error if isinstance(problem, HttpResponseError) else None
    return str(error.code) if error is not None and error.code else None


def _retry_after(problem: Exception) -> float | None:
    """Seconds that the service asked to wait, from a number or a date in `Retry-After`."""
    headers = getattr(getattr(problem, "response", None), "headers", {})
    header = headers.get("Retry-After")
    if header is None:
        return None
    try:
        return float(RetryPolicy().parse_retry_after(header))
    except (TypeError, ValueError):
        return None


def _hint(kind: type[ServiceError], found: str, status: int | None) -> str:
    lowered = found.lower()
    for text, hint in _HINTS_BY_TEXT:
        if text in lowered:
            return hint
    if kind is Unavailable and status is None:
        return "no answer came: check the network and the endpoint (`threadlab doctor` looks at the settings)"
    return _HINTS.get(kind, "")
