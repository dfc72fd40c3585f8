"""Completers by name: what `--completer` and the settings choose from.

The real model's module is imported when it is chosen: its client takes a second or two, and offline nobody
needs it.
"""

from __future__ import annotations

from threadlab.backend.completer.openai_compatible.endpoint import Endpoint
from threadlab.backend.completer.port import Completer
from threadlab.backend.completer.rules.rules import Rules

NAMES = ("rules", "openai")


def completer_named(name: str, endpoint: Endpoint | None = None) -> Completer:
    """`rules`, the stand-in, or `openai`, the model at `endpoint`.

    Raises ValueError, in words that say what to do, for another name and for a missing endpoint.
    """
    if name == "rules":
        return Rules()
    if name != "openai":
        raise ValueError(f"there is no completer {name!r}; there are {', '.join(NAMES)}")
    if endpoint is None:
        raise ValueError("the completer 'openai' needs to know its model: set MODEL_BASE_URL and MODEL_NAME")
    from threadlab.backend.completer.openai_compatible.completer import OpenAICompatible  # noqa: PLC0415

    return OpenAICompatible(endpoint)
