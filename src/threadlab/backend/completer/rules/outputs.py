"""Outputs: what the tools of this run gave back, as data and as an answer in the order of the calls."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

from threadlab.backend.completer.port import Called, Request
from threadlab.backend.completer.rules.words import human, spaced

LONGEST_SUBJECT = 40


def made(request: Request) -> list[Called]:
    """The calls of this run that were answered, in order."""
    return [called for group in request.rounds for called in group]


def parsed(output: str) -> Any:
    """A tool output as data: JSON, or what Python prints for a dict or list; else its text."""
    is_printed = output.lstrip()[:1] in ("{", "[")  # most outputs are plain text, and compiling it is slow
    for read in (json.loads, ast.literal_eval) if is_printed else (json.loads,):
        try:
            data = read(output)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        if read is json.loads or isinstance(data, dict | list):
            return data
    return output


def fields(data: Any) -> Iterator[tuple[str, Any]]:
    """The plain values of an output by their names; of a list, those of its first entry."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from [(spaced(str(key)), value)] if not isinstance(value, dict | list) else fields(value)
    elif isinstance(data, list) and data:
        yield from fields(data[0])


def error(output: str) -> str | None:
    """What an `{"error": ...}` output says; None for any other output."""
    data = parsed(output)
    if not isinstance(data, dict) or not data.get("error"):
        return None
    said = data["error"]
    return str(said.get("message", said) if isinstance(said, dict) else said)


def told(called: Called) -> str:
    """One output in a sentence: what was asked, and what came back. An error is reported as one."""
    if (failure := error(called.output)) is not None:
        said = failure.rstrip(".")
        return f"{called.name} reported an error: {said}. I do not call it again with the same arguments."
    arguments, data = parsed(called.arguments), parsed(called.output)
    asked = list(arguments.values()) if isinstance(arguments, dict) else []
    if isinstance(data, dict) and len(data) > 1:
        data = {key: value for key, value in data.items() if value not in asked}
    elif isinstance(data, dict) and str(*data.values()).endswith((".", "!", "?")):
        data = str(*data.values())
    if isinstance(data, str) and data.endswith((".", "!", "?")):
        return data  # a sentence speaks for itself
    subject = ", ".join(_said(value) for value in asked)
    if not subject or len(subject) > LONGEST_SUBJECT:
        subject = called.name
    said = _said(data).rstrip() or "nothing came back"
    joint, end = ("" if said.startswith("\n") else " "), ("" if said.endswith((".", "!", "?")) else ".")
    return f"{subject}:{joint}{said}{end}"


def gist(called: Called) -> str:
    """The output in as few words as it has."""
    return error(called.output) or _said(parsed(called.output))


def _said(data: Any) -> str:
    """Data as prose: `key: value` pairs and lists with commas."""
    if isinstance(data, dict):
        return ", ".join(f"{spaced(str(key))} {_said(value)}" for key, value in data.items()) or "nothing"
    if isinstance(data, list):
        if any(isinstance(item, dict) for item in data):
            return "".join(f"\n- {_said(item)}" for item in data)
        return human([_said(item) for item in data]) or "nothing"
    if isinstance(data, bool) or data is None:
        return {True: "yes", False: "no", None: "nothing"}[data]
    return data if isinstance(data, str) else json.dumps(data)
