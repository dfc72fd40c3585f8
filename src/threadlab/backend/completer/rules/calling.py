"""Calling: from a request to the tool calls that are still to be made, and what is missing for the others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from threadlab.backend.completer.port import Call, Called, Request
from threadlab.backend.completer.rules.arguments import Filled
from threadlab.backend.completer.rules.choosing import Tool, Wanted, function_tools, score, wanted
from threadlab.backend.completer.rules.completing import completed
from threadlab.backend.completer.rules.outputs import error, made, parsed
from threadlab.backend.completer.rules.schema import Shape
from threadlab.backend.completer.rules.words import human

ASKS = "To use {tool} I need: "
_NO_ANSWER = re.compile(r"\?|^\W*(?:no|never mind|nothing|forget|cancel|stop|thanks)\b", re.I)
_GOES_ON = re.compile(r"^\W*(?:and|what about|how about|now|the same)\b", re.I)


@dataclass(frozen=True, slots=True)
class Plan:
    """Calls to make now, each tool's missing arguments in words, and why all this."""

    calls: tuple[Call, ...] = ()
    missing: tuple[str, ...] = ()
    because: str = ""


def plan(request: Request, message: str) -> Plan:
    """What to call for the message. An error among the outputs ends calling: it is answered instead."""
    tools, answered = function_tools(request), made(request)
    if request.tool_choice == "none" or any(error(called.output) for called in answered):
        return Plan()
    if demanded := _demanded(request, tools, message):
        return demanded
    reasons, missing, calls = [], [], []
    for want, filled in _filled(tools, message, request):
        is_called = want.tool.name in {called.name for called in answered}
        filled, notes = completed(want.tool, filled, request, message)
        reasons.append("; ".join([want.because, *notes]))
        if not filled.missing:
            calls += [call(want.tool, arguments) for arguments in (filled.arguments, *filled.further)]
        elif not is_called:
            wishes = human([_wish(name, want.tool.shape) for name in filled.missing])
            missing.append(ASKS.format(tool=want.tool.name) + wishes + ".")
    done = {_same(called) for called in answered}
    due = [new for new in dict.fromkeys(calls) if _same(new) not in done]
    return Plan(tuple(due if request.parallel_tool_calls else due[:1]), tuple(missing), "; ".join(reasons))


def call(tool: Tool, arguments: Mapping[str, Any]) -> Call:
    """A call of the tool."""
    return Call(tool.name, json.dumps(arguments, ensure_ascii=False))


def _filled(tools: list[Tool], message: str, request: Request) -> Iterator[tuple[Wanted, Filled]]:
    """Each wanted tool with its arguments, from its part of the message or else from all of it."""
    wants = _answered(tools, request) or wanted(tools, message) or _followed(tools, request, message)
    while wants:
        want, *wants = wants
        filled = want.tool.filled(want.text)
        if (filled.missing or not filled.arguments) and wants and wants[0].tool is want.tool:
            wants[0] = Wanted(want.tool, f"{want.text} and {wants[0].text}", want.points, want.because)
            continue
        if filled.missing:
            whole = want.tool.filled(message, exact=True)
            filled = filled if whole.missing else whole
        yield want, filled


def _answered(tools: list[Tool], request: Request) -> list[Wanted]:
    """The tool that the assistant asked an argument for, if the newest message is the answer to that."""
    texts = [message.text for message in request.messages[-3:]]
    asked = re.match(ASKS.format(tool=r"(\S+)"), texts[1]) if len(texts) == 3 else None
    tool = next((tool for tool in tools if asked and tool.name == asked[1]), None)
    if tool is None or _NO_ANSWER.search(texts[2]):
        return []
    if any(score(other, texts[2]).points for other in tools if other is not tool):
        return []
    because = f"the message answers the question for what {tool.name} needs"
    return [Wanted(tool, f"{texts[0]} {texts[2]}", 0, because)]


def _followed(tools: list[Tool], request: Request, message: str) -> list[Wanted]:
    """The tool of the user's message before, if this one goes on from it: "And in Rome?"."""
    before = [said.text for said in request.messages if said.role == "user"][-2:-1]
    tool = next((want.tool for text in before for want in reversed(wanted(tools, text))), None)
    if tool is None or not _GOES_ON.match(message):
        return []
    filled = tool.filled(message, exact=True)
    because = f"the message goes on from the one before, which asked for {tool.name}"
    return [Wanted(tool, message, 0, because)] if filled.arguments and not filled.missing else []


def _demanded(request: Request, tools: list[Tool], message: str) -> Plan | None:
    """The call that `tool_choice` demands, before any other: even with stand-in arguments."""
    choice = request.tool_choice
    function = choice.get("function") if isinstance(choice, Mapping) else None
    named = function.get("name") if isinstance(function, Mapping) else None
    if request.rounds or (named is None and (choice != "required" or wanted(tools, message))):
        return None
    rated = [score(tool, message) for tool in tools if named in (None, tool.name)]
    if not rated:
        return None
    tool = max(rated, key=lambda w: w.points).tool
    filled = tool.filled(message)
    made_up = {name: tool.shape.properties.get(name, Shape()).sample(message) for name in filled.missing}
    because = f"tool_choice demands a call of {tool.name}"
    if made_up:
        because += f"; the message gives no {human(list(made_up))}, so a stand-in value was put there"
    return Plan((call(tool, filled.arguments | made_up),), (), because)


def _wish(name: str, shape: Shape) -> str:
    """A missing parameter in words, with its choices if it has any: "priority (low or high)"."""
    listed = human([str(choice) for choice in shape.properties.get(name, Shape()).choices], "or")
    return f"{name} ({listed})" if listed else name


def _same(call: Call | Called) -> tuple[str, str]:
    return call.name, json.dumps(parsed(call.arguments), sort_keys=True)
