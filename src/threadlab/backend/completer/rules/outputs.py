"""Outputs: an answer composed of what the tools gave back, in the order of the calls."""

from __future__ import annotations

import json
from typing import Any

from threadlab.backend.completer.port import Called
from threadlab.backend.completer.rules.calling import error, parsed
from threadlab.backend.completer.rules.words import human, spaced

LONGEST_SUBJECT = 40


def told(called: Called) -> str:
    """One output in a sentence: what was asked, and what came back. An error is reported as one."""
    if (failure := error(called.output)) is not None:
        said = failure.rstrip(".")
        return f"{called.name} reported an error: {said}. I do not call it again with the same arguments."
    arguments, data = parsed(called.arguments), parsed(called.output)
    asked = list(arguments.values()) if isinstance(arguments, dict) else []
    if isinstance(data, dict) and len(data) > 1:
        data = {key: value for key, value in data.items() if value not in asked}
    if isinstance(data, str) and data.endswith((".", "!", "?")):
        return data  # a sentence speaks for itself
    subject = ", ".join(_said(value) for value in asked)
    if not subject or len(subject) > LONGEST_SUBJECT:
        subject = called.name
    said = _said(data).rstrip() or "nothing came back"
    return f"{subject}:{'' if said.startswith(chr(10)) else ' '}{said}" + (
        "" if said.endswith((".", "!", "?", "\n")) else "."
    )


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
