"""Explaining a run: every second and every token has one owner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.errors import RunError
from threadlab.following.explain import Explanation, explain, explained
from threadlab.following.run_view import CallView
from threadlab.following.wait import wait
from threadlab.objects.run import STATUSES, Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.usage import Usage
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox
from threadlab.workbench.port import Transition, Truth

START = 1_700_000_000
ENDS = ("completed", "failed", "cancelled", "expired")
RUN = Run(
    id="run_1",
    thread_id="t",
    agent_id="a",
    status="completed",
    model="m",
    created_at=START,
    completed_at=START + 10,
    usage=Usage(30, 5),
)


def step(began: int | None, ended: int | None, **fields: Any) -> RunStep:
    """A step between two seconds after the start."""
    known: dict[str, Any] = {"type": "message_creation", "status": "completed", **fields}
    if ended is not None:
        known[f"{known['status']}_at"] = START + ended
    return RunStep(
        id=f"step_{began}_{ended}",
        run_id=RUN.id,
        thread_id="t",
        created_at=None if began is None else START + began,
        **known,
    )


def rows(explanation: Explanation) -> list[tuple[str, float]]:
    """The parts as names and seconds."""
    return [(part.name, part.seconds) for part in explanation.parts]


@given(
    st.lists(st.tuples(st.integers(-3, 30), st.integers(-3, 30), st.sampled_from(ENDS)), max_size=6),
    st.integers(0, 20),
)
def test_the_parts_always_add_up_to_the_run(times: list[tuple[int, int, str]], length: int) -> None:
    """Whatever a service says: steps that overlap, end before they begin, or reach beyond the run."""
    steps = [step(began, ended, status=status, usage=Usage(2, 1)) for began, ended, status in times]
    told = explained(replace(RUN, completed_at=START + length), steps)
    assert sum(part.seconds for part in told.parts) == told.seconds == length
    assert sum(part.usage.total_tokens for part in told.parts if part.usage) == 3 * len(steps)
    for earlier, later in zip(told.parts, told.parts[1:], strict=False):
        assert earlier.ended == later.began
    assert sum(stretch.seconds for part in told.parts for stretch in part.stretches) == length
    assert length == 0 or sum(part.share for part in told.parts) == pytest.approx(1)


def test_waits_are_parts_of_their_own() -> None:
    """Before, between and after the steps."""
    told = explained(RUN, [step(1, 4), step(6, 9)])
    assert rows(told) == [
        ("wait", 1),
        ("message_creation", 3),
        ("wait", 2),
        ("message_creation", 3),
        ("wait", 1),
    ]


@pytest.mark.parametrize("status", ENDS)
def test_a_step_counts_however_it_ended(status: str) -> None:
    """Its time and its tokens were spent."""
    told = explained(RUN, [step(0, 7, status=status, usage=Usage(9, 1)), step(7, 10)])
    assert rows(told)[0] == ("message_creation", 7)
    assert told.parts[0].usage == Usage(9, 1)


def test_what_is_not_over_lasts_until_now() -> None:
    """The run, and the step that it is in."""
    running = replace(RUN, status="in_progress", completed_at=None, usage=None)
    told = explained(running, [step(2, None, status="in_progress", usage=Usage(4, 0))], now=START + 5)
    assert rows(told) == [("wait", 2), ("message_creation", 3)]
    assert told.usage == Usage(4, 0)


def test_calls_made_at_once_share_their_time_and_the_slowest_is_on_the_critical_path() -> None:
    """Two calls, one step."""
    calls = (ToolCall(id="c1", name="quick"), ToolCall(id="c2", name="slow"))
    asked = step(0, 8, type="tool_calls", tool_calls=calls)
    truth = Truth(
        run_id=RUN.id,
        transitions=(
            Transition(START, "in_progress"),
            Transition(START + 3, "requires_action"),
            Transition(START + 8, "queued"),
            Transition(START + 10, "completed"),
        ),
        model_calls=(),
        log=(),
    )
    seen = [CallView(call=calls[0], seconds=1.0), CallView(call=calls[1], seconds=4.5)]
    told = explained(RUN, [asked], truth=truth, calls=seen)
    assert told.seconds == 10
    assert told.critical_path == (("the model", 3), ("your tools: slow", 5), ("the queue", 2))
    assert told.by_cause == {"your tools": 5, "the model": 3, "the queue": 2}


def test_without_a_price_there_is_no_cost_and_none_is_invented() -> None:
    """Prices are by model, for a million tokens in and out."""
    steps = [step(0, 10, usage=Usage(30, 5))]
    assert explained(RUN, steps).cost is None
    assert explained(RUN, steps, prices={"another": (1.0, 1.0)}).cost is None
    told = explained(RUN, steps, prices={"m": (2.0, 8.0)})
    assert told.cost == told.parts[0].cost == pytest.approx((30 * 2 + 5 * 8) / 1_000_000)


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab with its rule-based stand-in."""
    with connect(target=Local(seed=5, pace=0)) as lab:
        yield lab


def test_a_real_tool_run_is_explained_to_the_millisecond(lab: Lab) -> None:
    """Queue, model and tools, each with its own seconds, by the backend's own log."""

    @tool
    def opening_hours(place: str) -> str:
        """The opening hours of a place in town.

        Args:
            place: what kind of place, such as museum or library.
        """
        lab.time.sleep(4)
        return "10:00 to 18:00"

    box = Toolbox(opening_hours)
    agent = lab.create_agent(tools=box.definitions)
    asked = {"role": "user", "content": "What are the opening hours of the museum?"}
    run = wait(lab.runs.create(lab.threads.create(messages=[asked]).id, agent.id), tools=box)
    rough, exact = explain(run), explain(run, truth=lab.workbench.truth(run))
    assert [part.name for part in exact.parts] == ["wait", "tool_calls", "wait", "message_creation"]
    assert 4 <= exact.by_cause["your tools"] < 4.5
    assert exact.by_cause["the queue"] == pytest.approx(0.8)
    assert abs(rough.seconds - exact.seconds) <= 1
    for told in (rough, exact):
        assert run.usage is not None
        tokens = sum(part.usage.total_tokens for part in told.parts if part.usage)
        assert tokens == run.usage.total_tokens == told.usage.total_tokens


def test_the_truth_of_another_run_is_refused(lab: Lab) -> None:
    """Before anything is read."""
    agent = lab.create_agent()
    asked = {"role": "user", "content": "Hello"}
    first, second = (
        wait(lab.runs.create(lab.threads.create(messages=[asked]).id, agent.id)) for _ in range(2)
    )
    with pytest.raises(RunError, match=second.id):
        explain(first, truth=lab.workbench.truth(second))


def test_every_live_status_has_a_cause_in_words() -> None:
    """So that no service word stands in a picture without need."""
    for name, status in STATUSES.items():
        if not status.is_terminal:
            truth = Truth(
                run_id=RUN.id,
                transitions=(Transition(START, name), Transition(START + 10, "completed")),
                model_calls=(),
                log=(),
            )
            (cause,) = explained(RUN, [], truth=truth).by_cause
            assert cause != name
