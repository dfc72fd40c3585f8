"""Choosing: which function tools a message asks for, by counting the words they share.

A word of a tool's name gives 3 points, any other word of its description or parameters 1 (so do words that
many tools have in their names, such as "get"). With 3 points a tool is asked for. Each part of a message
chooses for itself, so one message can ask for several tools; a part that chooses none belongs to the one
before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from threadlab.backend.completer.port import Request
from threadlab.backend.completer.rules import values
from threadlab.backend.completer.rules.arguments import Filled, fill
from threadlab.backend.completer.rules.schema import Shape
from threadlab.backend.completer.rules.source import Source
from threadlab.backend.completer.rules.words import (
    GENERIC,
    VOCABULARY,
    human,
    meanings,
    spaced,
    stem,
    stems,
    words,
)

NAME_POINTS = 3
NEEDED = 3
_JOINT = re.compile(
    r"(?<=[.!?;])\s+|,\s+(?:and\s+|then\s+)?"
    r"|\s+and\s+(?:then\s+|also\s+)?(?!(?<=\d and )\d+\b(?!\s*(?:[-+*/^(x×÷]|plus|minus|times|divided)))"
    r"|\s+then\s+"
    r"|\s+with\s+(?=(?:the|all|current)\b)",
    re.I,
)
_TELLS = re.compile(
    r"^(?:(?:well|so|ok|okay|oh|yes|no|hi|hello|hey|and|but)\W+)*"
    r"(?:i|we|my|our|it|he|she|they|that|this|these|those|there|last|yesterday|thanks|thank|you|the|nice|great"
    r"|remember)\b(?!.*(?:\?|\bplease\b))(?!['’]d like| would like| need| want)",
    re.I | re.S,
)
_TALKS = stems(VOCABULARY["talk"])
_CHATS = re.compile(
    r"^(?:what(?:['’]s| is| are) an? \w+(?: \w+)?\s*\?*$|do you (?:like|love|think|prefer)\b)", re.I
)
NO_TOOLS = re.compile(r"\b(?:don['’]t|do not|without|no need to|never)\s+(?:\w+\s+){0,3}tools?\b", re.I)
_HINTS = {
    "email": values.find(r"@\w"), "currency": values.KINDS["currency"], "unit": values.KINDS["unit"],
    "url": values.KINDS["address"], "calculate": values.expressions, "date": values.KINDS["date"],
}  # fmt: skip
_SIGNS = {"*": "multiply", "/": "divide", "+": "add sum", "-": "subtract"}


@dataclass(frozen=True)
class Tool:
    """A function tool as the request defines it; `server` is the label of the MCP server that it is of."""

    name: str
    description: str
    shape: Shape
    server: str = ""

    @cached_property
    def naming(self) -> Mapping[str, str]:
        """The telling words of its name, all of them if none tells; and those of its server's label."""
        own = words(self.name.removeprefix(f"{self.server}_"))
        telling = {s: w for s, w in own.items() if w.lower() not in GENERIC}
        return {**words(self.server), **(telling or own)}

    @cached_property
    def about(self) -> Mapping[str, str]:
        """The words of its whole definition."""
        texts = [spaced(self.name), self.description, *map(spaced, self.shape.properties)]
        texts += [str(choice) for inner in self.shape.properties.values() for choice in inner.choices]
        return words(" ".join(texts))

    @property
    def takes_a_list(self) -> bool:
        """Whether one of its parameters is an array."""
        return any(inner.type == "array" for inner in self.shape.properties.values())

    def filled(self, text: str, *, exact: bool = False) -> Filled:
        """Its arguments, as far as the text gives them; an `exact` text gives no free text."""
        return fill(self.shape, Source(text, frozenset(self.naming), frozenset(self.about), exact))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tool that a part of the message asks for, with the points it got and why."""

    tool: Tool
    text: str
    points: int
    because: str


def function_tools(request: Request) -> list[Tool]:
    """The request's function tools; other kinds of tools are not called from here."""
    definitions = [
        (tool.get("function"), str(tool.get("server_label") or ""))
        for tool in request.tools
        if tool.get("type") == "function"
    ]
    return [
        Tool(str(d.get("name") or ""), str(d.get("description") or ""), Shape.of(d.get("parameters")), server)
        for d, server in definitions
        if isinstance(d, Mapping)
    ]


