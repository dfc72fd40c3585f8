"""Stream event: one event of a stream, as the service sends it while a run goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from threadlab.objects.message import Message
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep


@dataclass(frozen=True, slots=True)
class TextPiece:
    """More of a message's text."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class CallPiece:
    """More of a tool call: first its id and name, then, with both empty, only more of its arguments.

    `index` is the call's place among the calls of its step. Of a code interpreter, the code is its arguments.
    `server` is the label of the MCP server that is to be called.
    """

    step_id: str
    index: int
    arguments: str
    id: str = ""
    name: str = ""
    kind: str = "function"
    server: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent:
    """An event under the service's name for it (`kind`: "thread.run.queued", "thread.message.delta", …).

    It carries a `run`, a `step` or a `message` as it is now, or `pieces` of what is being written. "error"
    and "done" carry none of them: `problem` is the text of an error. `id`, where the stream gives one, is
    what to pass as `after` to go on behind this event. `native` is the JSON as it came.
    """

    kind: str
    id: str = ""
    run: Run | None = None
    step: RunStep | None = None
    message: Message | None = None
    pieces: tuple[TextPiece | CallPiece, ...] = ()
    problem: str = ""
    native: Any = field(default=None, repr=False, compare=False)

    @property
    def text(self) -> str:
        """The text that this event adds to a message, if any: print it with `end=""`."""
        return "".join(piece.text for piece in self.pieces if isinstance(piece, TextPiece))
