"""Calculator: arithmetic that a model wrote, worked out without Python's `eval`.

simpleeval does the working out, with our operators and functions alone. What may stand in an expression is
a short list, checked over the whole tree before anything is worked out; whatever could grow without bound
(powers, factorials, digits) has a limit. Integers stay exact.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from simpleeval import InvalidExpression, SimpleEval

from threadlab.errors import ToolError
from threadlab.tools.tool import tool

LONGEST_EXPRESSION = 500
DEEPEST_NESTING = 50
MOST_DIGITS = 1000
LARGEST_FACTORIAL = 400

Number = int | float

_ALLOWED = frozenset({ast.Constant, ast.Name, ast.UnaryOp, ast.BinOp, ast.Call})
_HINT = "write numbers, + - * / // % **, parentheses, and functions such as sqrt(2) or round(2.5, 1)"
_MOST_BITS = int(MOST_DIGITS * math.log2(10))


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int):
        fewest_bits = (base.bit_length() - 1) * exponent
        if fewest_bits > _MOST_BITS:
            raise _too_large()
    return _number(base**exponent)


def _factorial(number: Number) -> int:
    if not isinstance(number, int) or not 0 <= number <= LARGEST_FACTORIAL:
        raise ToolError(
            f"factorial takes whole numbers from 0 to {LARGEST_FACTORIAL}", hint="use a smaller number"
        )
    return math.factorial(number)


def _round(number: Number, digits: int | None = None) -> Number:
    if digits is not None and abs(digits) > MOST_DIGITS:
        raise _too_large()
    return round(number, digits)


_OPERATORS: Mapping[type[ast.AST], Callable[..., Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_FUNCTIONS: Mapping[str, Callable[..., Number]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "round": _round,
    "pow": _power,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
    "log2": math.log2,
    "floor": math.floor,
    "ceil": math.ceil,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "gcd": math.gcd,
    "factorial": _factorial,
}
_NAMES: Mapping[str, float] = {"pi": math.pi, "e": math.e}


@tool
def calculate(expression: str) -> Number:
    """Work out an arithmetic expression and return the number.

    Args:
        expression: numbers with + - * / // % ** and parentheses, such as "25 * 47" or "sqrt(2) / 3".
            Functions: abs, min, max, round, sqrt, pow, exp, log, log10, log2, floor, ceil, sin, cos, tan,
            gcd, factorial. Names: pi, e.
    """
    tree = _parsed(expression)
    _check(tree)
    evaluator = SimpleEval(operators=dict(_OPERATORS), functions=dict(_FUNCTIONS), names=dict(_NAMES))
    evaluator.nodes = {
        kind: _bounded(worked_out) for kind, worked_out in evaluator.nodes.items() if kind in _ALLOWED
    }
    try:
        return _number(evaluator.eval(expression, previously_parsed=tree))
    except ZeroDivisionError:
        raise ToolError("the expression divides by zero", hint="change the divisor") from None
    except OverflowError:
        raise _too_large() from None
    except (ArithmeticError, ValueError, TypeError, InvalidExpression) as error:
        raise ToolError(f"the expression has no result: {error}", hint=_HINT) from None


def _bounded(worked_out: Callable[[Any], Any]) -> Callable[[Any], Number]:
    """The same step, its result checked: nothing too large goes into the next."""
    return lambda node: _number(worked_out(node))


def _number(value: Any) -> Number:
    """The value, if it is a real number of a reasonable size."""
    match value:
        case complex():
            raise ToolError("it is not a real number", hint="negative numbers have no real square root")
        case int() if value.bit_length() <= _MOST_BITS:
            return value
        case float() if math.isfinite(value):
            return value
        case int() | float():
            raise _too_large()
    raise ToolError(f"{value!r:.40} is a function, not a number", hint="call it: sqrt(2)")


def _parsed(expression: str) -> ast.expr:
    if len(expression) > LONGEST_EXPRESSION:
        raise ToolError(
            f"the expression has {len(expression)} characters, more than {LONGEST_EXPRESSION}",
            hint="work it out in several calls",
        )
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise ToolError(f"this is not an arithmetic expression: {reason}", hint=_HINT) from None


def _check(tree: ast.expr) -> None:
    for node, depth in _walk(tree):
        if depth > DEEPEST_NESTING:
            raise ToolError(
                f"the expression is nested more than {DEEPEST_NESTING} deep",
                hint="work it out in several calls",
            )
        if (wrong := _problem(node)) is not None:
            raise ToolError(f"this is not arithmetic: {wrong}", hint=_HINT)


def _walk(tree: ast.expr) -> Iterator[tuple[ast.AST, int]]:
    """Every node with its depth, without recursion."""
    left: list[tuple[ast.AST, int]] = [(tree, 1)]
    while left:
        node, depth = left.pop()
        yield node, depth
        left.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def _problem(node: ast.AST) -> str | None:
    """What is wrong with this node by itself, in words."""
    match node:
        case ast.Constant(value=value) if type(value) not in (int, float):
            return f"{value!r:.40} is not a number"
        case ast.Name(id=name) if name not in _NAMES and name not in _FUNCTIONS:
            return f"the name {name!r} is not known"
        case ast.Call(func=function, keywords=keywords) if not isinstance(function, ast.Name) or keywords:
            return "a call must be a function's name with plain arguments"
        case ast.BitXor():
            return "^ is not a power; write **"
        case ast.expr_context() | ast.Constant() | ast.Name() | ast.UnaryOp() | ast.BinOp() | ast.Call():
            return None
        case ast.operator() | ast.unaryop() if type(node) in _OPERATORS:
            return None
    return f"{type(node).__name__} is not allowed"


def _too_large() -> ToolError:
    return ToolError(
        f"a number in it is too large: more than {MOST_DIGITS} digits, or beyond what a float can hold",
        hint="use smaller numbers",
    )
