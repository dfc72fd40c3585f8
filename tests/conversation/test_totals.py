"""Totals against what the backend knows to be true."""

from __future__ import annotations

import pytest

from threadlab.connect.lab import Lab
from threadlab.conversation.conversation import Conversation
from threadlab.conversation.totals import Totals, Turn, totals
from threadlab.following.wait import wait
from threadlab.objects.usage import Usage
from threadlab.tools.tool import tool


@tool
def add(a: int, b: int) -> int:
    """Add two numbers.

    Args:
        a: one.
        b: the other.
    """
    return a + b


def test_totals_match_the_ground_truth_of_seeded_runs(lab: Lab) -> None:
    """Average time, tokens a run, tool frequency and error rate, run by run, by the backend's own log."""
    with Conversation(lab, tools=[add]) as talk:
        runs = [talk.ask(said, expect=None).run for said in ("hello", "add", "fail", "hello", "add")]
        truths = [lab.workbench.truth(run) for run in runs]
        totals = talk.totals()

    true_seconds = [truth.transitions[-1].at - truth.transitions[0].at for truth in truths]
    assert [turn.status for turn in totals.turns] == [truth.transitions[-1].status for truth in truths]
    for turn, seconds in zip(totals.turns, true_seconds, strict=True):
        assert seconds <= turn.seconds + 1e-6 <= seconds + 1  # an end is seen at the next look
    assert totals.average_seconds == pytest.approx(sum(turn.seconds for turn in totals.turns) / 5)
    usage = [run.usage.total_tokens for run in runs if run.usage]
    assert totals.tokens_per_run == sum(usage) / 5 > 0
    asked = [call for truth in truths for model in truth.model_calls for call in model.answer["calls"]]
    assert totals.tool_frequency == {"add": len(asked)} == {"add": 4}
    assert (totals.errors, totals.error_rate) == (1, 0.2)


def test_totals_of_nothing_are_zero() -> None:
    """No division by it."""
    nothing = Totals(())
    assert (nothing.average_seconds, nothing.median_seconds, nothing.p95_seconds) == (0, 0, 0)
    assert (nothing.tokens_per_run, nothing.error_rate) == (0, 0)


def turn(number: int, seconds: float, status: str = "completed", tokens: int | None = 10) -> Turn:
    """A turn made by hand."""
    usage = None if tokens is None else Usage(tokens, 0)
    return Turn(run_id=f"run_{number}", status=status, seconds=seconds, usage=usage)


def test_the_figures_are_what_their_docstrings_say() -> None:
    """F30: nearest rank, the average of the middle two, and runs that are not over leave times alone."""
    turns = [turn(number, float(number)) for number in range(1, 21)]
    made = Totals((*turns[::-1], turn(21, 900.0, "in_progress", tokens=None)))
    assert (made.median_seconds, made.p95_seconds, made.average_seconds) == (10.5, 19.0, 10.5)
    assert (made.tokens_per_run, made.errors) == (200 / 21, 0)
    failed = made + Totals((turn(22, 21.0, "failed"), turn(23, 22.0, "expired"), turns[0]))
    assert (len(failed.turns), failed.errors, failed.error_rate) == (23, 2, 2 / 22)
    assert failed.p95_seconds == 21.0


def test_several_conversations_replies_and_runs_are_counted_together(lab: Lab) -> None:
    """Each run once, however often it is named; one that nobody followed is read from the service."""
    with Conversation(lab, tools=[add]) as ada, Conversation(lab) as ben:
        first = ada.ask("add")
        ben.ask("hello")
        alone = wait(lab.runs.create(ben.thread.id, ben.agent.id))
        counted = totals([ada, ben, first, first.run, alone])
        assert [turn.run_id for turn in counted.turns[1:]] == [ben.totals().turns[0].run_id, alone.id]
        assert counted.tool_frequency == {"add": 2}
        assert counted.tool_failures == 1
        read = totals([lab.runs.get(first.run.thread_id, first.run.id)])
    assert (read.tool_frequency, read.tool_failures) == ({"add": 2}, 1)
    assert read.turns[0].seconds == pytest.approx(ada_seconds(counted), abs=1.0)
    assert (ada.totals() + ben.totals()).turns == counted.turns[:2]


def ada_seconds(counted: Totals) -> float:
    """How long the first turn took."""
    return counted.turns[0].seconds


def test_a_question_that_was_left_is_counted_as_it_ended(lab: Lab) -> None:
    """Following stopped early; the run did not."""
    with Conversation(lab) as talk:
        next(iter(talk.follow("hello")))
        assert talk.run is not None
        assert [turn.status for turn in talk.totals().turns] != ["completed"]
        wait(talk.run)
        assert [turn.status for turn in talk.totals().turns] == ["completed"]
