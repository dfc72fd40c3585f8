"""Calling: from a request to the tool calls that are still to be made, and what is missing for the others."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from threadlab.backend.completer.port import Call, Called, Request
from threadlab.backend.completer.rules.arguments import Filled, fill
from threadlab.backend.completer.rules.choosing import Tool, Wanted, function_tools, score, wanted
from threadlab.backend.completer.rules.schema import fits, properties, resolve, sample, wish
from threadlab.backend.completer.rules.words import human, spaced

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
    tools = function_tools(request)
    if request.tool_choice == "none" or any(error(called.output) for called in made(request)):
        return Plan()
    if demanded := _demanded(request, tools, message):
        return demanded
    reasons, missing, calls = [], [], []
    for want, filled in _filled(tools, message, request):
        reasons.append(want.because)
        if filled.missing and want.tool.name in {called.name for called in made(request)}:
            continue
        if filled.missing:
            wishes = human([wish(name, want.tool.parameters) for name in filled.missing])
            missing.append(ASKS.format(tool=want.tool.name) + wishes + ".")
        else:
            calls += [_call(want.tool, arguments) for arguments in (filled.arguments, *filled.further)]
    done = {_same(called) for called in made(request)}
    due = [call for call in dict.fromkeys(calls) if _same(call) not in done]
    return Plan(tuple(due if request.parallel_tool_calls else due[:1]), tuple(missing), "; ".join(reasons))


def made(request: Request) -> list[Called]:
    """The calls of this run that were answered, in order."""
    return [called for group in request.rounds for called in group]


def parsed(output: str) -> Any:
    """A tool output as data: JSON, or what Python prints for a dict or list; else its text."""
    for read in (json.loads, ast.literal_eval):
        try:
            data = read(output)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        if read is json.loads or isinstance(data, dict | list):
            return data
    return output


def error(output: str) -> str | None:
    """What an `{"error": ...}` output says; None for any other output."""
    data = parsed(output)
    if not isinstance(data, dict) or not data.get("error"):
        return None
    said = data["error"]
    return str(said.get("message", said) if isinstance(said, dict) else said)


def _filled(tools: list[Tool], message: str, request: Request) -> Iterator[tuple[Wanted, Filled]]:
    """Each wanted tool with its arguments: from its part, else the whole message, else earlier outputs."""
    wants = _answered(tools, request) or wanted(tools, message) or _followed(tools, request, message)
    index = 0
    while index < len(wants):
        want = wants[index]
        filled = fill(want.tool.parameters, want.tool.source(want.text))
        if filled.missing and index + 1 < len(wants) and wants[index + 1].tool is want.tool:
            index += 1
            wants[index] = Wanted(
                want.tool, f"{want.text} and {wants[index].text}", want.points, want.because
            )
            continue
        if filled.missing:
            whole = fill(want.tool.parameters, want.tool.source(message, exact=True))
            filled = filled if whole.missing else whole
        yield want, _chained(want.tool, filled, request)
        index += 1


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
    filled = fill(tool.parameters, tool.source(message, exact=True))
    because = f"the message goes on from the one before, which asked for {tool.name}"
    return [Wanted(tool, message, 0, because)] if filled.arguments and not filled.missing else []


def _chained(tool: Tool, filled: Filled, request: Request) -> Filled:
    """Missing arguments taken from the outputs of this run, once: a tool so called is not called again."""
    calls = made(request)
    if not filled.missing or any(called.name == tool.name for called in calls):
        return filled
    known = {spaced(key): value for called in calls for key, value in _fields(parsed(called.output))}
    inner = properties(resolve(tool.parameters, tool.parameters))
    found = {
        name: value
        for name in filled.missing
        for value in (str(known.get(spaced(name))), known.get(spaced(name)))
        if spaced(name) in known and fits(value, inner.get(name, {}), tool.parameters)
    }
    return Filled(filled.arguments | found, tuple(name for name in filled.missing if name not in found))


def _fields(data: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from [(str(key), value)] if not isinstance(value, dict | list) else _fields(value)
    elif isinstance(data, list) and data:
        yield from _fields(data[0])


def _demanded(request: Request, tools: list[Tool], message: str) -> Plan | None:
    """The call that `tool_choice` demands, before any other: even with stand-in arguments."""
    choice = request.tool_choice
    function = choice.get("function") if isinstance(choice, Mapping) else None
    named = function.get("name") if isinstance(function, Mapping) else None
    if request.rounds or not tools or (named is None and (choice != "required" or wanted(tools, message))):
        return None
    rated = [score(tool, message) for tool in tools if named in (None, tool.name)]
    if not rated:
        return None
    tool = max(rated, key=lambda w: w.points).tool
    filled = fill(tool.parameters, tool.source(message))
    shape = resolve(tool.parameters, tool.parameters)
    made_up = {name: sample(properties(shape).get(name), tool.parameters, message) for name in filled.missing}
    because = f"tool_choice demands a call of {tool.name}"
    if made_up:
        because += f"; the message gives no {human(list(made_up))}, so a stand-in value was put there"
    return Plan((_call(tool, filled.arguments | made_up),), (), because)


def _call(tool: Tool, arguments: Mapping[str, Any]) -> Call:
    return Call(tool.name, json.dumps(arguments, ensure_ascii=False))


def _same(call: Call | Called) -> tuple[str, str]:
    return call.name, json.dumps(parsed(call.arguments), sort_keys=True)
