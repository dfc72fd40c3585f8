"""What a run works with: its own settings where it has them, else its agent's, copied when it starts."""

from __future__ import annotations

from typing import Any

from threadlab.backend.records import AgentRecord, Json, RunConfig

OWN = (
    "max_prompt_tokens",
    "max_completion_tokens",
    "truncation_strategy",
    "tool_choice",
    "parallel_tool_calls",
)
"""Settings that only a run can have."""
EITHER = ("model", "tools", "tool_resources", "temperature", "top_p", "response_format")
"""Settings of the agent that a run may replace."""


def configure(agent: AgentRecord, sent: Json | None = None) -> RunConfig:
    """The settings of a run of that agent; `sent` are those that its request brought along.

    `instructions` replace the agent's, `additional_instructions` follow them.
    """
    sent = sent or {}
    chosen: dict[str, Any] = {name: sent.get(name, getattr(agent, name)) for name in EITHER}
    chosen |= {name: sent[name] for name in OWN if name in sent}
    spoken = [sent.get("instructions", agent.instructions), sent.get("additional_instructions")]
    return RunConfig(instructions="\n\n".join(text for text in spoken if text), **chosen)
