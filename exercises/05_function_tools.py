"""Exercise 5: execute the tool calls of a model, safely.

Everything in a call was written by a model: the name, the arguments, and through them what your code is made
to do. Write `read_arguments`, `call_tool` and `execute`, so that each call ends in exactly one output,
whatever happens; then `answer`, which sends them back; and last `calculate`, a calculator that runs nothing.

Try it out:      python exercises/05_function_tools.py
Check it:        threadlab check 05
"""

from __future__ import annotations

import ast
import json
import operator
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from threadlab import Run, connect, wait
from threadlab.objects.tool_call import ToolCall, ToolOutput

OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class Tool(NamedTuple):
    """A function, and the arguments that it must be given: each by its name, with its type."""

    function: Callable[..., object]
    needs: Mapping[str, type]


def failure(reason: object) -> str:
    """A failure as an output: text that tells the model what went wrong, so that it can do better."""
    return json.dumps({"error": str(reason)})


def read_arguments(text: str, needs: Mapping[str, type]) -> dict[str, object]:
    """The arguments of a call, by name. Exactly the names in `needs` are there, each with its type.

    Raises ValueError for anything else, with a text that names what is wrong.
    """
    # TODO 1. it is text that a model wrote: it need not be JSON, and JSON need not be an object
    # TODO 2. nothing may be missing, and nothing may be too much
    # TODO 3. each value has exactly its type (to Python, True is an int too: not to a tool)
    raise NotImplementedError("read_arguments() is still to be written")


def call_tool(call: ToolCall, tools: Mapping[str, Tool]) -> str:
    """The output of one call, as text: what the tool gave back, or a `failure`. Never raises."""
    # TODO 1. models invent names
    # TODO 2. the arguments first, and only then the function; text stays as it is, anything else becomes JSON
    # TODO 3. whatever was raised on the way is an output too
    raise NotImplementedError("call_tool() is still to be written")


def execute(
    calls: Sequence[ToolCall], tools: Mapping[str, Tool], limit: float = 2.0, secrets: Sequence[str] = ()
) -> list[ToolOutput]:
    """One output for each call, in the order of the calls.

    The calls run side by side. A call that is not back after `limit` seconds gets a `failure`, and the others
    do not suffer. No output contains any of `secrets`.
    """
    # TODO 1. start all calls before you wait for any
    # TODO 2. one moment at which all must be back
    # TODO 3. each call has its own output, in time or not
    # TODO 4. what must not be told is cut out
    # TODO 5. do not wait for what is late: a thread cannot be stopped, only left behind
    raise NotImplementedError("execute() is still to be written")


def answer(run: Run, tools: Mapping[str, Tool]) -> Run:
    """Answer all calls that a run in `requires_action` waits for, in one request; the run afterwards."""
    # TODO 1. run.required_calls says what is asked for, run.submit takes the outputs
    raise NotImplementedError("answer() is still to be written")


def calculate(expression: str) -> float:
    """The value of an expression of numbers, + - * / and parentheses.

    Raises ValueError for anything else, none of which is run, and ZeroDivisionError as Python does.
    """

    # TODO 1. what you know has a value: a number, a sign, two parts and one of OPERATORS; the rest is refused
    # TODO 2. Python reads the text as one expression, without running it; not every text is one
    raise NotImplementedError("calculate() is still to be written")


def main() -> None:
    """An agent that asks for a sum, and waits until it is answered."""
    arguments = {
        "type": "object",
        "properties": {"expression": {"type": "string"}},
        "required": ["expression"],
    }
    described = {"name": "calculate", "description": "Work out a sum.", "parameters": arguments}
    with connect(seed=5) as lab:
        agent = lab.create_agent(name="reckoner", tools=[{"type": "function", "function": described}])
        thread = lab.threads.create(messages=[{"role": "user", "content": "What is 12 * (3 + 4)?"}])
        run = lab.runs.create(thread.id, agent.id)
        while run.status != "requires_action":
            lab.time.sleep(0.5)
            run = run.read()
        for call in run.required_calls:
            print("asked for:", call.name, call.arguments)
        run = wait(answer(run, {"calculate": Tool(calculate, {"expression": str})}))
        print("answer:   ", run.messages()[-1].text)
        lab.delete_agent(agent.id)


if __name__ == "__main__":
    try:
        main()
    except NotImplementedError as todo:
        sys.exit(f"Not yet: {todo}. Open this file, and follow its TODO lines.")

# starter bc6a273e9170
