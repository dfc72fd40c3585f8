"""Reply: what came back for one question."""

from __future__ import annotations

from dataclasses import dataclass

from threadlab.following.run_view import CallView, RunView
from threadlab.objects.message import Message
from threadlab.objects.run import Run
from threadlab.objects.usage import Usage


@dataclass(frozen=True, slots=True)
class Reply:
    """The run that answered, as it was followed. `str(reply)` is the text."""

    view: RunView

    @property
    def run(self) -> Run:
        """The run as it ended."""
        return self.view.run

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages that the run wrote, oldest first."""
        return self.view.messages

    @property
    def text(self) -> str:
        """The text of these messages, joined by blank lines."""
        return "\n\n".join(message.text for message in self.messages)

    @property
    def usage(self) -> Usage | None:
        """The tokens that the run cost; None where the service did not say."""
        return self.run.usage

    @property
    def seconds(self) -> float:
        """How long it took, by the service's clock."""
        return self.view.elapsed

    @property
    def tool_uses(self) -> tuple[CallView, ...]:
        """The tool calls of the run, with their outputs."""
        return self.view.calls

    def __str__(self) -> str:
        return self.text
