"""Rounds: every call gets exactly one output, whatever happens on the way."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadlab.objects.approval import Approval
from threadlab.objects.event import ApprovalNeeded, Event, ToolFinished, ToolStarted
from threadlab.objects.time import Time
from threadlab.objects.tool_call import ToolApproval, ToolCall, ToolOutput
from threadlab.objects.tool_round import AnswersToolCalls, ToolRound
from threadlab.tools.approval_policy import Approve, by_name
from threadlab.tools.calculator import calculate
from threadlab.tools.clock_tool import clock_tool
from threadlab.tools.executors.inline import Inline
from threadlab.tools.executors.port import Executor
from threadlab.tools.executors.refuse import Refuse
from threadlab.tools.executors.worker_thread import WorkerThread
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox

SeeThrough = Callable[[ToolRound], list[Event]]
EXECUTORS: list[Executor] = [Inline(), WorkerThread()]


@tool
def echo(value: Any = None) -> Any:
    """Give back what came."""
    return value


@tool
def fail(reason: str) -> str:
    """Fail."""
    raise ValueError(reason)


@tool
def delete(path: str) -> str:
    """Delete a file, or say so."""
    return f"{path} is gone"


def _call(name: str, call_id: str = "call_1", **arguments: Any) -> ToolCall:
    return ToolCall(id=call_id, name=name, arguments=json.dumps(arguments))


def _kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def _asked(tool_round: ToolRound) -> Approval:
    (event,) = tool_round.events()
    assert isinstance(event, ApprovalNeeded)
    return event.approval


def _error(output: ToolOutput | ToolApproval) -> dict[str, str]:
    assert isinstance(output, ToolOutput)
    return dict(json.loads(output.output)["error"])


def _only(tool_round: ToolRound) -> ToolOutput:
    assert tool_round.outputs is not None
    (output,) = tool_round.outputs
    assert isinstance(output, ToolOutput)
    return output


@pytest.mark.parametrize("executor", EXECUTORS, ids=lambda executor: type(executor).__name__)
def test_two_calls_of_one_action_get_two_outputs_in_their_order(
    executor: Executor, clock: Time, see_through: SeeThrough
) -> None:
    """The lesson's pair: the time and a calculation."""
    box = Toolbox(clock_tool(clock), calculate, executor=executor)
    calls = [_call("get_current_time", "call_a"), _call("calculate", "call_b", expression="25 * 47")]
    tool_round = box.begin(calls, clock)
    events = see_through(tool_round)
    assert tool_round.outputs == (
        ToolOutput("call_a", "2023-11-14T22:13:20+00:00"),
        ToolOutput("call_b", "1175"),
    )
    assert sorted(_kinds(events)) == ["ToolFinished", "ToolFinished", "ToolStarted", "ToolStarted"]


def test_inline_tells_each_call_from_start_to_end(clock: Time, see_through: SeeThrough) -> None:
    """One after the other, the start before the tool runs."""
    seen: list[str] = []

    @tool
    def note(text: str) -> str:
        seen.append(f"ran {text}")
        return text

    tool_round = Toolbox(note, executor=Inline()).begin(
        [_call("note", "1", text="a"), _call("note", "2", text="b")], clock
    )
    for event in tool_round.events():
        assert isinstance(event, ToolStarted | ToolFinished)
        seen.append(f"{type(event).__name__} {event.call.id}")
    assert seen == [
        "ToolStarted 1",
        "ran a",
        "ToolFinished 1",
        "ToolStarted 2",
        "ran b",
        "ToolFinished 2",
    ]


def test_parallel_calls_run_at_the_same_time(clock: Time, see_through: SeeThrough) -> None:
    """Three tools that wait for one another all finish."""
    meeting = threading.Barrier(3, timeout=10)

    @tool
    def meet() -> str:
        meeting.wait()
        return "met"

    tool_round = Toolbox(meet).begin([_call("meet", str(n)) for n in range(3)], clock)
    events = see_through(tool_round)
    assert _kinds(events) == ["ToolStarted"] * 3 + ["ToolFinished"] * 3


def test_drawing_does_not_wait_for_a_running_tool(clock: Time, see_through: SeeThrough) -> None:
    """Events end while the tool still works, and `changed` completes when it is done."""
    go = threading.Event()

    @tool
    def work() -> str:
        go.wait(10)
        return "done"

    tool_round = Toolbox(work).begin([_call("work")], clock)
    assert _kinds(list(tool_round.events())) == ["ToolStarted"]
    assert tool_round.outputs is None
    changed = tool_round.changed()
    assert not changed.done()
    go.set()
    changed.result(timeout=10)
    assert _kinds(see_through(tool_round)) == ["ToolFinished"]


