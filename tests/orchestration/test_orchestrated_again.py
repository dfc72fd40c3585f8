"""An orchestrated user run is one like any other: resumed, rerun, edited, replayed, cancelled, compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.orchestration.conftest import Stage
from tests.orchestration.personas import chooses, policy_reader, repeats, says
from threadlab.connect.scripted_model import calling
from threadlab.errors import ReplayMissed
from threadlab.history.branch import Branch
from threadlab.history.history import History
from threadlab.history.plans.reuse import Reuse
from threadlab.history.work.budget import Budget
from threadlab.journal.archive import export
from threadlab.journal.decision import Seat
from threadlab.journal.fact import CallTied
from threadlab.journal.importing import import_archive
from threadlab.journal.record import Interrupt
from threadlab.objects.usage import Usage
from threadlab.orchestration.guards import Limits
from threadlab.orchestration.orchestration import Orchestration
from threadlab.orchestration.pattern import Pattern

POLICY = '- " and ": run_parallel with ada, bob\n- otherwise: answer_directly with ada'
LED = Orchestration(policy=POLICY)


def a_team(stage: Stage) -> Branch:
    """Two who answer, led by the policy."""
    return stage.branch(LED, orchestrator=policy_reader, ada=says("A"), bob=says("B"))


def reused(run: Any) -> dict[str, bool]:
    """Which of its calls were taken over."""
    return {call.path: bool(call.reused) for call in run.calls}


def test_a_replay_asks_nobody_and_its_context_tells_the_same(stage: Stage) -> None:
    """Decisions, outcomes and fallbacks are read off the record; nothing is counted as spent again."""
    main = a_team(stage)
    main.ask("Hello.")
    turn = main.ask("This and that?")
    lab = stage.at(main).lab
    requests = lab.wire.count  # type: ignore[attr-defined]
    again = turn.replay()
    assert lab.wire.count == requests  # type: ignore[attr-defined]
    assert (again.output, again.usage.total_tokens) == (turn.output, 0)
    assert [one.way for one in again.orchestration.decisions] == ["run_parallel", "stop"]
    assert again.orchestration.usage.total_tokens == 0
    assert all(one.reused == turn.id for one in again.orchestration.decisions)


def test_a_rerun_from_a_decision_keeps_what_came_before(stage: Stage) -> None:
    """Its path is a unit's like any other; the plan says so before."""
    turn = a_team(stage).ask("This and that?")
    plan = turn.edit().plan("2.decide")
    assert plan.reused == ("1.decide", "1.team.ada", "1.team.bob") and plan.executed == ("2.decide",)
    again = turn.rerun("2.decide")
    assert reused(again) == {
        "1.decide": True,
        "1.team.ada": True,
        "1.team.bob": True,
        "2.decide": False,
    }
    assert again.output == turn.output


def test_another_input_is_decided_on_anew_and_another_agent_keeps_the_decision(stage: Stage) -> None:
    """Only what is asked for in another way is executed."""
    turn = a_team(stage).ask("This and that?")
    assert turn.edit(input="Hello.").rerun().output == "A"
    other = turn.edit(instructions="You are ada. Be brief.", of="ada").rerun()
    assert reused(other)["1.decide"] and not reused(other)["1.team.ada"] and reused(other)["1.team.bob"]
    with pytest.raises(ReplayMissed, match="instructions"):
        turn.edit(instructions="You are the orchestrator of another policy.", of="orchestrator").replay()


def test_other_instructions_of_the_orchestrator_route_elsewhere(stage: Stage) -> None:
    """O7: no code changes, only what it is told."""
    turn = a_team(stage).ask("This and that?")
    told = turn.record.config.agents["orchestrator"].instructions
    assert told is not None and POLICY in told
    alone = told.replace(POLICY, "- otherwise: answer_directly with bob")
    assert turn.edit(instructions=alone, of="orchestrator").rerun().output == "B"


class Crash(BaseException):
    """The process is gone."""


def crash_at(kind: str) -> Callable[[Any], None]:
    """Raises at the first fact of that kind."""

    def seen(entry: Any) -> None:
        fact = getattr(entry, "fact", None)
        if kind in (type(fact).__name__, type(getattr(fact, "event", None)).__name__):
            raise Crash

    return seen