def score(tool: Tool, text: str) -> Wanted:
    """How well the text asks for the tool."""
    heard = heard_in(text)
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
    chosen: list[tuple[int, Wanted]] = []
    asking = parts(message)
    bests = _each_at_its_server([[score(tool, part) for tool in tools] for _, part in asking])
    for (start, _), best in zip(asking, bests, strict=True):
        goes_on = best and chosen and best.tool is chosen[-1][1].tool and best.tool.takes_a_list
        if best and best.points >= NEEDED and not goes_on:
            chosen.append((start, best))
    ends = [*(start for start, _ in chosen[1:]), len(message)]
    return [
        Wanted(w.tool, trimmed(message[start:end]), w.points, w.because)
        for (start, w), end in zip(chosen, ends, strict=False)
    ]


def parts(message: str) -> list[tuple[int, str]]:
    """The message's parts that ask for something, with their places. Quotations and statements hold none."""
    masked = re.sub(r"\"[^\"]*\"|“[^”]*”|(?<!\w)'.+?'(?!\w)", lambda m: "_" * len(m[0]), message)
    found, start = [], 0
    for joint in [*_JOINT.finditer(masked), None]:
        end = joint.start() if joint else len(masked)
        sentence = re.split(r"[.!?]\s", masked[:start])[-1] + re.split(r"(?<=[.!?])\s", masked[start:])[0]
        if masked[start:end].strip() and not _TELLS.match(sentence.strip()):
            found.append((start, masked[start:end]))
        start = joint.end() if joint else end
    return found


def trimmed(part: str) -> str:
    """A part of a message without the words that joined it to the next."""
    return re.sub(r"[\s,]*(?:\b(?:and|then|also|with|finally)[\s,]*)*$", "", part, flags=re.I)


@lru_cache(maxsize=64)
def heard_in(text: str) -> Mapping[str, str]:
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


def _each_at_its_server(rated: list[list[Wanted]]) -> list[Wanted | None]:
    """The best tool for each part of a message. Of several MCP servers each gets the part that is about it.

    Words that tools of several servers have do not tell them apart. So a part that has no others goes to a
    server that no other part is about; and so does a part that has too few words, if a tool can be called.
    """
    bests = [_best(part) for part in rated]
    about: dict[str, set[str]] = {}
    for want in rated[0] if rated else ():
        about.setdefault(want.tool.server, set()).update(want.tool.about, want.tool.naming)
    shared = {s for server, own in about.items() for s in own for o in about if o != server and s in about[o]}
    if len(about) < 2:
        return bests

    def tells(want: Wanted, known: Iterable[str]) -> bool:
        heard = heard_in(want.text)
        return any(stem_ in heard and stem_ not in shared for stem_ in known)

    claimed = {w.tool.server for w in bests if w and w.points >= NEEDED and tells(w, w.tool.naming)}
    for place, best in enumerate(bests):
        if best is None or not claimed:
            continue
        others = [w for w in rated[place] if w.tool.server not in claimed | {""} and w.points]
        is_weak = best.points < NEEDED
        if is_weak:
            others = [w for w in others if tells(w, w.tool.about) and not w.tool.filled(w.text).missing]
        elif best.tool.server not in claimed or tells(best, best.tool.naming):
            continue
        if others:
            other = max(others, key=lambda w: w.points)
            because = f"{other.because}, and another part of the message is about another server"
            bests[place] = replace(other, points=NEEDED, because=because)
            claimed.add(other.tool.server)
    return bests


def _best(rated: list[Wanted]) -> Wanted | None:
    """The one with most points; of equal ones the first whose arguments are all there."""
    most = max((w.points for w in rated), default=0)
    equal = [w for w in rated if w.points == most and most]
    if len(equal) > 1 and most >= NEEDED:
        equal.sort(key=lambda w: len(w.tool.filled(w.text).missing))
    return next(iter(equal), None)
