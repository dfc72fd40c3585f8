"""The loop on scripted runs: every status, every way to end, and the number of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threadlab.errors import (
    DeadlinePassed,
    NobodyAnswers,
    NotFound,
    Refused,
    ToolDefinitionError,
    Unavailable,
    UnknownStatus,
)
from threadlab.following.loop import events
from threadlab.following.polling import Polling
from threadlab.objects.event import (
    Ended,
    Event,
    MessageArrived,
    ModelExplained,
    OutputsSubmitted,
    Polled,
    Retrying,
    StatusChanged,
    StepChanged,
    ToolCallsRequested,
    ToolFinished,
    ToolStarted,
    Wait,
)
from threadlab.objects.run import STATUSES

if TYPE_CHECKING:
    from tests.following.conftest import Leg, ScriptedHome, ScriptedTools

PLAIN = [(0.3, "queued"), (1.2, "in_progress"), (0, "completed")]
ASKING = [(0.3, "queued"), (0.7, "in_progress"), (0, "requires_action")]
FINAL = [name for name, status in STATUSES.items() if status.is_terminal]


def drive(home: ScriptedHome, tools: ScriptedTools | None = None, **options: object) -> list[Event]:
    """All events of the run; waiting turns the script's clock. What was seen before an error is kept."""
    seen: list[Event] = []
    home_events = events(home.run, tools=tools, **options)  # type: ignore[arg-type]
    try:
        for event in home_events:
            if isinstance(event, Wait):
                assert event.seconds >= 0
                home.time.sleep(event.seconds)
            else:
                seen.append(event)
    except Exception as error:
        error.seen = seen  # type: ignore[attr-defined]
        raise
    return seen


def of(kind: type[Event], seen: list[Event]) -> list[Event]:
    """The events of one kind."""
    return [event for event in seen if isinstance(event, kind)]


def statuses(seen: list[Event]) -> list[str]:
    """The statuses in the order they were first seen."""
    return [event.run.status for event in seen if isinstance(event, StatusChanged)]


def test_a_plain_run_is_told_from_queued_to_its_message(scripted_home: type[ScriptedHome]) -> None:
    """Statuses, reasons, steps, the message and the end, each once and in order."""
    seen = drive(scripted_home([PLAIN]))
    assert statuses(seen) == ["queued", "in_progress", "completed"]
    changes = [
        (event.before.status if event.before else None, event.step.status)
        for event in seen
        if isinstance(event, StepChanged)
    ]
    assert changes == [(None, "in_progress"), ("in_progress", "completed")]
    assert len(of(ModelExplained, seen)) == 1
    assert [type(event) for event in seen[-2:]] == [MessageArrived, Ended]
    assert [event.poll for event in seen if isinstance(event, Polled)] == list(
        range(1, len(of(Polled, seen)) + 1)
    )


@pytest.mark.parametrize("status", FINAL)
def test_every_final_status_ends_the_loop(scripted_home: type[ScriptedHome], status: str) -> None:
    """Completed, failed, cancelled, expired and incomplete are all ends."""
    seen = drive(scripted_home([[(0.1, "queued"), (0.4, "in_progress"), (0, status)]]))
    last = seen[-1]
    assert isinstance(last, Ended)
    assert last.run.status == status


def test_a_run_that_is_over_already_costs_one_look(scripted_home: type[ScriptedHome]) -> None:
    """The run, its steps and its messages: three requests and no wait."""
    home = scripted_home([[(0, "completed")]])
    assert isinstance(drive(home)[-1], Ended)
    assert home.asked == ["read_run", "read_steps", "read_messages"]


def test_a_cancel_by_someone_else_is_followed_to_its_end(scripted_home: type[ScriptedHome]) -> None:
    """`cancelling` is waited through."""
    home = scripted_home([[(0.2, "queued"), (60, "in_progress")]])
    home.jumps = [(1.0, "cancelling"), (1.5, "cancelled")]
    assert statuses(drive(home)) == ["queued", "in_progress", "cancelling", "cancelled"]


def test_an_unknown_status_is_an_error_that_names_it(scripted_home: type[ScriptedHome]) -> None:
    """The loop does not go on for ever, and does not call it an end."""
    with pytest.raises(UnknownStatus, match="'paused'") as caught:
        drive(scripted_home([[(0.1, "queued"), (9, "paused")]]))
    assert caught.value.run_id == "run_1"


def test_a_tool_round_is_answered_in_one_submission(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools]
) -> None:
    """Two calls, both outputs in one request, then the run goes on; twice in this run."""
    home = scripted_home([ASKING, ASKING, PLAIN])
    seen = drive(home, scripted_tools())
    assert [len(outputs) for outputs in home.submitted] == [2, 2]
    assert home.asked.count("answer_run") == 2
    kinds = [type(event) for event in seen]
    order = [ToolCallsRequested, ToolStarted, ToolStarted, ToolFinished, ToolFinished, OutputsSubmitted]
    first = kinds.index(ToolCallsRequested)
    assert kinds[first : first + 6] == order
    assert statuses(seen)[-1] == "completed"


