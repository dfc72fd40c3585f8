"""Plans: what a verb would take, told honestly and before anything is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.history.conftest import Weather, every_file
from threadlab.connect.lab import Lab
from threadlab.errors import HistoryError, UserRunFinal
from threadlab.history.branch import Branch
from threadlab.history.history import History
from threadlab.history.plans.plan import Plan
from threadlab.history.plans.reuse import Reuse
from threadlab.history.user_run import UserRun
from threadlab.journal.fact import Ended, Entry, Planned


@pytest.fixture
def main(here: Lab, tmp_path: Path, weather: Weather) -> Branch:
    """A branch with a tool."""
    return History(here, tmp_path / "runs").branch("main", instructions="Be brief.", tools=[weather.tool])


def test_a_plan_names_the_tool_results_that_are_used_again(main: Branch, weather: Weather) -> None:
    """And how to have them made anew: a mended tool would not be called otherwise."""
    turn = main.ask("How is the weather in Oslo?")
    planned = turn.edit(instructions="Be exact.").plan()
    assert planned.tool_results == ("1.get_weather.1",)
    told = '1 tool result is used if asked for in the same way (1.get_weather.1; rerun("1") calls anew)'
    assert told in str(planned)
    again = turn.edit(instructions="Be exact.").rerun()
    assert weather.asked == ["Oslo"] and again.tools[0].reused == turn.id
    assert again.record.plan is not None and again.record.plan.tool_results == planned.tool_results
    assert turn.edit(instructions="Be exact.").plan("1").tool_results == ()
    turn.edit(instructions="Be exact.").rerun("1")
    assert weather.asked == ["Oslo", "Oslo"]


def test_an_estimate_is_what_it_took_or_at_least_what_is_given(main: Branch, here: Lab) -> None:
    """A call that never completed has only what it is given, its instructions and tools among it."""
    turn = main.ask("How is the weather in Oslo?")
    measured = turn.edit(temperature=0.2).plan()
    assert measured.estimated_tokens == turn.usage.total_tokens and not measured.at_least
    assert f"about {turn.usage.total_tokens} tokens" in str(measured)
    here.workbench.faults.add("model_error")
    failed = main.ask("My name is Bob.")
    here.workbench.faults.clear()
    planned = failed.edit(input="My name is Cem.").plan()
    assert planned.at_least and f"at least {planned.estimated_tokens} tokens" in str(planned)
    assert 50 < planned.estimated_tokens <= failed.retry(reuse=Reuse.finished()).usage.total_tokens


def test_editing_an_older_turn_says_which_later_ones_leave_the_branch(main: Branch) -> None:
    """They stay on disk, beside the new one; a replay moves nothing."""
    first, second, third = (main.ask(text) for text in ("My name is Ada.", "Hello.", "Who am I?"))
    planned = first.edit(input="My name is Bob.").plan()
    assert planned.leaving == (second.id, third.id)
    assert f'left beside it: 2 user runs; back by history.branch("main").move_to("{third.id}")' in str(
        planned
    )
    assert third.edit(input="Hello again.").plan().leaving == ()
    assert first.replay().record.plan.leaving == ()  # type: ignore[union-attr]  # it was planned
    edited = first.edit(input="My name is Bob.").rerun()
    assert [run.id for run in main] == [edited.id]


def test_each_verb_has_its_plan_and_shows_it_before_anything_is_written(main: Branch, tmp_path: Path) -> None:
    """Whoever is shown it may raise: then nothing is done. It is the first fact that `follow` tells."""

    class NotNow(Exception):
        """Said of a plan."""

    shown: list[Plan] = []

    def refuse(plan: Plan) -> None:
        shown.append(plan)
        raise NotNow

    root = main.ask("My name is Ada.")
    turn = main.ask("How is the weather in Oslo?")
    before = every_file(tmp_path / "runs")
    verbs: dict[str, Callable[[], object]] = {
        "retry": lambda: turn.retry(on_plan=refuse),
        "rerun": lambda: turn.rerun("1", on_plan=refuse),
        "edit": lambda: turn.edit(temperature=0.1).rerun(on_plan=refuse),
        "replay": lambda: turn.replay(on_plan=refuse),
    }
    planned = {
        "retry": turn.plan("retry"),
        "rerun": turn.plan("rerun", "1"),
        "edit": turn.plan("edit", temperature=0.1),
        "replay": turn.plan("replay"),
    }
    for verb, act in verbs.items():
        with pytest.raises(NotNow):
            act()
        assert shown[-1] == planned[verb], verb
    with pytest.raises(NotNow):
        main.ask("Hello.", on_plan=refuse)
    assert shown[-1] == main.plan("Hello.")
    assert [run.id for run in main] == [root.id, turn.id]
    assert every_file(tmp_path / "runs") == before
    first = next(iter(main.follow("Hello.")))
    assert isinstance(first, Entry) and first.fact == shown[-1].fact


def test_a_resume_tells_what_is_done_already_and_goes_on(here: Lab, tmp_path: Path) -> None:
    """A call that was left in the middle is not asked again, and not paid again."""
    weather = Weather(approve=True)
    main = History(here, tmp_path).branch("main", instructions="Be brief.", tools=[weather.tool])
    turn = main.ask("@agent My name is Ada.\n@agent How is the weather in Oslo?")
    assert turn.status == "requires_action"
    planned = turn.plan("resume")
    assert (planned.reused, planned.goes_on, planned.paid_again) == (("1",), ("2",), ())
    assert str(planned).startswith("reuse unit 1; execute nothing; go on with unit 2; ")
    shown: list[Plan] = []
    turn.resume(on_plan=shown.append, on_interrupt=lambda _: "approve")
    assert shown == [planned] and turn.status == "completed"
    with pytest.raises(UserRunFinal):
        turn.plan("resume")
    with pytest.raises(HistoryError, match="no verb 'rety'"):
        turn.plan("rety")


def test_each_verb_can_be_watched(main: Branch) -> None:
    """The plan is the first fact that is told, the end the last."""
    turn = main.ask("My name is Ada.")
    seen: list[object] = []
    verbs: tuple[Callable[[], UserRun], ...] = (
        lambda: turn.retry(on_event=seen.append),
        lambda: turn.rerun("1", on_event=seen.append),
        lambda: turn.edit(input="My name is Bob.").rerun(on_event=seen.append),
        lambda: turn.replay(on_event=seen.append),
        lambda: main.ask("Hello.", on_event=seen.append),
    )
    for verb in verbs:
        seen.clear()
        assert verb().status == "completed"
        facts = [one.fact for one in seen if isinstance(one, Entry)]
        assert isinstance(facts[0], Planned) and isinstance(facts[-1], Ended)


def test_every_verb_but_a_turn_prints_its_plan_first(
    here: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On one line or two; a history or a single call can be silent, or show it to somebody else."""

    def printed(verb: Callable[[], object]) -> list[str]:
        verb()
        return capsys.readouterr().out.splitlines()

    history = History(here, tmp_path / "runs")
    main = history.branch("main", instructions="Be brief.")
    assert printed(lambda: [main.ask(text) for text in ("My name is Ada.", "Who am I?")]) == []
    first, second = main.runs
    said = [
        printed(second.retry),
        printed(lambda: second.rerun("1")),
        printed(lambda: first.edit(input="My name is Bob.").rerun()),
        printed(second.replay),
        printed(lambda: history.branch("fork", at=second)),
    ]
    assert [lines[0].split(":")[0] for lines in said] == [
        f"retry of {second.id}",
        f"rerun of {second.id}",
        f"edit of {first.id}",
        f"replay of {second.id}",
        f"fork of {second.id}",
    ]
    assert all(len(lines) <= 2 and max(map(len, lines)) <= 102 for lines in said)
    assert "reuse nothing; execute unit 1, paid again; about " in said[0][0]
    assert said[3] == [f"replay of {second.id}: reuse unit 1; execute nothing; no tokens"]
    assert printed(lambda: history.branch("fork", at=second)) == [], "it is there already"
    left = main.start("Hello.")
    left.close()
    assert printed(history[left.id].resume)[0].startswith(f"resume of {left.id}: ")
    assert printed(lambda: history.prune(1, dry_run=True)) == []
    assert printed(lambda: history.prune(1))[0].startswith("prune: ")
    assert printed(lambda: main.head and main.head.retry(on_plan=None)) == []
    shown: list[object] = []
    elsewhere = History(here, tmp_path / "runs", on_plan=shown.append)
    assert printed(lambda: [elsewhere[1].retry(), elsewhere.prune(1)]) == []
    assert [type(one).__name__ for one in shown] == ["Plan", "Pruning"]


def test_a_plan_tells_what_it_will_cost_where_prices_are_known(here: Lab, tmp_path: Path) -> None:
    """What the same call cost before."""
    history = History(here, tmp_path, on_plan=None)
    history.branch("main", model="gpt-4o-mini").ask("Hello.")
    (tmp_path / "prices.toml").write_text(
        'currency = "USD"\n[models."gpt-4o-mini"]\ninput = 10\noutput = 10\n'
    )
    turn = History(here, tmp_path)[1]
    assert str(turn.plan("retry")).endswith(
        f"tokens; about {turn.usage.total_tokens / 100_000:.6g} USD (estimated)"
    )
