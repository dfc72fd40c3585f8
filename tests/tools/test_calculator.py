"""The calculator: Python's arithmetic, and nothing else of Python."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadlab.errors import ToolError
from threadlab.tools.calculator import calculate


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("25 * 47", 1175),
        (" (1 + 2) * -3 ", -9),
        ("10 / 4", 2.5),
        ("7 // 2 + 7 % 4", 6),
        ("2 ** -1", 0.5),
        ("sqrt(16) + abs(-2)", 6.0),
        ("round(2.567, 1)", 2.6),
        ("round(2.5)", 2),
        ("round(2.5, 0)", 2.0),
        ("max(1, 5, 3) - min(4, 2)", 3),
        ("floor(pi) + ceil(e)", 6),
        ("factorial(20)", math.factorial(20)),
        ("gcd(12, 18)", 6),
        ("pow(2, 10)", 1024),
        ("123456789 * 987654321 * 10 ** 30", 123456789 * 987654321 * 10**30),
        ("2 ** 3000 % 1000", 2**3000 % 1000),
        ("1 ** 999999999", 1),
        ("1e3 + .5", 1000.5),
    ],
)
def test_arithmetic_is_pythons(expression: str, result: float) -> None:
    """Whole numbers stay whole, and exact."""
    value = calculate(expression)
    assert (value, type(value)) == (result, type(result))


_numbers = st.integers(-(10**12), 10**12) | st.floats(-1e9, 1e9).map(lambda x: round(x, 3))


def _combined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%"])
    return st.builds("({} {} {})".format, parts, operators, parts) | st.builds("-{}".format, parts)


@given(st.recursive(_numbers.map(repr), _combined, max_leaves=12))
def test_safe_expressions_give_what_python_gives(expression: str) -> None:
    """Against Python itself, over random trees of arithmetic; where Python fails, a clear error."""
    try:
        expected = eval(expression)
    except ZeroDivisionError:
        with pytest.raises(ToolError, match="divides by zero"):
            calculate(expression)
        return
    assert calculate(expression) == expected


HOSTILE = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "(1).__class__",
    "open('/etc/passwd').read()",
    "eval('1')",
    "exec('x = 1')",
    "sqrt.__globals__",
    "sqrt.__self__",
    "abs",
    "-abs",
    "[x for x in (1, 2)]",
    "(lambda: 1)()",
    "x",
    "x := 1",
    "x = 1",
    "import os",
    "1; 2",
    "1\n2",
    "'a' * 10 ** 9",
    "'%s' % 1",
    "f'{1}'",
    "b'a'",
    "[1] * 10 ** 9",
    "(1, 2)",
    "{1: 2}",
    "1 if 2 else 3",
    "1 < 2",
    "True",
    "None",
    "...",
    "1j",
    "(-8) ** 0.5",
    "9 ** 9 ** 9",
    "9 ** 999999999",
    "10.0 ** 999",
    "1e999",
    "-1e999",
    "exp(1000)",
    "factorial(100000)",
    "factorial(2.5)",
    "factorial(-1)",
    "round(5, -10 ** 9)",
    "round(5, 10 ** 9)",
    "round(5, ndigits=2)",
    "max(*(1, 2))",
    "max()",
    "min(3)",
    "2 ^ 3",
    "1 << 100000",
    "~1",
    "not 1",
    "1 and 2",
    "log(0)",
    "sqrt(-1)",
    "1 / 0",
    "10 ** 400 / 3.0",
    "pi(2)",
    "unknown(2)",
    "1 +",
    "",
    "   ",
    "\0",
    "\ud800",
    "1" * 501,
    "(" * 240 + "1" + ")" * 240,
    "-" * 400 + "1",
    "*".join(["9 ** 900"] * 40),
    "await 1",
    "yield",
    "print(1)",
    "breakpoint()",
]


@pytest.mark.parametrize("expression", HOSTILE, ids=lambda text: ascii(text)[:40])
def test_what_is_not_harmless_arithmetic_is_refused_as_data(expression: str) -> None:
    """A short message with what to do instead; nothing is run, nothing grows."""
    outcome = calculate.answer(json.dumps({"expression": expression}))
    assert not outcome.ok
    error = json.loads(outcome.output)["error"]
    assert error["type"] in ("ToolError", "ArgumentsRejected")
    assert error["message"]
    assert error["hint"]
    assert len(outcome.output) < 1500


@given(st.text(alphabet="0123456789.+-*/%()e, ^_abcsqrtround[]{}'\"=:", max_size=60) | st.text(max_size=60))
def test_no_text_makes_it_do_anything_but_answer_or_refuse(expression: str) -> None:
    """A finite number or a ToolError, whatever is written."""
    try:
        value = calculate(expression)
    except ToolError:
        return
    assert type(value) in (int, float)
    assert math.isfinite(value) if isinstance(value, float) else value.bit_length() < 4000


def test_the_caret_is_explained() -> None:
    """The usual slip gets its own words."""
    with pytest.raises(ToolError, match=r"\^ is not a power; write \*\*"):
        calculate("2 ^ 8")
