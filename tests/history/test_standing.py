"""What a user run says of itself: its answer if it has one, and else first that it has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.history.conftest import Weather
from threadlab.connect.lab import Lab
from threadlab.history.history import History


def test_a_failed_user_run_does_not_read_as_answered(here: Lab, tmp_path: Path) -> None:
    """Status and error come first; the answer to an earlier command is not its output."""
    main = History(here, tmp_path).branch("main", instructions="Be brief.")
    faults = here.workbench.faults

    def break_it(seen: Any) -> None:
        if type(getattr(seen, "fact", None)).__name__ == "CallEnded":
            faults.add("model_error")

    turn = main.ask("@agent My name is Ada.\n@agent What is my name?", on_event=break_it)
    faults.clear()
    assert (turn.status, turn.output) == ("failed", "")
    first, second = str(turn).splitlines()
    assert turn.record.error is not None
    assert first == f"failed: {turn.record.error.code}: {turn.record.error.message}"
    assert second == "agent at 1 had answered: Nice to meet you, Ada."
    assert str(main.ask("My name is Bob.")) == "Nice to meet you, Bob."


def test_one_that_waits_prints_its_question(here: Lab, tmp_path: Path) -> None:
    """It is no answer, and no bare id either."""
    weather = Weather(approve=True)
    turn = History(here, tmp_path).branch("main", tools=[weather.tool]).ask("How is the weather in Oslo?")
    assert str(turn) == f"requires_action: {turn.interrupts[0].question}"
