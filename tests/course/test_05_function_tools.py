"""Exercise 5, judged by what comes back from hostile calls, and by what goes over the wire."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from threading import Barrier, BrokenBarrierError, Event
from types import ModuleType
from typing import Any

import pytest

from threadlab.connect.connect import connect
from threadlab.connect.targets import Local
from threadlab.course.chance import Chance
from threadlab.course.checks import check, observe
from threadlab.errors import Refused
from threadlab.objects.tool_call import ToolCall

NUMBERS = itertools.count(1)
PATIENCE = 2.0  # seconds of real time after which a call that nobody waits for may end by itself
HOSTILE_SUMS = (
    "__import__('sys').modules.setdefault('{mark}', 1)",
    "[module.setdefault('{mark}', 1) for module in [__import__('sys').modules]]",
    "(lambda: __import__('sys').modules.setdefault('{mark}', 1))()",
    "().__class__.__base__.__subclasses__()",
    "open('/dev/null').read()",
    "(1).real",
    "x",
    "2 ** 9999",
    "1 if True else 2",
    "True + 1",
    "'a' * 3",
    "{{1: 2}}[1]",
    "1 < 2",
    "1; 2",
    "x := 1",
    "",
)


def test_calls_run_side_by_side(answer: ModuleType, chance: Chance) -> None:
    """Calls of one round run side by side, not one after another"""
    number = chance.randint(2, 5)
    all_here = Barrier(number)

    def meet() -> str:
        try:
            all_here.wait(PATIENCE / 2)
        except BrokenBarrierError:
            return "nobody came"
        return "met"

    calls = [_call("meet") for _ in range(number)]
    outputs = answer.execute(calls, {"meet": answer.Tool(meet, {})}, limit=PATIENCE)
    check(
        [output.output for output in outputs] == ["met"] * number,
        expected=f"{number} calls at work at the same time",
        seen="a call began only after another had ended, so the slowest tools add up",
        try_next="start all of them first, then wait for each",
    )


def test_each_call_has_one_output_of_its_own(answer: ModuleType, chance: Chance) -> None:
    """Each call has exactly one output, its own, in the order of the calls"""
    words = [f"{chance.name()} {chance.number()}" for _ in range(chance.randint(3, 6))]
    turns = [Event() for _ in words]

    def take_turns(place: int) -> str:
        """The last call is the first to come back."""
        if place + 1 < len(words) and not turns[place + 1].wait(PATIENCE / 2):
            for turn in turns:  # one that waits in vain is enough
                turn.set()
        turns[place].set()
        return words[place]

    calls = [_call("take_turns", place=place) for place in range(len(words))]
    outputs = answer.execute(calls, {"take_turns": answer.Tool(take_turns, {"place": int})}, limit=PATIENCE)
    check(
        [output.tool_call_id for output in outputs] == [call.id for call in calls],
        expected=f"{len(calls)} outputs, in the order of the calls: {[call.id for call in calls]}",
        seen=f"{[output.tool_call_id for output in outputs]}",
        try_next="go through the calls, not through the results as they come in",
    )
    check(
        [output.output for output in outputs] == words,
        expected="with each call's id the result of that call",
        seen="the results of other calls: they came back in another order than they were asked for",
        try_next="which of the things that you started belongs to which call? Keep the two together",
    )


def test_arguments_are_checked_before_the_tool_runs(answer: ModuleType, chance: Chance) -> None:
    """Arguments are checked before the tool runs, and the output names what is wrong"""
    ran: list[object] = []

    def forecast(city: str, days: int) -> str:
        ran.append((city, days))
        return "sun"

    tools = {"forecast": answer.Tool(forecast, {"city": str, "days": int})}
    right = {"city": chance.city(), "days": chance.randint(1, 9)}
    for text, names in _hostile_arguments(right):
        output = answer.call_tool(ToolCall(id="call_1", name="forecast", arguments=text), tools)
        check(
            not ran,
            expected="arguments that do not fit never reach the tool",
            seen=f"the tool ran with {ran}, for the arguments {text}",
            try_next="names and types: compare what was given with what the tool needs, before you call it",
        )
        reason = _reason(output, f"the arguments {text}")
        check(
            all(name in reason for name in names),
            expected=f"an error that names {' and '.join(names) or 'the problem'}, for the model to read",
            seen=f"{reason!r}, for the arguments {text}",
            try_next="say which argument is wrong, and why",
        )
    output = answer.call_tool(ToolCall(id="call_1", name="forecast", arguments=json.dumps(right)), tools)
    check(
        (output, ran) == ("sun", [tuple(right.values())]),
        expected="arguments that fit reach the tool, and its text is the output",
        seen=f"{output!r}, for the arguments {json.dumps(right)}",
        try_next="what do you refuse that you should not?",
    )


def test_a_tool_that_raises_is_an_output(answer: ModuleType, chance: Chance) -> None:
    """A tool that raises, or that nobody has, is an output like any other"""
    number = chance.number()

    def broken() -> str:
        raise RuntimeError(f"no connection to counter {number}")

    tools = {"broken": answer.Tool(broken, {}), "odd": answer.Tool(lambda: {1, 2}, {})}
    for name, words in (("broken", str(number)), ("odd", ""), ("invented", "invented")):
        calls = [_call(name), _call("broken")]
        try:
            outputs = answer.execute(calls, tools, limit=PATIENCE)
        except Exception as problem:
            outputs = f"{type(problem).__name__}: {problem}"
        check(
            len(outputs) == len(calls) and not isinstance(outputs, str),
            expected="one output for each call, though the tool fails",
            seen=f"{outputs}, for a call of {name!r}",
            try_next="the run waits for an output: an error that escapes leaves it waiting until it expires",
        )
        reason = _reason(outputs[0].output, f"a call of {name!r}")
        check(
            words in reason,
            expected="an error that says what went wrong",
            seen=f"{reason!r}, for a call of {name!r}",
            try_next="the model reads your error text: put the reason into it",
        )


def test_a_call_that_hangs_is_given_up(answer: ModuleType, chance: Chance) -> None:
    """A call that hangs is given up after the limit, and the others have their outputs"""
    release, going_on = Event(), Event()
    going_on.set()

    def hang() -> str:
        release.wait(PATIENCE)
        going_on.clear()
        return "at last"

    calls = [_call("hang"), _call("quick"), _call("hang")]
    chance.shuffle(calls)
    tools = {"hang": answer.Tool(hang, {}), "quick": answer.Tool(lambda: "done", {})}
    try:
        outputs = answer.execute(calls, tools, limit=0.3)
    finally:
        waited = not going_on.is_set()
        release.set()
    check(
        not waited and "at last" not in [output.output for output in outputs],
        expected="an end of the waiting after 0.3 s, while the slow calls are still at work",
        seen="it waited for the slow calls to end",
        try_next="where do you wait without a limit? Leaving a `with` block may be waiting too",
    )
    for call, output in zip(calls, outputs, strict=True):
        if call.name == "hang":
            _reason(output.output, "a call that hangs")
            continue
        check(
            output.output == "done",
            expected="the output of the call that was in time",
            seen=f"{output.output!r}",
            try_next="one call that is late must not take the others with it",
        )


def test_no_output_tells_a_secret(answer: ModuleType, chance: Chance) -> None:
    """No output tells a secret, neither as a result nor as an error"""
    secret = f"key-{chance.number()}-{chance.name()}"

    def refused() -> str:
        raise PermissionError(f"{secret} is not valid")

    tools = {"tell": answer.Tool(lambda: f"signed in with {secret}", {}), "refused": answer.Tool(refused, {})}
    outputs = answer.execute([_call("tell"), _call("refused")], tools, secrets=[secret])
    told = [output.output for output in outputs]
    check(
        not any(secret in text for text in told),
        expected="outputs without the secret: what goes to a model may turn up anywhere",
        seen=f"the secret in {'an error' if secret in told[-1] else 'a result'}",
        try_next="clean the text last of all, just before it becomes an output",
    )
    check(
        "signed in with" in told[0],
        expected="the rest of the text is kept",
        seen=f"{told[0]!r}",
        try_next="cut out the secret and nothing else",
    )


def test_all_outputs_go_back_in_one_request(answer: ModuleType, chance: Chance) -> None:
    """All outputs of a round go back in one request"""
    sums = [f"{chance.number()} + {chance.number()}" for _ in range(3)]
    tools = {"calculate": answer.Tool(lambda expression: f"= {expression}", {"expression": str})}
    question = f"What is {sums[0]}? And what is {sums[1]}? And what is {sums[2]}?"
    with connect(target=Local(seed=chance.randrange(1_000_000), pace=0)) as lab:
        agent = lab.create_agent(tools=[_definition("calculate", "expression")])
        thread = lab.threads.create(messages=[{"role": "user", "content": question}])
        run = lab.runs.create(thread.id, agent.id)
        while run.status in ("queued", "in_progress"):
            lab.time.sleep(0.5)
            run = run.read()
        asked = [call.id for call in run.required_calls]
        assert len(asked) == len(sums), "the stand-in asks for all sums at once"
        try:
            seen = observe(lab, partial(answer.answer, run, tools))
        except Refused as problem:
            check(
                False,
                expected=f"one request with an output for each of the {len(asked)} calls",
                seen=f"the service refused what came: {problem.message}",
                try_next="a round is answered whole: how many outputs does one submission hold?",
            )
        sent = seen.one("submit tool outputs", try_next="a round is answered once, and whole")
        ids = [output["tool_call_id"] for output in _outputs(sent.asked("tool_outputs"))]
        check(
            sorted(ids) == sorted(asked),
            expected=f"one output for each of {sorted(asked)}",
            seen=f"outputs for {sorted(ids)}",
            try_next="each output carries the id of the call that it answers",
        )
        check(
            getattr(seen.result, "id", None) == run.id and seen.result.status != "requires_action",
            expected="the run as it is after the submission",
            seen=f"{seen.result!r}",
            try_next="submitting gives you the run: hand it back",
        )


def test_the_calculator_is_right(answer: ModuleType, chance: Chance) -> None:
    """The calculator is right about 200 random sums"""
    for _ in range(200):
        text, value = _random_sum(chance, depth=3)
        found = answer.calculate(text)
        check(
            found == pytest.approx(value),
            expected=f"{text} is {value:g}",
            seen=f"{found!r}",
            try_next="work out the parts first, then put them together",
        )


def test_the_calculator_runs_nothing(answer: ModuleType, chance: Chance) -> None:
    """The calculator refuses what is no arithmetic, and runs none of it"""
    mark = f"ran_{chance.number()}"
    for hostile in HOSTILE_SUMS:
        text = hostile.format(mark=mark)
        try:
            found = repr(answer.calculate(text))
        except ValueError:
            found = ""
        except Exception as problem:
            found = f"{type(problem).__name__}: {problem}"
        ran = sys.modules.pop(mark, None) is not None
        check(
            not found and not ran,
            expected="a ValueError, and no part of the text was run",
            seen=f"{'it was run' if ran else found}, for {text!r}",
            try_next="do not sort out what is dangerous: allow the few things that are arithmetic",
        )


def _call(name: str, **arguments: object) -> ToolCall:
    return ToolCall(id=f"call_{next(NUMBERS)}", name=name, arguments=json.dumps(arguments))


def _hostile_arguments(right: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Arguments that do not fit, and the names that the error must tell."""
    yield "", ()
    yield "{'city': 1}", ()
    yield json.dumps([*right.values()]), ()
    yield json.dumps(right)[:-1], ()
    yield json.dumps({"city": right["city"]}), ("days",)
    yield json.dumps({**right, "shell": "rm -rf /"}), ("shell",)
    yield json.dumps({**right, "days": str(right["days"])}), ("days",)
    yield json.dumps({**right, "days": True}), ("days",)
    yield json.dumps({**right, "city": [right["city"]]}), ("city",)


