"""Tool call and tool output: what a model asks for, and the answer that goes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threadlab.objects.hosted_call import CodeResult, SearchResult, code_result, search_results


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One call that the model asks for. `arguments` is the model's JSON text, not yet checked.

    `output` is None until the call was answered. `detail` holds the call as it came, for kinds other than
    functions.
    """

    id: str
    kind: str = "function"
    name: str = ""
    arguments: str = ""
    output: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_hosted(self) -> bool:
        """Whether the service answers it itself, as all but functions, be it after an approval."""
        return self.kind != "function"

    @property
    def server(self) -> str:
        """The label of the MCP server that is called; empty for other calls."""
        return str(self.detail.get("server_label") or "")

    @property
    def title(self) -> str:
        """What a reader knows it by: its name, of which server, or else its kind."""
        name = self.name or self.kind
        return f"{name} of {self.server}" if self.server else name

    @property
    def results(self) -> tuple[SearchResult, ...]:
        """What a call of file_search found; empty for other calls."""
        return search_results(self.detail)

    @property
    def code(self) -> CodeResult | None:
        """What a call of code_interpreter ran; None for other calls."""
        return code_result(self.detail)


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """The answer to one tool call: always text, tied to the call by its id."""

    tool_call_id: str
    output: str


@dataclass(frozen=True, slots=True)
class ToolApproval:
    """The answer to a call that the service makes itself once it may: yes or no, tied to it by its id."""

    tool_call_id: str
    approve: bool


Answers = Sequence[ToolOutput] | Sequence[ToolApproval]
"""What a run waits for: outputs of the client's tools, or approval of calls of MCP servers."""
