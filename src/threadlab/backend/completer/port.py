"""The completer port: one request in, pieces of an answer out.

A piece is text, a tool call, a reason, a count of tokens, or a cut. A completer that answers at once may
give a list; one that takes its time is a generator, and the engine shows each piece as it comes. An empty
text is a beat: nothing is shown, and the engine may leave, which it does by closing the generator. Raising
`ModelError` fails the run with that code and message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class ModelError(Exception):
    """The model could not answer. `code` is the service's word: server_error or rate_limit_exceeded."""

    def __init__(self, message: str, code: str = "server_error") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the thread as the model sees it: who said it ("user", "assistant"), and the text."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """One tool call of this run that was answered: name, arguments (JSON text), output (text)."""

    id: str
    name: str
    arguments: str
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything that the model is given for one consultation.

    `messages` are the thread's, oldest first; `rounds` the tool rounds of this run so far, each a group
    of calls that were asked for together. `tools` are definitions in wire form, `call` counts the
    consultations of the run from 1, `now` is the backend's clock (Unix seconds). `seed` is the same for
    the same run of a seeded backend.
    """

    model: str
    instructions: str
    messages: tuple[Said, ...]
    rounds: tuple[tuple[Called, ...], ...] = ()
    tools: tuple[Mapping[str, Any], ...] = ()
    tool_choice: Any = "auto"
    parallel_tool_calls: bool = True
    response_format: Any = "auto"
    call: int = 1
    now: float = 0.0
    seed: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer's text; pieces are joined as they are.

    An annotation is about some of it, in wire form but for its place, which the engine works out:
    `{"type": "file_citation", "text": the words of the piece that it is about, "file_citation": {…}}`.
    """

    text: str
    annotations: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call of the answer. `arguments` is JSON text, and need not be valid: models err."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a stand-in answers as it does: the rule that fired and the cause, in words for a learner."""

    rule: str
    because: str


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens as counted by the model itself; without it the engine estimates."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Cut:
    """The model stopped before it was done: `reason` is what the run then is incomplete for."""

    reason: str


Piece = Text | Call | Reason | Spent | Cut


class Completer(Protocol):
    """Stands in the model's place. `stand_in` says, in words for a person, what it really is.

    `instant` is True for one that answers without waiting on anything: only such a one may be asked
    inside a request.
    """

    stand_in: str
    instant: bool

    def complete(self, request: Request) -> Iterable[Piece]:
        """The answer, piece by piece: either texts or calls, with reasons in between."""
        ...
