from __future__ import annotations

import pytest

from threadlab.backend.engine.machine import (
    NEXT_MOVE,
    TERMINAL,
    TRANSITIONS,
    IllegalTransition,
    Move,
    check,
    next_move,
)


def test_the_final_statuses_are_those_with_nothing_after_them() -> None:
    """Five statuses end a run."""
    assert {"completed", "failed", "incomplete", "cancelled", "expired"} == TERMINAL


def test_every_status_that_may_follow_is_itself_in_the_table() -> None:
    """The table is closed."""
    assert set().union(*TRANSITIONS.values()) <= set(TRANSITIONS)


def test_every_live_status_has_a_next_move_and_no_final_one_has() -> None:
    """Nothing live can be stuck for want of a move."""
    assert set(NEXT_MOVE) == set(TRANSITIONS) - TERMINAL
    for status in TERMINAL:
        assert next_move(status, at=9e9, expires_at=0) is None


@pytest.mark.parametrize("before", TRANSITIONS)
@pytest.mark.parametrize("after", TRANSITIONS)
def test_only_moves_of_the_table_pass_the_check(before: str, after: str) -> None:
    """The check lets through exactly what the table has."""
    if after in TRANSITIONS[before]:
        check(before, after)
    else:
        with pytest.raises(IllegalTransition, match=f"from {before} to {after}"):
            check(before, after)


@pytest.mark.parametrize("status", ["queued", "in_progress", "requires_action"])
def test_time_that_is_up_expires_whatever_would_be_next(status: str) -> None:
    """Expiry wins over every other move."""
    assert next_move(status, at=600, expires_at=600) is Move.EXPIRE


def test_a_cancel_that_was_asked_for_is_carried_out_even_when_time_is_up() -> None:
    """A run that is being cancelled ends as cancelled."""
    assert next_move("cancelling", at=601, expires_at=600) is Move.STOP


def test_an_unknown_status_is_an_error_that_names_the_known_ones() -> None:
    """A corrupted status is never guessed at."""
    with pytest.raises(IllegalTransition, match=r"'paused' is no status of a run.*requires_action"):
        next_move("paused", at=0, expires_at=600)
    with pytest.raises(IllegalTransition, match="'paused' is no status"):
        check("paused", "completed")


def test_a_run_that_waits_for_outputs_does_nothing_before_its_time_is_up() -> None:
    """Whoever saw it as due before it began to wait must not end it."""
    assert next_move("requires_action", at=599, expires_at=600) is None
    assert next_move("requires_action", at=600, expires_at=600) is Move.EXPIRE
