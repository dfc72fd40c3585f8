"""Task board and learned rules: who worked, what was decided beside what was said, what rules are worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from threadlab.connect.connect import connect
from threadlab.connect.scripted_model import calling, failing, scripted_model
from threadlab.connect.targets import Local
from threadlab.history.branch import Branch
from threadlab.history.execution import Seen
from threadlab.history.history import History
from threadlab.orchestration.learning.experiment import CaseResult, ExperimentResult
from threadlab.orchestration.learning.learning import AppliesTo, Learning
from threadlab.orchestration.learning.paired import difference
from threadlab.orchestration.orchestration import Orchestration
from threadlab.widgets.orchestrating.learned_rules import learned_rules, render_html, render_text
from threadlab.widgets.orchestrating.live_board import LiveBoard
from threadlab.widgets.orchestrating.task_board import TaskBoard, board_of_context, task_board
from threadlab.widgets.user_runs.history_forms import HISTORY_FORMS
from threadlab.widgets.watching import displays

RULE = Learning(
    id="learning-1",
    dimension="agent",
    advice="prefer",
    subject="<poet>",
    applies_to=AppliesTo(words=("poem",), agent="<poet>"),
    weight=0.6,
    weighed_at=0.0,
    expires_at=1.0,
    evidence=("run-1",),
)


def model(asked: Any) -> Any:
    """Decides by the request: the ill one, nobody's agent, or the poet; the poet writes what is no HTML."""
    if not asked.instructions.startswith("You are the orchestrator."):
        return failing("it has <flu>") if asked.instructions == "ill" else "<b>O rain</b>"
    if asked.call > 1:
        return "Noted."
    told = asked.messages[-1].text
    agent = "ill" if "flu" in told and "failed" not in told else "wizard" if "magic" in told else "poet"
    return calling("answer_directly", agent=agent, reasoning=f"<{agent}> can do it.")


@pytest.fixture
def main(tmp_path: Path) -> Iterator[Branch]:
    """A branch with two agents, and an orchestrator with a budget."""
    with connect(target=Local(seed=7, pace=0), completer=scripted_model(model)) as lab:
        agents = [lab.create_agent(name=name, instructions=name) for name in ("poet", "ill")]
        orchestration = Orchestration(policy="Be quick.", budget=100_000)
        history = History(lab, tmp_path / "runs")
        yield history.branch("main", agents=agents, orchestrated_by=orchestration)


def test_what_was_decided_stands_beside_what_was_said_and_done(main: Branch) -> None:
    """In the order of time; a failure and its reason are told, and what was written stays text in HTML."""
    turn = main.ask("A poem on flu <i>")
    board = task_board(turn)
    told = [(one.lane, one.look.word, one.text.partition(";")[0]) for one in board.entries]
    assert told == [
        ("said", "completed", "A poem on flu <i>"),
        ("decided", "decided", "answer_directly with ill"),
        ("worked", "failed", "failed"),
        ("decided", "decided", "answer_directly with poet"),
        ("worked", "completed", "<b>O rain</b>"),
        ("decided", "post-mortem", "50%: 1 of 2 decisions worked"),
        ("said", "completed", "<b>O rain</b>"),
    ]
    assert [one.more for one in board.entries][1:3] == [("<ill> can do it.",), ("it has <flu>",)]
    page = board._repr_html_()
    assert "<b>O rain" not in page and "&lt;b&gt;O rain" in page and "&lt;ill&gt; can do it." in page
    assert "◇ decision 2: answer_directly with poet" in repr(board)


def test_workers_and_the_budget_of_deciding(main: Branch) -> None:
    """Each agent has its calls, the orchestrator too; whoever was not asked is there; a fallback is named."""
    turn = main.ask("Some magic")
    board = task_board(turn)
    assert [(one.name, one.calls, one.look.word) for one in board.workers] == [
        ("orchestrator", 1, "completed"),
        ("poet", 1, "completed"),
        ("ill", 0, "not asked"),
    ]
    assert board.summary == "1 decision, 1 fallback"
    assert board.budget.used == turn.orchestration.usage.total_tokens
    assert board.budget.used + board.budget.work == turn.usage.total_tokens
    assert 0 < board.budget.filled < 100 and f"of {100_000:,} tokens" in board.budget.words
    assert any("wizard" in line for one in board.entries for line in one.more)


