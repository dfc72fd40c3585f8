from __future__ import annotations

import pytest

from threadlab.widgets.watching.pacing import SLICE, SPEEDS, Pacing


def test_a_pause_holds_until_it_is_over() -> None:
    """Pressed twice, the run goes on as before."""
    assert Pacing(1.0).turned().is_held
    assert not Pacing(1.0).turned().turned().is_held


def test_a_step_goes_on_once_and_then_holds() -> None:
    """From a run that goes on, and from one that is held."""
    for before in (Pacing(1.0), Pacing(1.0).turned()):
        granted = before.granted()
        assert not granted.is_held
        assert granted.stepped().is_held


def test_going_on_forgets_the_steps_that_were_not_made() -> None:
    """Nobody is surprised by them at the next pause."""
    assert Pacing(1.0).granted().granted().turned().steps == 0


@pytest.mark.parametrize("speed", SPEEDS)
def test_each_speed_is_a_pace_and_is_found_again(speed: str) -> None:
    """Whatever the slider was set to, it shows again."""
    assert Pacing(1.0).at(speed).speed == speed


def test_a_pace_between_two_stops_shows_the_nearest() -> None:
    """By ratio, for that is how speeds compare."""
    assert Pacing(0.9).speed == "1×"
    assert Pacing(3.5).speed == "0.2×"
    assert Pacing(60.0).speed == "0.1×"


def test_a_service_in_real_time_has_no_speed_and_says_what_a_pause_is_there() -> None:
    """The run goes on; only the view stands still."""
    real = Pacing()
    assert real.at("10×") == real
    assert "The run goes on" in str(real.turned())
    assert "Time stands still" in str(Pacing(1.0).turned())
    assert str(real) == ""


def test_a_wait_is_passed_in_slices_of_real_time_and_at_once_without_a_pace() -> None:
    """So that a press takes hold soon, however slow the run is."""
    assert Pacing(2.0).slice(10.0) == pytest.approx(SLICE / 2)
    assert Pacing(0.0).slice(10.0) == 10.0
    assert Pacing(1.0).slice(0.01) == 0.01
