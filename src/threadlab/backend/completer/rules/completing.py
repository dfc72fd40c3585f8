"""Completing: what a message does not give, taken from what this run and its thread have found, and named.

A tool is completed once: a tool that was called in this run is not called again with other findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from threadlab.backend.completer.port import Request
from threadlab.backend.completer.rules.arguments import Filled, candidates, labelled
from threadlab.backend.completer.rules.choosing import Tool
from threadlab.backend.completer.rules.outputs import fields, made, parsed, told
from threadlab.backend.completer.rules.schema import Shape
from threadlab.backend.completer.rules.source import Source
from threadlab.backend.completer.rules.values import in_signs
from threadlab.backend.completer.rules.words import FINDINGS, GENERIC, TAKES, human, spaced

NOBODY = "nobody@example.org"
"""Stands in for an address that nobody gave: a domain that is reserved for examples."""
_REFERS = re.compile(rf"\b(?:{'|'.join(FINDINGS)}|it|them|that|this)\b", re.I)
_ARRANGES = re.compile(r"\btask\b|^To use ")


def completed(tool: Tool, filled: Filled, request: Request, message: str) -> tuple[Filled, list[str]]:
    """The arguments with those that could be found elsewhere, and in words where each of these is from."""
    if not filled.missing or any(called.name == tool.name for called in made(request)):
        return filled, []
    found, notes = {}, []
    for name in filled.missing:
        shape = tool.shape.properties.get(name, Shape())
        for value, whence in _offers(name, shape, tool, request, message):
            if shape.accepts(value):
                found[name] = value
                notes.append(f"{name} {whence}")
                break
    missing = tuple(name for name in filled.missing if name not in found)
    return Filled(filled.arguments | found, missing), notes


def _offers(name: str, shape: Shape, tool: Tool, request: Request, message: str) -> Iterator[tuple[Any, str]]:
    outputs = made(request)
    known = {key: value for called in outputs for key, value in fields(parsed(called.output))}
    if spaced(name) in known:
        yield str(known[spaced(name)]), "is in an earlier output"
        yield known[spaced(name)], "is in an earlier output"
    said = [m.text for m in request.messages if m.role == "assistant" and not _ARRANGES.search(m.text)]
    if shape.type in ("integer", "number"):
        for text in map(in_signs, [*(str(parsed(c.output)) for c in reversed(outputs)), *reversed(said)]):
            if value := labelled(name, shape, candidates(name, shape, text) or [], Source(text)):
                yield value.data, "was found before"
    own, letter = set(spaced(name).split()), set(map(spaced, tool.shape.properties))
    findings = [told(called) for called in outputs] or (said if _REFERS.search(message) else [])
    if not findings or letter.isdisjoint(TAKES["body"]):
        return
    if own & TAKES["body"]:
        yield "\n".join(findings), "carries what was found"
    if own & TAKES["title"]:
        yield _topic([called.name for called in outputs]), "names what was found"
    if own & TAKES["address"]:
        yield NOBODY, "stands in for an address that the message does not give"


def _topic(names: list[str]) -> str:
    """What tools of these names found: "Datetime and weather"."""
    telling = [" ".join(word for word in spaced(name).split() if word not in GENERIC) for name in names]
    return human(list(dict.fromkeys(telling))).capitalize() or "Summary"
