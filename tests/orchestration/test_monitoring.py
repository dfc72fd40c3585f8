"""What is told of many orchestrated user runs: decisions, fallbacks, outcomes, overhead, agreement."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from tests.history.records_by_hand import agent_call, user_run
from tests.orchestration.conftest import Stage
from tests.orchestration.learning_by_hand import decision, kept_run
from tests.orchestration.personas import says
from threadlab.connect.connect import connect
from threadlab.connect.scripted_model import calling
from threadlab.errors import HistoryError
from threadlab.history.history import History
from threadlab.objects.usage import Usage
from threadlab.orchestration.monitoring import Monitoring
from threadlab.orchestration.overhead import overhead, overhead_table


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """Three orchestrated user runs: a team, a failed answer, a fallback."""
    with connect(seed=5, pace=0) as lab:
        made = History(lab, tmp_path / "runs")
        fallen = decision(1, fallback="it named an unknown agent", usage=Usage(30, 10))
        kept_run(made.workspace, 1, "Write.", decision(1, "review", ["writer", "critic"], finish=True))
        kept_run(made.workspace, 2, "Write.", decision(1, status="failed", reason="too long"))
        kept_run(made.workspace, 3, "Write.", fallen)
        yield made


def test_overhead_is_the_orchestrators_calls_and_not_the_members() -> None:
    """Told apart by their paths, also inside a team; a judge of the post-mortem is no work either."""
    paths = ("1.decide", "2.team.writer", "2.research.1.decide", "post_mortem")
    record = user_run(calls=[agent_call(path) for path in paths])
    told = overhead(record)
    assert (told.deciding.total_tokens, told.work.total_tokens) == (360, 120)
    assert told.token_share == 0.75 and told.time_share == 0.75
    assert (told.deciding_seconds, told.work_seconds) == (6.0, 2.0)
    assert overhead_table([record]).column("share of tokens") == (0.75,)


def test_what_was_reused_is_no_overhead() -> None:
    """It was not paid again; where nothing was paid there is no share."""
    told = overhead(user_run(calls=[agent_call("1.decide", reused="turn-0")]))
    assert told.deciding == Usage() and told.token_share is None


def test_the_tables_tell_decisions_fallbacks_and_outcomes(history: History) -> None:
    """One row each, and a rate for each way."""
    watch = Monitoring(history)
    assert watch.decisions().column("choice") == (
        "review with writer, critic",
        "answer_directly with solo",
        "fallback",
    )
    assert watch.decisions().column("outcome") == ("completed", "failed", "completed")
    assert watch.fallbacks().first == {
        "user run": history[-1].id, "path": "1", "why": "it named an unknown agent", "default agent": "solo",
        "status": "completed",
    }  # fmt: skip
    by_choice = {row["choice"]: (row["worked"], row["rate"]) for row in watch.outcomes()}
    assert by_choice == {"answer_directly": (0, 0.0), "fallback": (1, 1.0), "review": (1, 1.0)}
    assert len(Monitoring(history, status="failed").decisions()) == 0


def test_a_plain_turn_is_not_among_them(history: History) -> None:
    """Nothing was decided in it."""
    history.branch("plain", instructions="Be brief.").ask("Hello")
    assert len(history) == 4
    assert len(Monitoring(history).orchestrated()) == 3


def test_agreement_is_the_share_of_the_most_frequent_first_choice_for_the_same_request(stage: Stage) -> None:
    """O15: decided five times, each time given the same: three say one thing, two another."""
    choices = cycle([calling("answer_directly", agent=who, reasoning="So.") for who in ("ada", "bob")])
    main = stage.branch(orchestrator=lambda asked: next(choices), ada=says("A"), bob=says("B"))
    main.ask("I am Zoe.")
    next(choices)
    turn = main.ask("Write.")
    told = Monitoring(stage.at(main)).agreement(turn, times=5)
    assert (told.request, told.times, told.rate) == ("Write.", 5, 0.6)
    assert str(told) == "60% of 5 repeats agree: answer_directly with ada (3), answer_directly with bob (2)"
    repeats = [run for run in stage.at(main) if run.record.received.input == "Write."]
    assert len({run.calls[0].prompt for run in repeats}) == 1
    assert len({run.record.parent for run in repeats}) == 1


def test_deciding_and_work_are_plotted(history: History) -> None:
    """Tokens or seconds, and nothing else."""
    assert Monitoring(history).plot("seconds")._repr_png_().startswith(b"\x89PNG")
    with pytest.raises(HistoryError, match="cost"):
        Monitoring(history).plot("cost")