@pytest.mark.parametrize(("value", "text"), [(42, "42"), ("true", "true"), (None, "null"), (0.5, "0.5")])
def test_a_tool_may_return_a_json_scalar(value: Any, text: str, clock: Time, see_through: SeeThrough) -> None:
    """The SDK's own loop raises TypeError on these outputs and leaves the run waiting."""
    tool_round = Toolbox(echo).begin([_call("echo", value=value)], clock)
    events = see_through(tool_round)
    assert _only(tool_round) == ToolOutput("call_1", text)
    assert isinstance(events[-1], ToolFinished)
    assert events[-1].ok


def test_an_unknown_tool_gets_an_output_that_names_the_known_ones(clock: Time) -> None:
    """No crash, and nothing was started."""
    tool_round = Toolbox(echo, delete).begin([_call("erase")], clock)
    assert _kinds(list(tool_round.events())) == ["ToolFinished"]
    error = _error(_only(tool_round))
    assert error["type"] == "UnknownTool"
    assert "'erase'; the known tools are: echo, delete" in error["message"]


def test_a_call_of_another_kind_gets_an_output_too(clock: Time) -> None:
    """Only functions can be answered here."""
    tool_round = Toolbox(echo).begin([ToolCall(id="1", kind="mcp", name="echo")], clock)
    list(tool_round.events())
    assert "of the kind 'mcp'" in _error(_only(tool_round))["message"]


def test_wrong_arguments_and_errors_are_outputs_among_the_others(
    clock: Time, see_through: SeeThrough
) -> None:
    """Each call has its own fate."""
    calls = [
        _call("delete", "1", file="x"),
        _call("fail", "2", reason="no luck"),
        ToolCall(id="3", name="delete", arguments="nonsense"),
        _call("echo", "4", value=[1]),
    ]
    tool_round = Toolbox(echo, fail, delete).begin(calls, clock)
    finished = [event for event in see_through(tool_round) if isinstance(event, ToolFinished)]
    assert {event.call.id: event.ok for event in finished} == {"1": False, "2": False, "3": False, "4": True}
    assert tool_round.outputs is not None
    assert [output.tool_call_id for output in tool_round.outputs] == ["1", "2", "3", "4"]
    assert _error(tool_round.outputs[0])["type"] == "ArgumentsRejected"
    assert _error(tool_round.outputs[1])["message"] == "no luck"


def test_tool_time_is_measured_by_the_services_clock(clock: Time, see_through: SeeThrough) -> None:
    """Seconds from the start of the tool to its end."""

    @tool
    def work() -> str:
        clock.sleep(2.5)
        return "done"

    began = clock.now()
    started, finished = see_through(Toolbox(work).begin([_call("work")], clock))
    assert isinstance(finished, ToolFinished)
    assert (started.at, finished.at, finished.seconds) == (began, began + 2.5, 2.5)


def test_an_empty_round_is_answered_at_once(clock: Time) -> None:
    """No calls, no outputs, no waiting."""
    tool_round = Toolbox(echo).begin([], clock)
    assert tool_round.outputs == ()
    assert tool_round.changed().done()


def test_a_call_that_comes_twice_is_answered_once(clock: Time, see_through: SeeThrough) -> None:
    """Outputs go by id, and the service takes each id once."""
    tool_round = Toolbox(echo).begin([_call("echo", value=1), _call("echo", value=1)], clock)
    see_through(tool_round)
    assert _only(tool_round).output == "1"


@pytest.mark.parametrize("approve", [True, by_name("delete"), lambda call: "/etc" in call.arguments])
def test_a_call_waits_for_a_yes(approve: Approve, clock: Time, see_through: SeeThrough) -> None:
    """It is not started before, whatever the policy is made of."""
    tool_round = Toolbox(delete, approve=approve).begin([_call("delete", path="/etc/x")], clock)
    approval = _asked(tool_round)
    assert not tool_round.changed().done()
    assert list(tool_round.events()) == []
    approval.approve()
    assert _kinds(see_through(tool_round)) == ["ToolStarted", "ToolFinished"]
    assert _only(tool_round).output == "/etc/x is gone"