@pytest.mark.parametrize("kind", ["CallStarted", "CallTied", "ToolFinished", "CallEnded"])
def test_after_a_crash_it_goes_on_and_each_line_is_there_once(stage: Stage, kind: str) -> None:
    """The same user run, decided as before; nobody is asked twice for what was finished."""
    main = a_team(stage)
    with pytest.raises(Crash):
        main.ask("This and that?", on_event=crash_at(kind))
    left = main.head
    assert left is not None and left.is_stalled
    fresh = History(stage.scenes[-1].lab, stage.scenes[-1].folder)
    fresh.branch("main", orchestrated_by=LED)
    plans: list[str] = []
    turn = fresh[left.id].resume(on_plan=lambda plan: plans.append(str(plan)))
    assert len(plans) == 1 and "1.decide" in plans[0] and "then whatever is decided on the way" in plans[0]
    assert (turn.status, turn.output) == ("completed", "ada:\nA\n\nbob:\nB")
    kinds = [json.loads(line)["type"] for line in turn.orchestration.file.read_text().splitlines()]
    assert kinds == [
        "context_opened",
        "decision_taken",
        "outcome_seen",
        "decision_taken",
        "outcome_seen",
        "post_mortem_written",
        "context_closed",
    ]
    assert len(turn.calls) == 4


def test_one_that_was_left_and_is_cancelled_by_somebody_else_has_its_context_closed(stage: Stage) -> None:
    """O22: also where nobody says how it is orchestrated; its end tells what deciding took till then."""
    main = a_team(stage)
    with pytest.raises(Crash):
        main.ask("This and that?", on_event=crash_at("CallEnded"))
    assert main.head is not None
    elsewhere = History(stage.scenes[-1].lab, stage.scenes[-1].folder)
    left = elsewhere[main.head.id]
    left.cancel("enough")
    closed = left.orchestration.closed
    assert left.status == "cancelled" and closed is not None and closed.status == "cancelled"
    assert (closed.decisions, closed.usage, closed.work) == (1, left.calls[0].usage, Usage())


def test_what_it_went_by_is_recorded_with_it(stage: Stage) -> None:
    """A replay goes by the limits, budget, patterns and default agent of then, whatever they are now."""
    pattern = Pattern(name="both", way="run_parallel", team=(Seat(member="ada"), Seat(member="bob")))
    choice = calling("use_pattern", pattern="both", reasoning="Both know.")
    then = Orchestration(policy="", patterns={"both": pattern}, limits=Limits(decisions=2), default="bob")
    turn = stage.branch(then, orchestrator=chooses(choice), ada=says("A"), bob=says("B")).ask("Who?")
    assert turn.status == "incomplete" and len(turn.orchestration.decisions) == 2
    retired = replace(pattern, status="retired")
    for now in (Orchestration(policy="", budget=0), Orchestration(policy="", patterns={"both": retired})):
        stage.scenes[-1].branch("main", orchestrated_by=now)
        again = stage.scenes[-1][turn.id].replay()
        assert again.record.reason == turn.record.reason
        assert [one.pattern for one in again.orchestration.decisions] == ["both", "both"]


def test_a_crash_between_a_call_and_its_decision_loses_nothing(stage: Stage) -> None:
    """The line that was missing is written when it goes on, from the call that is there."""
    main = a_team(stage)
    with pytest.raises(Crash):
        main.ask("This and that?", on_event=crash_at("CallEnded"))
    left = main.head
    assert left is not None
    file = left.orchestration.file
    file.write_text(file.read_text().splitlines(keepends=True)[0])
    assert left.orchestration.decisions == ()
    left = left.resume()
    assert [decision.path for decision in left.orchestration.decisions] == ["1", "2"]


def test_its_body_is_not_there_without_an_orchestration(stage: Stage) -> None:
    """A process that does not say how it is orchestrated is told what to do, and can still look."""
    turn = a_team(stage).ask("This and that?")
    fresh = History(stage.scenes[-1].lab, stage.scenes[-1].folder)
    with pytest.raises(Exception, match="orchestrated"):
        fresh[turn.id].retry()
    assert [one.way for one in fresh[turn.id].orchestration.decisions] == ["run_parallel", "stop"]