def test_looks_start_afresh_after_a_submission(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools]
) -> None:
    """A second leg of some milliseconds is seen within milliseconds, however long the first one was."""
    slow = [(0.3, "queued"), (20, "in_progress"), (0, "requires_action")]
    quick = [(0.01, "queued"), (0.01, "in_progress"), (0, "completed")]
    home = scripted_home([slow, quick])
    seen = drive(home, scripted_tools())
    assert seen[-1].at - home.leg_began < 0.05


def test_without_tools_the_calls_are_told_before_the_error(scripted_home: type[ScriptedHome]) -> None:
    """The error names the tools; the run stays as it is."""
    home = scripted_home([ASKING, PLAIN])
    with pytest.raises(NobodyAnswers, match="add, add") as caught:
        drive(home)
    assert len(of(ToolCallsRequested, caught.value.seen)) == 1  # type: ignore[attr-defined]
    assert home.status() == "requires_action"
    assert "tools=" in caught.value.hint


def test_a_list_of_tools_is_refused_before_any_look(scripted_home: type[ScriptedHome]) -> None:
    """It could answer no call: the error says what can."""
    home = scripted_home([ASKING, PLAIN])
    with pytest.raises(ToolDefinitionError, match="was given a list") as caught:
        drive(home, tools=[])  # type: ignore[arg-type]
    assert "Toolbox(" in caught.value.hint
    assert home.asked == []


def test_requires_action_without_calls_says_so(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools]
) -> None:
    """Nothing that could be answered: tools do not help."""
    with pytest.raises(NobodyAnswers, match="names no tool call"):
        drive(scripted_home([ASKING], calls=0), scripted_tools())


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_a_run_that_ends_while_tools_work_abandons_them(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools], end: str
) -> None:
    """The round is dropped, nothing is submitted, and the loop goes on to the end."""
    home = scripted_home([ASKING])
    home.jumps = [(30, end)]
    tools = scripted_tools(after=1000)
    seen = drive(home, tools)
    assert statuses(seen)[-1] == end
    assert tools.rounds[0].abandoned
    assert home.submitted == []
    assert len(of(Polled, seen)) < 40


def test_leaving_while_tools_work_abandons_them(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools]
) -> None:
    """Whoever closes the loop has nobody left to submit."""
    home, tools = scripted_home([ASKING]), scripted_tools(after=1000)
    following = events(home.run, tools=tools)
    for event in following:
        if isinstance(event, ToolStarted):
            break
        if isinstance(event, Wait):
            home.time.sleep(event.seconds)
    following.close()
    assert tools.rounds[0].abandoned
    assert home.status() == "requires_action"


def test_outputs_whose_reply_was_lost_are_not_submitted_twice(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools]
) -> None:
    """The run is read instead, and it has moved on."""
    home = scripted_home([ASKING, PLAIN], lost_replies=1)
    seen = drive(home, scripted_tools())
    assert home.asked.count("answer_run") == 1
    assert len(of(Retrying, seen)) == 1
    assert statuses(seen)[-1] == "completed"


def test_outputs_that_did_not_arrive_are_submitted_again(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools]
) -> None:
    """The run still waits for the same calls, so nothing was taken."""
    home = scripted_home([ASKING, PLAIN], failures={"answer_run": [Unavailable("busy", status=503)]})
    seen = drive(home, scripted_tools())
    assert home.asked.count("answer_run") == 2
    assert len(home.submitted) == 1
    assert len(of(OutputsSubmitted, seen)) == 1


def test_a_run_that_expires_just_before_the_submission_is_no_error(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools]
) -> None:
    """The refusal is explained by the run's end."""
    home = scripted_home([ASKING])
    home.jumps = [(60, "expired")]
    tools = scripted_tools()
    following = events(home.run, tools=tools)
    last: Event | None = None
    for event in following:
        if isinstance(event, Wait):
            home.time.sleep(event.seconds)
            continue
        if isinstance(event, ToolFinished):
            home.time.seconds += 100
        last = event
    assert isinstance(last, Ended)
    assert last.run.status == "expired"


def test_a_refused_submission_is_raised(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools]
) -> None:
    """The run still waits, so the outputs themselves were wrong."""
    home = scripted_home([ASKING], failures={"answer_run": [Refused("no such call", status=400)]})
    with pytest.raises(Refused, match="no such call"):
        drive(home, scripted_tools())


