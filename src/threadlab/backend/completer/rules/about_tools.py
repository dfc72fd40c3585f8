"""The rules about tools: to call them, to answer from their outputs, to ask for what they need."""

from __future__ import annotations

import re

from threadlab.backend.completer.rules import outputs
from threadlab.backend.completer.rules.calling import call
from threadlab.backend.completer.rules.choosing import function_tools
from threadlab.backend.completer.rules.knowledge import HOSTED
from threadlab.backend.completer.rules.reading import Answer, Reading
from threadlab.backend.completer.rules.team import Team
from threadlab.backend.completer.rules.words import human

_LATE_RESULT = re.compile(
    r"\(The user did not write this[^)]*\)\n(?P<about>.*?) \(ticket [^)]*\) (?P<came>[^\n]*?)"
    r"(?:\. Its result)?:\n(?P<result>.*)",
    re.S,
)
_LIST = r"\b(?:what|which|list|show)\b.*\btools\b.*\b(?:you|your|have|available|can|call)\b"


def team_task(reading: Reading) -> Answer | None:
    """The message asks to give tasks to the members that the instructions list."""
    team, made = Team(reading.request), outputs.made(reading.request)
    failed = any(outputs.error(called.output) is not None for called in made)
    if team.tool is None or failed or not team.is_asked(reading.message):
        return None
    if accepted := team.accepted:
        text = f"{accepted.member} has this task now: “{accepted.text}”."
        return Answer(f"{accepted.member} will answer elsewhere", text)
    task = team.next_task()
    if task is None:
        done = [*map(outputs.told, team.given), "Each part of the request was given to a member of the team."]
        return Answer("no part of the request is left", "\n".join([*done, "No task is left."]), whole=True)
    arguments = team.arguments(task)
    if not team.tool.shape.accepts(arguments):
        return None
    return Answer(f"the next task is for {task.member}: {task.because}", calls=(call(team.tool, arguments),))


def late_result(reading: Reading) -> Answer | None:
    """The message is no user's: it tells what came of a tool that had only promised to answer."""
    found = None if reading.request.rounds else _LATE_RESULT.match(reading.message)
    if found is None:
        return None
    text = f"{found['about']} {found['came'].rstrip('.:')}: {found['result'].strip()}"
    return Answer("a tool reports what it had promised", text, found["result"].strip())


def tool_call(reading: Reading) -> Answer | None:
    """Function tools fit the message, and their arguments were found."""
    return Answer(reading.plan.because, calls=reading.plan.calls) if reading.plan.calls else None


def tool_outputs(reading: Reading) -> Answer | None:
    """Tool outputs came back, and no call is left to be made."""
    made = outputs.made(reading.request)
    if not made:
        return None
    because = "1 tool output came back" if len(made) == 1 else f"{len(made)} tool outputs came back"
    if any(outputs.error(called.output) is not None for called in made):
        because += ", an error among them, so no tool is called again"
    parts = [*map(outputs.told, made), *reading.plan.missing]
    return Answer(because, "\n".join(parts), ", ".join(map(outputs.gist, made)), whole=True)


def missing_argument(reading: Reading) -> Answer | None:
    """A function tool fits the message, but an argument it must have was not found."""
    missing = reading.plan.missing
    return Answer(f"{reading.plan.because}; arguments are missing", " ".join(missing)) if missing else None


def list_of_tools(reading: Reading) -> Answer | None:
    """The message asks which tools there are."""
    if not re.search(_LIST, reading.message, re.I):
        return None
    tools = [(tool.name, tool.description.rstrip(".")) for tool in function_tools(reading.request)]
    kinds = [str(tool.get("type")) for tool in reading.request.tools]
    tools += [(kind, HOSTED[kind]) for kind in kinds if kind in HOSTED]
    listed = human([f"{name} ({does or 'no description'})" for name, does in tools])
    text = f"I can call {listed}." if tools else "I was given no function tools."
    return Answer("the message asks for the tools", text)
