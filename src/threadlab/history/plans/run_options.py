"""Run options: what may be said of one run at the service, and what else is taken for one by mistake."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from threadlab.errors import HistoryError

RUN_OPTIONS = (
    "additional_instructions",
    "additional_messages",
    "include",
    "instructions",
    "max_completion_tokens",
    "max_prompt_tokens",
    "model",
    "parallel_tool_calls",
    "response_format",
    "temperature",
    "tool_choice",
    "tool_resources",
    "top_p",
    "truncation_strategy",
)
"""The options of `runs.create` in azure-ai-agents 1.1 that a user run may be given."""

OURS = {
    "tools": "give the functions to the branch: history.branch(name, tools=[...])",
    "metadata": "write it down at the user run: user_run.note(key, value)",
    "thread_id": "the thread follows from the branch",
    "agent_id": "give the agent to the branch: history.branch(name, agents=lab.get_agent(id))",
}
"""Options of the service's that the kit fills in itself, each with what to do."""


def check_options(names: Iterable[str], also: Iterable[str] = ()) -> None:
    """Raise HistoryError for a name that is no run option. `also` are the other names that were possible."""
    for name in names:
        if name in RUN_OPTIONS:
            continue
        if name in OURS:
            raise HistoryError(f"{name!r} is filled in by the kit, and is no option here", hint=OURS[name])
        near = get_close_matches(name, (*also, *RUN_OPTIONS), n=1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise HistoryError(
            f"there is no run option {name!r}", hint=f"{meant}Run options are: {', '.join(RUN_OPTIONS)}"
        )


def check_choice(name: str, value: str, choices: Iterable[str]) -> None:
    """Raise HistoryError for a word that is none of the choices."""
    possible = tuple(choices)
    if value not in possible:
        near = get_close_matches(str(value), possible, n=1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise HistoryError(
            f"there is no {name} {value!r}", hint=f"{meant}It is one of: {', '.join(possible)}"
        )