def test_a_cancel_reaches_every_child(stage: Stage) -> None:
    """Complaints 12, 26: no member's run goes on; what each did till then is told, and why it ended."""
    choice = calling("run_parallel", members=[{"member": "ada"}, {"member": "bob"}], reasoning="Parts.")
    main = stage.branch(orchestrator=chooses(choice), ada=says("A " * 300), bob=says("B " * 300))
    history = stage.scenes[-1]
    tied: list[str] = []

    def cancel(entry: Any) -> None:
        fact = getattr(entry, "fact", None)
        if isinstance(fact, CallTied) and ".team." in fact.path:
            tied.append(fact.path)
            if len(tied) == 2:
                history[-1].cancel("enough")

    turn = main.ask("Go.", on_event=cancel)
    assert turn.status == "cancelled"
    assert {call.path: call.status for call in turn.calls if call.agent != "orchestrator"} == {
        "1.team.ada": "cancelled",
        "1.team.bob": "cancelled",
    }
    for call in turn.calls:
        assert history.lab.runs.get(str(call.thread_id), str(call.run.id if call.run else "")).is_terminal
    closed = turn.orchestration.closed
    assert closed is not None and closed.status == "cancelled" and "enough" in closed.reason
    told = {one.member: one.status for one in turn.orchestration.contributions}
    assert told == {"ada": "cancelled", "bob": "cancelled"}


def test_a_budget_that_is_used_up_keeps_all_and_can_be_extended(stage: Stage) -> None:
    """The user run's own budget counts deciding and working together; headless it ends as incomplete."""
    a_team(stage)
    history = stage.scenes[-1]
    turn = history.branch("main", budget=Budget(calls=2)).ask("This and that?")
    assert turn.status == "incomplete" and len(turn.calls) == 2 and turn.output == "A"
    more = turn.resume(budget=Budget(calls=9))
    assert (more.status, more.output) == ("completed", "ada:\nA\n\nbob:\nB")
    assert reused(more)["1.decide"] and reused(more)["1.team.ada"]
    asked: list[str] = []

    def more_of_it(interrupt: Interrupt) -> str:
        asked.append(interrupt.question)
        return "extend"

    history.branch("main", on_interrupt=more_of_it)
    assert history.branch("main").ask("This and that?").status == "completed" and asked


def test_a_fork_of_an_orchestrated_user_run_goes_on_orchestrated(stage: Stage) -> None:
    """What a branch lends, its forks have, too."""
    main = a_team(stage)
    turn = main.ask("This and that?")
    fork = stage.at(main).branch("fork", at=turn).ask("And now?")
    assert fork.orchestration and fork.output == "A"
    plain = stage.at(main).branch("plain", at=turn, orchestrated_by=False).ask("And now?")
    assert not plain.orchestration and [call.path for call in plain.calls] == ["1"]
    retried = turn.retry(reuse=Reuse.finished())
    assert all(reused(retried).values())


def test_two_orchestrated_user_runs_can_be_compared(stage: Stage) -> None:
    """Step by step, decisions among them."""
    main = a_team(stage)
    turn = main.ask("This and that?")
    told = str(stage.at(main).compare(turn, turn.edit(input="Hello.").rerun()))
    assert "run_parallel" in told and "answer_directly" in told


def test_an_exported_user_run_still_tells_why(stage: Stage, tmp_path: Path) -> None:
    """O31: its decisions travel with it, and the reader can open them elsewhere."""
    turn = a_team(stage).ask("This and that?")
    export(stage.scenes[-1].workspace, [turn.id], tmp_path / "one.zip")
    elsewhere = History(stage.scenes[-1].lab, tmp_path / "elsewhere")
    import_archive(elsewhere.workspace, tmp_path / "one.zip")
    assert elsewhere[turn.id].orchestration.decisions == turn.orchestration.decisions


def test_what_happens_is_told_as_it_happens(stage: Stage) -> None:
    """Whoever follows sees members work at the same time, one fact after another."""
    main = stage.branch(LED, orchestrator=policy_reader, ada=repeats, bob=repeats)
    paths = [getattr(getattr(one, "fact", None), "path", "") for one in main.follow("This and that?")]
    first, last = paths.index("1.team.bob"), len(paths) - 1 - paths[::-1].index("1.team.ada")
    assert first < last
