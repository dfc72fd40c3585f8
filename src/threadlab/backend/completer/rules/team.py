"""Team: a leader's instructions list the members of a team, and a tool gives tasks to them.

The request is cut into its parts. Each part goes to the member whose name and description share most words
with it, one task at a time, in the order of the request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from threadlab.backend.completer.port import Called, Request
from threadlab.backend.completer.rules.choosing import (
    NEEDED,
    NO_TOOLS,
    Tool,
    function_tools,
    heard_in,
    parts,
    score,
    trimmed,
)
from threadlab.backend.completer.rules.outputs import made, parsed
from threadlab.backend.completer.rules.words import VOCABULARY, human, spaced

_AN_ANSWER = 3
"""Words that an output has at least, if it is a member's answer and no mere confirmation."""
_LISTED = re.compile(
    r"(?:^|(?<=\s))[-*•]\s+[\"'“]?(?P<name>[A-Z]\w*)[\"'”]?:\s+(?P<does>.+?)(?=\s+[-*•]\s+\S+:\s|\n|$)"
)
_OWN_NAME = re.compile(r"\b(?:agent|assistant|leader) (?:named|called) [\"'“]?(\w+)", re.I)
_TEAM_NAME = re.compile(r"\bname of (?:your|the) team is [\"'“]?([\w -]*\w)", re.I)
_REQUEST = re.compile(r"\b(?:request|task|goal|question) is:\s*(.+)", re.I | re.S)


@dataclass(frozen=True, slots=True)
class Task:
    """A part of the request, the member that it goes to, and the words that they share."""

    member: str
    text: str
    shared: tuple[str, ...]

    @property
    def because(self) -> str:
        """Why this member."""
        words = human([f"“{word}”" for word in self.shared])
        return (
            f"its description shares {words} with it"
            if words
            else "no member's description shares a word with it"
        )


@dataclass(frozen=True)
class Team:
    """The team as a leader's request shows it."""

    request: Request

    @cached_property
    def members(self) -> dict[str, str]:
        """What the instructions tell of each member, by its name."""
        return {found["name"]: found["does"] for found in _LISTED.finditer(self.request.instructions)}

    @cached_property
    def tool(self) -> Tool | None:
        """The function tool that gives a task to a member: it takes at least a recipient and a task."""
        fitting = (
            t for t in function_tools(self.request) if {"recipient", "task"} <= set(_roles(t).values())
        )
        return next(fitting, None) if self.members else None

    @cached_property
    def roles(self) -> dict[str, str]:
        """What each parameter of the tool is in a task."""
        return _roles(self.tool) if self.tool else {}

    @cached_property
    def given(self) -> list[Called]:
        """The tasks that this run gave."""
        return [called for called in made(self.request) if self.tool and called.name == self.tool.name]

    @property
    def accepted(self) -> Task | None:
        """The task that this run gave last, if its output only confirms it: the member answers elsewhere."""
        if not self.given or len(self.given[-1].output.split()) >= _AN_ANSWER:
            return None
        arguments = parsed(self.given[-1].arguments)
        named = arguments if isinstance(arguments, dict) else {}
        given = {self.roles.get(name): str(value) for name, value in named.items()}
        return Task(given.get("recipient", ""), given.get("task", ""), ())

    def is_asked(self, message: str) -> bool:
        """Whether the message asks to give tasks away, and may."""
        may = self.request.tool_choice != "none" and not NO_TOOLS.search(message)
        return bool(self.tool and may and score(self.tool, message).points >= NEEDED)

    def next_task(self) -> Task | None:
        """The first task that was not given yet: no later message and no call holds its text."""
        said = [message.text for message in self.request.messages if message.role == "user"]
        begun = max((i for i, text in enumerate(said) if _REQUEST.search(text)), default=len(said) - 1)
        told = _REQUEST.search(said[begun])
        later = [*said[begun + 1 :], *(str(parsed(called.arguments)) for called in self.given)]
        tasks = self._tasks(told[1] if told else said[begun])
        return next((task for task in tasks if not any(task.text in text for text in later)), None)

    def arguments(self, task: Task) -> dict[str, str]:
        """The task as arguments of the tool."""
        own, team = _OWN_NAME.search(self.request.instructions), _TEAM_NAME.search(self.request.instructions)
        given = {
            "recipient": task.member, "task": task.text,
            "sender": own[1] if own else "leader", "team": team[1] if team else "team",
        }  # fmt: skip
        return {name: given[role] for name, role in self.roles.items()}

    def _tasks(self, request: str) -> Iterator[Task]:
        """The request's parts, those in a row for one member together; a part that fits nobody joins in."""
        starts: list[tuple[int, str, tuple[str, ...]]] = []
        for start, part in parts(request):
            member, shared = max(
                ((name, self._shared(name, part)) for name in self.members), key=lambda p: len(p[1])
            )
            if shared and (not starts or member != starts[-1][1]):
                starts.append((start, member, shared))
        starts = starts or [(0, next(iter(self.members)), ())]
        ends = [*(start for start, _, _ in starts[1:]), len(request)]
        for (start, member, shared), end in zip(starts, ends, strict=True):
            yield Task(member, trimmed(request[start:end].strip()), shared)

    def _shared(self, name: str, part: str) -> tuple[str, ...]:
        """The telling words of a part that the member's name or description has as well."""
        known, heard = heard_in(f"{spaced(name)} {self.members[name]}"), heard_in(part)
        return tuple(heard[s] for s in heard if s in known)


def _roles(tool: Tool) -> dict[str, str]:
    """What each parameter of the tool is in a task, by the words of its name."""
    gives = {role: set(spoken.split()) for role, spoken in VOCABULARY["gives"].items()}
    named = {name: set(spaced(name).split()) for name in tool.shape.properties}
    return {name: role for name, own in named.items() for role in reversed(gives) if own & gives[role]}
