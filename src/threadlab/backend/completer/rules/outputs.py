"""Outputs: what the tools of this run gave back, as data and as an answer in the order of the calls."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

from threadlab.backend.completer.port import Called, Request
from threadlab.backend.completer.rules.words import human, spaced

LONGEST_SUBJECT = 40
LONGEST_VALUE = 160
MOST_LINES = 10
MOST_IN_A_ROW = 8
DEEPEST = 2


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
    subject = ", ".join(_row(value) for value in asked)
    if not subject or len(subject) > LONGEST_SUBJECT:
        subject = called.name
    said = _said(data).rstrip() or "nothing came back"
    joint, end = ("" if said.startswith("\n") else " "), ("" if said.endswith((".", "!", "?")) else ".")
    return f"{subject}:{joint}{said}{end}"


def gist(called: Called) -> str:
    """The output in as few words as it has."""
    return error(called.output) or _row(parsed(called.output))


def _said(data: Any) -> str:
    """Data as prose: in one row, or where it has parts of its own with a line for each of them."""
    while isinstance(data, dict) and len(data) == 1 and _has_parts(data):
        data = next(iter(data.values()))  # a wrapper, which tells nothing
    if not _has_parts(data):
        return _row(data)
    if isinstance(data, dict):
        plain = {key: value for key, value in data.items() if not isinstance(value, dict | list)}
        lines = [_row(plain)] if plain else []
        lines += [f"{spaced(str(key))}: {_row(data[key], 1)}" for key in data if key not in plain]
    else:
        lines = [_row(item, 1) for item in data]
    return "".join(f"\n- {line}" for line in _few(lines, MOST_LINES, "and "))


def _has_parts(data: Any) -> bool:
    """Whether data is more than plain values in a row."""
    if isinstance(data, dict):
        return any(isinstance(value, dict) or _has_parts(value) for value in data.values())
    return isinstance(data, list) and any(isinstance(item, dict | list) for item in data)


def _row(data: Any, depth: int = 0) -> str:
    """Data in one row: `key value` pairs and lists with commas. Below the first level it is cut short."""
    most = MOST_IN_A_ROW if depth else None
    if isinstance(data, dict):
        pairs = [pair for key, value in data.items() if (pair := _pair(spaced(str(key)), value, depth + 1))]
        return ", ".join(_few(pairs, most, "and ")) or "nothing"
    if isinstance(data, list):
        if not _has_parts(data):
            return human(_few([_row(item, depth) for item in data], most)) or "nothing"
        first = _row(data[0], depth + 1)
        return first if len(data) == 1 else f"{len(data)} entries, of which the first has {first}"
    if isinstance(data, bool) or data is None:
        return {True: "yes", False: "no", None: "nothing"}[data]
    text = data if isinstance(data, str) else json.dumps(data)
    return text if not depth or len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _pair(name: str, value: Any, depth: int) -> str:
    """A name with its value; what has parts is put in brackets, and far inside it is only counted."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
        value = next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value
    if isinstance(value, list) and _has_parts(value):
        return f"{name} ({len(value)} entries)"
    if isinstance(value, dict) and value:
        return f"{name} ({_row(value, depth) if depth <= DEEPEST else f'{len(value)} values'})"
    if isinstance(value, dict | list) and not value:
        return f"no {name}"
    return f"{name} {_row(value, depth)}" if value != "" else ""


def _few(said: list[str], most: int | None, joint: str = "") -> list[str]:
    """The first few, and how many more there are."""
    left = len(said) - most if most is not None else 0
    return said if left <= 1 else [*said[:most], f"{joint}{left} more"]
