"""Commands: an input as the queue that it fills.

A line that begins with "@name " of one of the branch's agents begins a new command, for that agent;
everything up to the next one belongs to it. What stands before the first such line is for the first agent.
So most inputs are one command, and an "@" that names no agent is just text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from threadlab.errors import HistoryError
from threadlab.journal.values import Command

Input = str | Sequence[Command | str]
"""A text, or commands and texts in order."""


def literal(input: Input, default: str) -> str:
    """The input as one text, as a person would have typed it."""
    if isinstance(input, str):
        return input
    return "\n".join(_typed(one, default) for one in input)


def commands_of(input: Input, agents: Collection[str]) -> tuple[Command, ...]:
    """The queue. Pure. Raises HistoryError for an empty input, an unknown agent and what is no text."""
    names = tuple(agents)
    given = (input,) if isinstance(input, str) else input
    for one in given:
        if not isinstance(one, str | Command):
            raise HistoryError(f"{one!r} is no command", hint="give a text, or a list of texts and commands")
    told = (_parsed(one, names) if isinstance(one, str) else (_named(one, names),) for one in given)
    queue = tuple(command for commands in told for command in commands if command.text.strip())
    if not queue:
        raise HistoryError("an empty input starts nothing", hint="give a text, or a list of commands")
    return queue


def _typed(told: Command | str, default: str) -> str:
    if isinstance(told, str) and told.startswith("@"):
        return told
    command = Command(text=told) if isinstance(told, str) else told
    name = command.agent or default
    return f"@{name} {command.text}" if name else command.text


def _named(command: Command, agents: Sequence[str]) -> Command:
    name = command.agent or agents[0]
    if name not in agents:
        raise HistoryError(
            f"no agent of this branch is named {name!r}", hint=f"its agents are: {', '.join(agents)}"
        )
    return Command(text=command.text, agent=name)


def _parsed(text: str, agents: Sequence[str]) -> Iterator[Command]:
    agent, lines = agents[0], list[str]()
    for line in text.splitlines(keepends=True):
        name, space, rest = line.removeprefix("@").partition(" ")
        if line.startswith("@") and space and name in agents:
            yield Command(text="".join(lines).strip(), agent=agent)
            agent, lines = name, [rest]
        else:
            lines.append(line)
    yield Command(text="".join(lines).strip(), agent=agent)
