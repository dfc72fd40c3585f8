"""Totals against what the backend knows to be true."""

from __future__ import annotations

import pytest

from threadlab.connect.lab import Lab
from threadlab.conversation.conversation import Conversation
from threadlab.conversation.totals import Totals
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
    assert (Totals(()).average_seconds, Totals(()).tokens_per_run, Totals(()).error_rate) == (0, 0, 0)