def test_a_tools_own_policy_counts_beside_the_toolboxes(clock: Time) -> None:
    """Either can ask."""

    @tool(approve=True)
    def pay(amount: int) -> str:
        return "paid"

    tool_round = Toolbox(pay, approve=False).begin([_call("pay", amount=3)], clock)
    assert _asked(tool_round).call.name == "pay"


def test_others_go_on_while_one_call_waits_for_a_person(clock: Time) -> None:
    """A question holds up its own call only."""
    box = Toolbox(echo, delete, executor=Inline(), approve=by_name("delete"))
    tool_round = box.begin([_call("delete", "1", path="x"), _call("echo", "2", value=1)], clock)
    assert _kinds(list(tool_round.events())) == ["ApprovalNeeded", "ToolStarted", "ToolFinished"]
    assert tool_round.outputs is None


def test_a_denied_call_tells_the_model_that_it_was_and_why(clock: Time) -> None:
    """It never started."""
    tool_round = Toolbox(delete, approve=True).begin([_call("delete", path="x")], clock)
    _asked(tool_round).deny("these are the only photos")
    assert _kinds(list(tool_round.events())) == ["ToolFinished"]
    error = _error(_only(tool_round))
    assert error["type"] == "Denied"
    assert "these are the only photos" in error["message"]


def test_edited_arguments_are_what_runs_and_what_is_shown(clock: Time, see_through: SeeThrough) -> None:
    """The events carry the call as it was run."""
    tool_round = Toolbox(delete, approve=True).begin([_call("delete", path="x")], clock)
    _asked(tool_round).approve('{"path": "y"}')
    started, finished = see_through(tool_round)
    assert isinstance(started, ToolStarted)
    assert isinstance(finished, ToolFinished)
    assert started.call.arguments == finished.call.arguments == '{"path": "y"}'
    assert finished.output.output == "y is gone"


def test_edited_arguments_are_checked_again(clock: Time) -> None:
    """A person's slip is caught as a model's is."""
    tool_round = Toolbox(delete, approve=True).begin([_call("delete", path="x")], clock)
    _asked(tool_round).approve('{"file": "y"}')
    list(tool_round.events())
    assert _error(_only(tool_round))["type"] == "ArgumentsRejected"


def test_nobody_is_asked_about_a_call_that_cannot_run(clock: Time) -> None:
    """Wrong arguments fail before the question."""
    tool_round = Toolbox(delete, approve=True).begin([_call("delete")], clock)
    assert _kinds(list(tool_round.events())) == ["ToolFinished"]


def test_a_policy_that_fails_lets_nothing_run(clock: Time) -> None:
    """When nobody knows whether to ask, the answer is no."""

    def broken(call: ToolCall) -> bool:
        raise KeyError("oops")

    tool_round = Toolbox(delete, approve=broken).begin([_call("delete", path="x")], clock)
    assert _kinds(list(tool_round.events())) == ["ToolFinished"]
    assert "approval policy failed with KeyError" in _error(_only(tool_round))["message"]


def test_an_approval_may_come_from_another_thread(clock: Time) -> None:
    """The waiting follower is woken, and starts the tool itself."""
    ran_in: list[str] = []

    @tool(approve=True)
    def act() -> str:
        ran_in.append(threading.current_thread().name)
        return "done"

    tool_round = Toolbox(act, executor=Inline()).begin([_call("act")], clock)
    approval = _asked(tool_round)
    changed = tool_round.changed()
    with ThreadPoolExecutor(1, thread_name_prefix="button") as button:
        button.submit(approval.approve)
        changed.result(timeout=10)
    assert ran_in == []
    assert _kinds(list(tool_round.events())) == ["ToolStarted", "ToolFinished"]
    assert ran_in == [threading.current_thread().name]


async def test_an_approval_may_come_from_the_event_loop(clock: Time) -> None:
    """And an awaited wait that was given up takes nothing from the next one."""
    tool_round = Toolbox(delete, approve=True).begin([_call("delete", path="x")], clock)
    approval = _asked(tool_round)
    given_up = asyncio.ensure_future(asyncio.wrap_future(tool_round.changed()))
    await asyncio.sleep(0)
    given_up.cancel()
    asyncio.get_running_loop().call_soon(approval.approve)
    while tool_round.outputs is None:
        await asyncio.wait_for(asyncio.wrap_future(tool_round.changed()), timeout=10)
        list(tool_round.events())
    assert _only(tool_round).output == "x is gone"


