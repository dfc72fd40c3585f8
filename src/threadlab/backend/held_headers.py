"""Held headers: what a client sends along for an MCP server, such as its key, kept in memory alone.

The service does not keep them either. What is stored and logged has a reference in place of each value, so
that runs copy it from their agents as ever. A reference means nothing once the process has ended.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from threadlab.backend.hosted import Json, Setting, ToolFailed

MOST = 10_000
"""Values that are held; whatever was not used for longest leaves first."""
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"[!-~]([ -~\t]*[!-~])?|")


class HeldHeaders:
    """Values of headers by references, `held:…`, that nobody can guess."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._values: OrderedDict[str, str] = OrderedDict()

    def hold(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The same headers with references in place of their values."""
        references = {name: f"held:{secrets.token_hex(16)}" for name in headers}
        with self._lock:
            self._values |= {references[name]: value for name, value in headers.items()}
            while len(self._values) > MOST:
                self._values.popitem(last=False)
        return references

    def told(self, setting: Setting, approved: Mapping[str, str] | None = None) -> dict[str, str]:
        """The headers for a setting's server: the thread's, the run's over them, an approval's over those.

        Raises ToolFailed where a value is not held any more.
        """
        label, references = setting.definition["server_label"], dict[str, str]()
        for resources in reversed(setting.resources):
            for entry in resources.get("mcp") or []:
                if entry.get("server_label") == label:
                    references |= entry.get("headers") or {}
        references |= approved or {}
        return {name: self._value(label, name, reference) for name, reference in references.items()}

    def _value(self, label: str, name: str, reference: str) -> str:
        with self._lock:
            if reference not in self._values:
                raise ToolFailed(
                    f"the value of the header {name} for the MCP server {label} is not known in this "
                    "process: headers are kept only in the memory of the process that was given them, which "
                    "has ended, or is another one with the same store. Send them again to this one, in "
                    "tool_resources.mcp of the agent or of the next run"
                )
            self._values.move_to_end(reference)
            return self._values[reference]


def problem_with(headers: object) -> str | None:
    """Why these cannot be headers of a request; None if they can. It never repeats a value."""
    if not isinstance(headers, dict):
        return "expected an object with names and values"
    for name, value in headers.items():
        if not NAME.fullmatch(name):
            return "a name has characters that no header's name may have"
        if not isinstance(value, str) or not VALUE.fullmatch(value):
            return f"the value of {name} is not text that a header may have: printable ASCII in one line"
    return None


def without_headers(resources: Json) -> Json:
    """Tool resources as they are shown: no headers of MCP servers."""
    if not resources.get("mcp"):
        return resources
    return {**resources, "mcp": [{**entry, "headers": {}} for entry in resources["mcp"]]}
