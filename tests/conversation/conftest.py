"""A lab whose model says how much of the thread it saw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, ModelError, Request
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local


def _model(request: Request) -> str | list[Call] | ModelError:
    asked = request.messages[-1].text
    if "fail" in asked:
        return ModelError("the model broke")
    if "add" in asked and request.tools and not request.rounds:
        return [Call("add", '{"a": 2, "b": 3}'), Call("add", '{"a": 1}')]
    return f"I saw {len(request.messages)} messages; instructions: {request.instructions or 'none'}"


@pytest.fixture
def lab() -> Iterator[Lab]:
    """It fails when asked to fail, and asks for two sums (one of them wrongly) when asked to add."""
    with connect(target=Local(seed=7, pace=0), completer=FromFunction(_model)) as lab:
        yield lab
