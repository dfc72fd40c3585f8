"""Every error that threadlab raises, as one tree.

    ThreadlabError                 something was attempted; here is what was found, and what to do next
    ├── SettingsError              the environment or `.env` cannot be used as it stands
    ├── CourseError                the course's folders or files are not as they must be
    │   └── CourseNotFound         no course in this folder or above it
    ├── ServiceError               the service answered with an error, or did not answer
    │   ├── NotFound               the named object does not exist (HTTP 404)
    │   ├── Unauthorized           the key or token was refused (HTTP 401, 403)
    │   ├── Refused                the service understood the request and will not do it (other 4xx)
    │   └── Unavailable            the service cannot answer now: 429, 5xx, or no connection
    ├── NotInThisService           this service has no such thing; the hint names the alternative
    ├── RunError                   a run did not do what the caller waited for
    │   ├── RunNotCompleted        it ended as failed, cancelled, expired or incomplete
    │   ├── UnknownStatus          the service sent a status that this kit does not know
    │   ├── DeadlinePassed         the caller's deadline passed; the run itself goes on
    │   └── NobodyAnswers          it waits for tool outputs and no tool can give them
    ├── ToolError                  a tool could not be defined or used
    │   ├── ToolDefinitionError    a function cannot be described as a tool
    │   └── ArgumentsRejected      the model's arguments do not fit the tool's schema
    ├── ConversationError          a conversation could not be exported or imported
    ├── FlowError                  a component could not be defined, prepared or run
    │   ├── FlowDefinitionError    the tree of components cannot be run as it is written
    │   ├── InputMissing           a node lacks an input and nobody gave it
    │   ├── CommandFailed          a node's command ended with an exit code other than 0
    │   ├── IsolationFailed        a child process gave no answer, or not in time
    │   ├── UnknownResource        no resource profile or model of that name
    │   └── OutcomeError           the outcome repository has no such run
    └── HistoryError               a user run could not be started, found or changed
        ├── JournalError           a run directory is broken, or written by a newer threadlab
        ├── LeaseHeld              another process is writing that user run
        ├── UnknownUserRun         no user run, branch or template of that name is in the workspace
        ├── WrongPath              the user run has no unit of work at that path
        ├── BranchBusy             a user run is active on the branch, and the policy is to reject
        ├── UserRunFinal           it is over: only tags, score, groups and feedback can change
        ├── ReplayMissed           a replay asked for something that was never recorded
        ├── UnknownTicket          no tool issued a ticket of that name
        └── AlreadyCompleted       the ticket was completed before: the first completion counts

Each carries `hint`, the next thing to do, and where they apply `run_id` and `thread_id`.
"""

from __future__ import annotations

from typing import Any


class ThreadlabError(Exception):
    """Something was attempted and did not work; `hint` says what to do next."""

    def __init__(
        self, message: str, *, hint: str = "", run_id: str | None = None, thread_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.run_id = run_id
        self.thread_id = thread_id

    def __str__(self) -> str:
        return f"{self.message}\n→ {self.hint}" if self.hint else self.message


class SettingsError(ThreadlabError):
    """The environment or `.env` cannot be used as it stands."""


class LabClosed(ThreadlabError):
    """Something was asked of a lab that was closed."""


class CourseError(ThreadlabError):
    """The course's folders or files are not as they must be."""


class CourseNotFound(CourseError):
    """No course in this folder or above it."""


class ServiceError(ThreadlabError):
    """The service answered with an error, or did not answer.

    `status` is the HTTP status (None when there was no answer), `code` the service's own word for it,
    `retry_after` the seconds it asked to wait.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        retry_after: float | None = None,
        hint: str = "",
        run_id: str | None = None,
        thread_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, run_id=run_id, thread_id=thread_id)
        self.status = status
        self.code = code
        self.retry_after = retry_after


class NotFound(ServiceError):
    """The named object does not exist (HTTP 404)."""


class Unauthorized(ServiceError):
    """The key or token was refused (HTTP 401, 403)."""


class Refused(ServiceError):
    """The service understood the request and will not do it (other 4xx)."""


class Unavailable(ServiceError):
    """The service cannot answer now: 429, 5xx, or no connection."""


class NotInThisService(ThreadlabError):
    """This service has no such thing; the hint names the alternative."""


class RunError(ThreadlabError):
    """A run did not do what the caller waited for."""


class RunNotCompleted(RunError):
    """The run ended as failed, cancelled, expired or incomplete; `run` is the run as it ended."""

    def __init__(self, message: str, *, run: Any, hint: str) -> None:
        super().__init__(message, hint=hint, run_id=run.id, thread_id=run.thread_id)
        self.run = run


class UnknownStatus(RunError):
    """The service sent a run status that this kit does not know."""


class DeadlinePassed(RunError):
    """The caller's deadline passed; the run itself goes on."""


class NobodyAnswers(RunError):
    """The run waits for tool outputs and no tool can give them."""


class ToolError(ThreadlabError):
    """A tool could not be defined or used."""


class ToolDefinitionError(ToolError):
    """A function cannot be described as a tool."""


class ArgumentsRejected(ToolError):
    """The model's arguments do not fit the tool's schema."""


class ConversationError(ThreadlabError):
    """A conversation could not be exported or imported."""


class FlowError(ThreadlabError):
    """A component could not be defined, prepared or run."""


class FlowDefinitionError(FlowError):
    """The tree of components cannot be run as it is written."""


class InputMissing(FlowError):
    """A node lacks an input and nobody gave it."""


class CommandFailed(FlowError):
    """A node's command ended with an exit code other than 0: `exit_code`; what it said is in the message."""

    def __init__(self, message: str, *, hint: str = "", exit_code: int = 1) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code


class IsolationFailed(FlowError):
    """A child process gave no answer, not in time, or one that cannot be carried over here."""


class UnknownResource(FlowError):
    """No resource profile or model of that name."""


class OutcomeError(FlowError):
    """The outcome repository has no such run."""


class HistoryError(ThreadlabError):
    """A user run could not be started, found or changed."""


class JournalError(HistoryError):
    """A run directory is broken, or written by a newer threadlab."""


class LeaseHeld(HistoryError):
    """Another process is writing that user run."""


class UnknownUserRun(HistoryError):
    """No user run, branch or template of that name is in the workspace."""


class WrongPath(HistoryError):
    """The user run has no unit of work at that path."""


class BranchBusy(HistoryError):
    """A user run is active on the branch, and the policy is to reject."""


class UserRunIdTaken(HistoryError):
    """A user run of this id is there already."""


class UserRunFinal(HistoryError):
    """It is over: only tags, score, groups and feedback can change."""


class ReplayMissed(HistoryError):
    """A replay asked for something that was never recorded."""


class UnknownTicket(HistoryError):
    """No tool issued a ticket of that name."""


class AlreadyCompleted(HistoryError):
    """The ticket was completed before: the first completion counts."""
