"""Choosing: which function tools a message asks for, by counting the words they share.

A word of a tool's name gives 3 points, any other word of its description or parameters 1 (so do words that
many tools have in their names, such as "get"). With 3 points a tool is asked for. Each part of a message
chooses for itself, so one message can ask for several tools; a part that chooses none belongs to the one
before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from threadlab.backend.completer.port import Request
from threadlab.backend.completer.rules import values
from threadlab.backend.completer.rules.arguments import fill
from threadlab.backend.completer.rules.schema import choices, properties, resolve
from threadlab.backend.completer.rules.source import Source
from threadlab.backend.completer.rules.words import GENERIC, human, meanings, spaced, stem, words

NAME_POINTS = 3
NEEDED = 3
_JOINT = re.compile(r"(?<=[.!?;])\s+|,\s+(?:and\s+|then\s+)?|\s+and\s+(?:then\s+|also\s+)?|\s+then\s+", re.I)
_TELLS = re.compile(
    r"^(?:(?:well|so|ok|okay|oh|yes|no|hi|hello|hey|and|but)\W+)*"
    r"(?:i|we|my|our|it|he|she|they|that|this|these|those|there|last|yesterday|thanks|thank|you|the|nice|great"
    r"|remember)\b(?!.*(?:\?|\bplease\b))(?!['’]d like| would like| need| want)",
    re.I | re.S,
)
_TALK = "joke poem story haiku song essay define meaning mean difference explain why"
_TALKS = frozenset(map(stem, _TALK.split()))
_CHATS = re.compile(
    r"^(?:what(?:['’]s| is| are) an? \w+(?: \w+)?\s*\?*$|do you (?:like|love|think|prefer)\b)", re.I
)
NO_TOOLS = re.compile(r"\b(?:don['’]t|do not|without|no need to|never)\s+(?:\w+\s+){0,3}tools?\b", re.I)
_HINTS = {
    "email": values.find(r"@\w"), "currency": values.KINDS["currency"][1], "unit": values.KINDS["unit"][1],
    "url": values.KINDS["address"][1], "calculate": values.expressions, "date": values.KINDS["date"][1],
}  # fmt: skip
_SIGNS = {"*": "multiply", "/": "divide", "+": "add sum", "-": "subtract"}


@dataclass(frozen=True)
class Tool:
    """A function tool as the request defines it."""

    name: str
    description: str
    parameters: Any

    @cached_property
    def naming(self) -> Mapping[str, str]:
        """The telling words of its name; all of them, if none tells."""
        every = words(self.name)
        return {s: w for s, w in every.items() if w.lower() not in GENERIC} or every

    @cached_property
    def takes_a_list(self) -> bool:
        """Whether one of its parameters is an array."""
        inner = properties(resolve(self.parameters, self.parameters)).values()
        return any(resolve(shape, self.parameters).get("type") == "array" for shape in inner)

    @cached_property
    def about(self) -> Mapping[str, str]:
        """The words of its whole definition."""
        shape = resolve(self.parameters, self.parameters)
        texts = [spaced(self.name), self.description, *map(spaced, properties(shape))]
        for inner in properties(shape).values():
            texts += [str(choice) for choice in choices(resolve(inner, self.parameters))]
        return words(" ".join(texts))

    def source(self, text: str, exact: bool = False) -> Source:
        """The text as a source of arguments for this tool."""
        return Source(text, frozenset(self.naming), frozenset(self.about), exact)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tool that a part of the message asks for, with the points it got and why."""

    tool: Tool
    text: str
    points: int
    because: str


def function_tools(request: Request) -> list[Tool]:
    """The request's function tools; other kinds of tools are not called from here."""
    definitions = [tool.get("function") for tool in request.tools if tool.get("type") == "function"]
    return [
        Tool(str(d.get("name") or ""), str(d.get("description") or ""), d.get("parameters"))
        for d in definitions
        if isinstance(d, Mapping)
    ]


def score(tool: Tool, text: str) -> Wanted:
    """How well the text asks for the tool."""
    heard = _heard(text)
    named = {stem_: heard[stem_] for stem_ in tool.naming if stem_ in heard}
    other = {stem_: heard[stem_] for stem_ in tool.about if stem_ in heard and stem_ not in named}
    points = NAME_POINTS * len(named) + len(other)
    if any(s in heard and s not in tool.about for s in _TALKS) or _CHATS.match(text.strip()):
        points = 0
    because = f"{tool.name} gets {points} points of the {NEEDED} needed"
    shared = [f"“{word}”" for word in dict.fromkeys([*named.values(), *other.values()])]
    return Wanted(tool, text, points, f"{because}, for {human(shared)}" if shared else because)


def wanted(tools: list[Tool], message: str) -> list[Wanted]:
    """The tools that the message asks for, part by part, each with the text that belongs to it."""
    if NO_TOOLS.search(message):
        return []
    chosen: list[Wanted] = []
    starts: list[int] = []
    for start, part in _parts(message):
        best = _best([score(tool, part) for tool in tools])
        goes_on = best and chosen and best.tool is chosen[-1].tool and best.tool.takes_a_list
        if best and best.points >= NEEDED and not goes_on:
            chosen.append(best)
            starts.append(start)
    ends = [*starts[1:], len(message)]
    return [
        Wanted(
            w.tool, re.sub(r"[\s,]*(?:\b(?:and|then|also)\s*)*$", "", message[start:end]), w.points, w.because
        )
        for w, start, end in zip(chosen, starts, ends, strict=False)
    ]


def _best(rated: list[Wanted]) -> Wanted | None:
    """The one with most points; of equal ones the first whose arguments are all there."""
    most = max((w.points for w in rated), default=0)
    equal = [w for w in rated if w.points == most]
    if len(equal) > 1 and most >= NEEDED:
        equal.sort(key=lambda w: len(fill(w.tool.parameters, w.tool.source(w.text)).missing))
    return next(iter(equal), None)


def _parts(message: str) -> list[tuple[int, str]]:
    """The message's parts that ask for something, with their places. Quotations and statements hold none."""
    masked = re.sub(r"\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']+'(?!\w)", lambda m: "_" * len(m[0]), message)
    parts, start = [], 0
    for joint in [*_JOINT.finditer(masked), None]:
        end = joint.start() if joint else len(masked)
        sentence = re.split(r"[.!?]\s", masked[:start])[-1] + re.split(r"(?<=[.!?])\s", masked[start:])[0]
        if masked[start:end].strip() and not _TELLS.match(sentence.strip()):
            parts.append((start, masked[start:end]))
        start = joint.end() if joint else end
    return parts


@lru_cache(maxsize=64)
def _heard(text: str) -> Mapping[str, str]:
    """The words of a text with what else they mean, and what its values hint at: stem → as written."""
    signed = values.in_signs(text)
    heard = meanings(words(signed))
    for meaning, finder in _HINTS.items():
        for found in finder(signed)[:1]:
            heard.setdefault(stem(meaning), signed[found.start : found.end])
            if meaning == "calculate":
                acts = (act for sign, act in _SIGNS.items() if sign in found.text)
                heard |= {stem(word): found.text for act in acts for word in act.split()}
    return heard