def test_a_context_shows_itself_as_the_board_of_its_user_run(main: Branch) -> None:
    """Read from its folder alone; a plain turn has a board in which nobody decided."""
    context = main.ask("A poem").orchestration
    as_html, as_text = HISTORY_FORMS[type(context)]
    assert board_of_context(context) == task_board(main.runs[-1])
    assert "task board" in as_html(context) and "decision 1" in as_text(context)


def test_a_live_board_tells_who_is_at_work_and_gives_way_to_the_finished_one(
    main: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It moves with time, not with facts alone; it is empty before anything begins."""
    published: list[str] = []
    monkeypatch.setattr(displays, "display", lambda shown: published.append(str(shown)))
    boards: list[TaskBoard] = []
    with LiveBoard(main) as live:

        def look(seen: Seen) -> None:
            live.look(seen)
            boards.extend(() if live.board is None else (live.board,))

        assert live.board is None
        turn = main.ask("A poem", on_event=look)
    assert published == [repr(task_board(turn))]
    assert {board.summary for board in boards} == {"no decision yet", "1 decision"}
    at_work = [board for board in boards if board.entries[-1].text == "is at work"]
    times = {board.workers[1].seconds for board in at_work}
    assert len(times) > 3 and max(times) <= task_board(turn).workers[1].seconds
    assert boards[-1] == task_board(turn)


def test_a_live_board_begins_anew_with_the_next_user_run_and_goes_on_with_one_that_is_resumed(
    main: Branch,
) -> None:
    """Whichever is the head of the branch when it begins."""
    live = LiveBoard(main)
    first = main.ask("A poem", on_event=live.look)
    assert live.board is not None and live.board.user_run == first.id

    def leave(seen: Seen) -> None:
        live.look(seen)
        if live.board is not None and live.board.user_run != first.id and live.board.budget.used:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        main.ask("Another poem", on_event=leave)
    assert live.board is not None and live.board.look.word == "in_progress"
    second = main.runs[-1].resume(on_event=live.look, on_plan=None)
    assert live.board == task_board(second) and second.id != first.id


def test_work_that_was_cut_off_has_its_place(main: Branch) -> None:
    """No outcome tells of it: its agent call does."""

    def leave(seen: Seen) -> None:
        if main.runs and any(call.path == "1.answer" for call in main.runs[-1].record.calls):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        main.ask("A poem", on_event=leave)
    main.runs[-1].cancel("enough")
    (worked,) = [one for one in task_board(main.runs[-1]).entries if one.lane == "worked"]
    assert (worked.who, worked.look.word) == ("poet", "cancelled")


def test_rules_have_their_score_on_the_cases_that_ask_for_them() -> None:
    """Before, after and shuffled; a rule that no case asks for has none. What it says stays text."""
    cases = (
        CaseResult(request="A poem, please", with_learnings=1.0, without=0.0, with_shuffled=0.5),
        CaseResult(request="A sum", with_learnings=0.0, without=1.0, with_shuffled=0.0),
    )
    other = replace(RULE, id="learning-2", weight=0.3, applies_to=AppliesTo(words=("map",)))
    told = difference([1.0, 0.0], [0.0, 1.0])
    result = ExperimentResult(
        cases=cases, learnings=(other, RULE), effect=told, control=told, against_control=told
    )
    learned = learned_rules(result)
    assert [(one.id, one.score.words) for one in learned.rules] == [
        ("learning-1", "0% → 100% of 1 case; shuffled 50%"),
        ("learning-2", "no case asks for it"),
    ]
    assert learned.overall.words == "50% → 50% of 2 cases; shuffled 25%" and not learned.helps
    assert "<poet>" not in render_html(result) and "&lt;poet&gt;" in render_html(result)
    assert "Not shown to help" in render_text(result)