def test_a_question_cannot_be_withdrawn_by_whoever_stops_waiting(clock: Time) -> None:
    """A cancelled wait leaves the question open for the next to answer."""
    tool_round = Toolbox(delete, approve=True).begin([_call("delete", path="x")], clock)
    asked = _asked(tool_round)
    assert not asked.decision.cancel()
    asked.approve()
    list(tool_round.events())
    assert not asked.decision.cancelled()


def test_an_abandoned_round_starts_nothing_and_says_nothing(clock: Time) -> None:
    """Not even when the yes comes late; and nobody is left waiting."""
    tool_round = Toolbox(delete, echo, approve=by_name("delete")).begin(
        [_call("delete", "1", path="x"), _call("echo", "2")], clock
    )
    question = next(event for event in tool_round.events() if isinstance(event, ApprovalNeeded))
    waiting = tool_round.changed()
    tool_round.abandon()
    question.approval.approve()
    assert waiting.done()
    assert list(tool_round.events()) == []
    assert tool_round.outputs is None


def test_a_follower_that_leaves_after_a_start_can_come_back(clock: Time, see_through: SeeThrough) -> None:
    """A call that was announced is started by the next draw, once."""
    ran: list[int] = []

    @tool
    def act() -> int:
        ran.append(1)
        return len(ran)

    tool_round = Toolbox(act, executor=Inline()).begin([_call("act")], clock)
    events = tool_round.events()
    assert _kinds([next(iter(events))]) == ["ToolStarted"]
    del events
    assert ran == []
    assert _kinds(see_through(tool_round)) == ["ToolFinished"]
    assert ran == [1]


def test_an_interrupted_tool_has_its_output_all_the_same(clock: Time) -> None:
    """The interrupt goes to the follower, the round stays whole."""

    @tool
    def act() -> str:
        raise KeyboardInterrupt

    tool_round = Toolbox(act, executor=Inline()).begin([_call("act")], clock)
    with pytest.raises(KeyboardInterrupt):
        list(tool_round.events())
    list(tool_round.events())
    assert _error(_only(tool_round))["type"] == "KeyboardInterrupt"


def test_a_refusing_toolbox_answers_every_call(clock: Time, see_through: SeeThrough) -> None:
    """For a place where tools must have no effect."""
    tool_round = Toolbox(delete, executor=Refuse()).begin([_call("delete", path="x")], clock)
    see_through(tool_round)
    assert _error(_only(tool_round))["type"] == "Refused"


def test_a_toolbox_answers_tool_calls() -> None:
    """As the line between following and tools asks, by the type checker's word."""
    answers: AnswersToolCalls = Toolbox(echo)
    assert answers


class _NoTime:
    def now(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None: ...

    async def sleep_async(self, seconds: float) -> None: ...


_ANY_CALL = st.tuples(
    st.sampled_from(["echo", "fail", "delete", "nothing", ""]),
    st.sampled_from(["", "{}", "[", '{"path": "x"}', '{"reason": "r"}', '{"value": 1}', "null"]),
    st.sampled_from(["approve", "deny", "edit"]),
)


@given(st.lists(_ANY_CALL, max_size=6), st.sampled_from([Inline(), WorkerThread(), Refuse()]), st.booleans())
def test_every_call_ends_in_exactly_one_output(
    wishes: list[tuple[str, str, str]], executor: Executor, approve: bool
) -> None:
    """Any calls, any executor, any answers of the person."""
    answers = {str(number): answer for number, (_, _, answer) in enumerate(wishes)}
    calls = [ToolCall(id=str(n), name=name, arguments=text) for n, (name, text, _) in enumerate(wishes)]
    tool_round = Toolbox(echo, fail, delete, executor=executor, approve=approve).begin(calls, _NoTime())
    finished: list[str] = []
    while tool_round.outputs is None:
        tool_round.changed().result(timeout=30)
        for event in tool_round.events():
            if isinstance(event, ApprovalNeeded):
                _decide(event.approval, answers[event.approval.call.id])
            elif isinstance(event, ToolFinished):
                finished.append(event.call.id)
    assert [output.tool_call_id for output in tool_round.outputs] == list(answers)
    assert sorted(finished) == sorted(answers)


def _decide(approval: Approval, answer: str) -> None:
    if answer == "deny":
        approval.deny()
    else:
        approval.approve('{"value": 2}' if answer == "edit" else None)
