"""Unit request: all that decides what a unit of a flow gives, as plain data: the key of its result.

The function's source is part of it: mend a function, rerun, and it is executed again while the nodes before
it are not. What the function itself calls is not seen; then name the node to begin with.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from threadlab.flows.component import CommandNode, Conditional, Recorded


def unit_request(unit: Recorded, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What the unit is given: `inputs` as JSON carries them. Templates stand unfilled."""
    if isinstance(unit, CommandNode):
        told = {"command": list(unit.command), "stdin": unit.stdin, "env": dict(unit.env)}
    else:
        told = {"function": _source(unit.choose if isinstance(unit, Conditional) else unit.function)}
    return {"kind": unit.kind, **told, "inputs": dict(inputs)}


def _source(function: Callable[..., Any]) -> str:
    """The function's text, or what it was compiled to where there is none (a function typed at a prompt)."""
    plain = inspect.unwrap(function)
    try:
        return textwrap.dedent(inspect.getsource(plain))
    except (OSError, TypeError):
        code = getattr(plain, "__code__", None)
        return f"{code.co_code.hex()} {code.co_consts} {code.co_names}" if code else repr(function)
