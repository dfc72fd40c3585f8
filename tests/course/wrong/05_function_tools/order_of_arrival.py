"""Pairs calls and results in the order in which the results come in.

Caught by: Each call has exactly one output, its own, in the order of the calls
"""

from __future__ import annotations

import ast
import json
import operator
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, NamedTuple

from threadlab.objects.tool_call import ToolOutput

SIGNS: Any = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


class Tool(NamedTuple):
    """A tool."""

    function: Any
    needs: Mapping[str, type]


def failure(reason: object) -> str:
    """An error as text."""
    return json.dumps({"error": str(reason)})


def read_arguments(text: str, needs: Mapping[str, type]) -> Any:
    """Checked arguments."""
    given = json.loads(text)
    if not isinstance(given, dict):
        raise ValueError("not an object")
    for name in set(needs) ^ set(given):
        raise ValueError(f"{name} is missing or unknown")
    for name, kind in needs.items():
        if type(given[name]) is not kind:
            raise ValueError(f"{name} must be of the type {kind.__name__}")
    return given


def call_tool(call: Any, tools: Mapping[str, Tool]) -> str:
    """One output, never an exception."""
    try:
        tool = tools[call.name]
        result = tool.function(**read_arguments(call.arguments, tool.needs))
        return result if isinstance(result, str) else json.dumps(result)
    except Exception as problem:
        return failure(problem)


def execute(
    calls: Sequence[Any], tools: Mapping[str, Tool], limit: float = 2.0, secrets: Sequence[str] = ()
) -> list[ToolOutput]:
    """The first result goes to the first call."""
    pool = ThreadPoolExecutor(max_workers=max(1, len(calls)))
    running = [pool.submit(call_tool, call, tools) for call in calls]
    done = as_completed(running, timeout=limit)
    outputs = [ToolOutput(call.id, promise.result()) for call, promise in zip(calls, done, strict=True)]
    pool.shutdown(wait=False, cancel_futures=True)
    return outputs


def answer(run: Any, tools: Mapping[str, Tool]) -> Any:
    """All outputs at once."""
    return run.submit(execute(run.required_calls, tools))


def calculate(expression: str) -> float:
    """Arithmetic and nothing else."""

    def value(node: Any) -> Any:
        match node:
            case ast.Constant(value=number) if type(number) in (int, float):
                return number
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -value(inner)
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in SIGNS:
                return SIGNS[type(sign)](value(left), value(right))
        raise ValueError("no arithmetic")

    try:
        result: float = value(ast.parse(expression.strip(), mode="eval").body)
        return result
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError("no expression") from None