def test_retry_after_is_honoured_and_visible(scripted_home: type[ScriptedHome]) -> None:
    """Two 429 with Retry-After 7: two events, fourteen seconds, then the run as if nothing had been."""
    busy: list[Exception] = [Unavailable("slow down", status=429, retry_after=7) for _ in range(2)]
    home = scripted_home([PLAIN], failures={"read_run": busy})
    seen = drive(home)
    retries = [event for event in seen if isinstance(event, Retrying)]
    assert [event.seconds for event in retries] == [7, 7]
    assert seen[-1].at - seen[0].at >= 14
    assert statuses(seen) == ["completed"]


def test_a_service_that_stays_away_is_an_error_in_the_end(scripted_home: type[ScriptedHome]) -> None:
    """A bounded number of tries, then the service's own error."""
    gone: list[Exception] = [Unavailable("no connection") for _ in range(99)]
    home = scripted_home([PLAIN], failures={"read_run": gone})
    with pytest.raises(Unavailable, match="no connection"):
        drive(home)
    assert len(home.asked) == 1 + Polling().retries


def test_other_errors_are_raised_at_once(scripted_home: type[ScriptedHome]) -> None:
    """A run that does not exist will not come to exist."""
    home = scripted_home([PLAIN], failures={"read_run": [NotFound("no run run_1", status=404)]})
    with pytest.raises(NotFound):
        drive(home)
    assert len(home.asked) == 1


@pytest.mark.parametrize("deadline", [0.2, 5.0, 30.0])
def test_a_deadline_ends_the_wait_and_not_the_run(scripted_home: type[ScriptedHome], deadline: float) -> None:
    """The error has the status, the latest step and the way to cancel; it comes on time."""
    home = scripted_home([[(1.0, "queued"), (999, "in_progress")]])
    with pytest.raises(DeadlinePassed) as caught:
        drive(home, deadline=deadline)
    assert "run.cancel()" in caught.value.hint
    assert ("no step yet" if deadline < 1 else "message_creation (in_progress)") in caught.value.message
    assert home.time.now() - caught.value.seen[0].at == pytest.approx(deadline)  # type: ignore[attr-defined]


def test_no_deadline_waits_as_long_as_it_takes(scripted_home: type[ScriptedHome]) -> None:
    """Half an hour is fine when asked for."""
    home = scripted_home([[(1800, "in_progress"), (0, "completed")]])
    assert isinstance(drive(home, deadline=None)[-1], Ended)


def test_a_run_of_three_seconds_costs_few_requests(scripted_home: type[ScriptedHome]) -> None:
    """Looks, steps and messages together."""
    home = scripted_home([[(0.4, "queued"), (2.6, "in_progress"), (0, "completed")]])
    drive(home)
    assert len(home.asked) <= 24


def test_the_same_seed_looks_at_the_same_times(scripted_home: type[ScriptedHome]) -> None:
    """Stored outputs of a lesson come out the same on every machine."""
    once, again = (drive(scripted_home([PLAIN])) for _ in range(2))
    other = drive(scripted_home([PLAIN]), polling=Polling(seed=7))
    assert [event.at for event in once] == [event.at for event in again]
    assert [event.at for event in once] != [event.at for event in other]


durations = st.floats(0, 40, allow_nan=False)
asking_legs = st.tuples(durations, durations).map(
    lambda d: [(d[0], "queued"), (d[1], "in_progress"), (0, "requires_action")]
)
last_legs = st.tuples(durations, durations, st.sampled_from(FINAL)).map(
    lambda d: [(d[0], "queued"), (d[1], "in_progress"), (0, d[2])]
)


@settings(max_examples=500, deadline=None)
@given(asked=st.lists(asking_legs, max_size=4), last=last_legs, seed=st.integers(), after=st.integers(1, 5))
def test_any_script_ends_as_written_with_bounded_looks(
    scripted_home: type[ScriptedHome],
    scripted_tools: type[ScriptedTools],
    asked: list[Leg],
    last: Leg,
    seed: int,
    after: int,
) -> None:
    """The right end, one submission a round, no look too many, and nobody waits much longer than the run."""
    home = scripted_home([*asked, last])
    seen = drive(home, scripted_tools(after=after), deadline=None, polling=Polling(seed=seed))
    end = seen[-1]
    assert isinstance(end, Ended)
    assert end.run.status == last[-1][1]
    assert len(home.submitted) == len(asked) == home.asked.count("answer_run")
    length = sum(seconds for leg in home.legs for seconds, _ in leg)
    assert len(of(Polled, seen)) <= length / 0.9 + (1 + len(asked)) * (30 + after)
    late = end.at - home.leg_began - sum(seconds for seconds, _ in last)
    assert late <= 1.2