def _reason(output: object, of: str) -> str:
    """The text of a failure. Raises CheckFailed when the output is none."""
    try:
        told = json.loads(output) if isinstance(output, str) else None
    except ValueError:
        told = None
    reason = told.get("error") if isinstance(told, dict) else None
    check(
        isinstance(reason, str) and reason != "",
        expected="an output that tells the failure, as `failure` words it",
        seen=f"{output!r}, for {of}",
        try_next="a failure is an output too: it goes back to the model as text",
    )
    return str(reason)


def _random_sum(chance: Chance, depth: int) -> tuple[str, float]:
    """An expression, and its value, worked out while it is written."""
    if depth == 0 or chance.random() < 0.2:
        number: float = chance.randint(0, 99) if chance.random() < 0.5 else chance.randint(1, 99) / 4
        return f"{number}", number
    left, right = _random_sum(chance, depth - 1), _random_sum(chance, depth - 1)
    signs: dict[str, Callable[[float, float], float]] = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
    }
    if right[1]:
        signs["/"] = lambda a, b: a / b
    sign = chance.choice(sorted(signs))
    text, value = f"({left[0]} {sign} {right[0]})", signs[sign](left[1], right[1])
    return (f"-{text}", -value) if chance.random() < 0.2 else (text, value)


def _definition(name: str, argument: str) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {argument: {"type": "string"}}, "required": [argument]}
    return {
        "type": "function",
        "function": {"name": name, "description": "Work out a sum.", "parameters": parameters},
    }


def _outputs(sent: object) -> list[dict[str, str]]:
    return list(sent) if isinstance(sent, list) else []
