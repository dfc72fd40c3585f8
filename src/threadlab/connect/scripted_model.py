"""Scripted model: a function in the model's place, so that a lab without any model does what you want to see.

def model(asked):
    if "orchestrator" in asked.instructions:
        return calling("answer_directly", agent="writer", reasoning="It is a small question.")
    return "The tide is high at noon."

lab = connect(seed=7, completer=scripted_model(model))
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from threadlab.backend.completer.function import Answer, FromFunction
from threadlab.backend.completer.port import Call, Completer, ModelError, Request

__all__ = ["Answer", "Asked", "Completer", "calling", "failing", "scripted_model"]


Asked = Request
"""What a model is given for one consultation: its name, instructions, messages (role, text), tools, options,
and `call`, which counts the consultations of a run from 1."""


def scripted_model(function: Callable[[Asked], Answer]) -> Completer:
    """A completer that answers as the function does: a text, `calling(...)`, a list of those, or an error."""
    return FromFunction(function)


def calling(tool: str, /, **arguments: Any) -> Call:
    """An answer that asks for a tool."""
    return Call(tool, json.dumps(arguments, ensure_ascii=False))


def failing(message: str) -> ModelError:
    """An answer that is none: the run fails with that message."""
    return ModelError(message)
