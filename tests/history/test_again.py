"""Making a user run again: fork, edit, rerun, retry, replay. U10–U11, U17–U19, U48; invariants 4, 7, 8."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.history.conftest import Weather, every_file
from threadlab.connect.lab import Lab
from threadlab.errors import HistoryError, ReplayMissed, ToolDefinitionError, UnknownUserRun, WrongPath
from threadlab.history.branch import Branch
from threadlab.history.contexts.context import Choice, Said
from threadlab.history.history import History
from threadlab.history.plans.reuse import Reuse
from threadlab.history.user_run import UserRun
from threadlab.history.work.budget import Budget
from threadlab.journal.record import Record


@pytest.fixture
def main(history: History, weather: Weather) -> Branch:
    """A branch with a tool."""
    return history.branch("main", instructions="Be brief.", tools=[weather.tool])


def asked_live(lab: Lab, since: int) -> list[str]:
    """The requests since then."""
    return [f"{entry.method} {entry.path}" for entry in lab.wire.since(since)]


def test_a_fork_at_the_second_of_five_has_two_and_the_original_five_u17(
    main: Branch, history: History
) -> None:
    """Its first own turn replays the messages into a thread of its own, and tells what is lost."""
    turns = [main.ask(text) for text in ("My name is Ada.", "Hello.", "A", "My name is Bob.", "B")]
    draft = history.branch("draft", at=turns[1])
    assert [run.id for run in draft] == [run.id for run in turns[:2]] and len(main) == 5
    answer = draft.ask("What is my name?")
    assert answer.output == "Your name is Ada." and main.ask("What is my name?").output == "Your name is Bob."
    call = answer.calls[0]
    assert call.thread_id != turns[1].calls[0].thread_id
    assert call.lost == (
        "the ids and times of 4 messages",
        "the runs and steps behind 2 answers: their texts are there",
    )
    assert draft.ask("And now?").calls[0].thread_id == call.thread_id, "from then on it has a thread"
    assert (len(main), len(draft)) == (6, 4)


def test_an_edit_makes_a_sibling_and_both_can_be_opened_u18(main: Branch, history: History) -> None:
    """The original's files keep their bytes, the head moves, and lineage is recorded."""
    root = main.ask("My name is Ada.")
    turn = main.ask("What is my name?")
    before = every_file(history.folder / turn.id)
    other = turn.edit(input="How is the weather in Rome?", temperature=0.5).rerun()
    assert every_file(history.folder / turn.id) == before
    assert (turn.output, other.output) == ("Your name is Ada.", "Rome: sunny in Rome.")
    assert other.parent is not None and other.parent.id == root.id
    received = other.record.received
    assert (received.base, received.verb, received.trigger.type) == (turn.id, "edit", "rerun")
    assert received.changes == {"input": "How is the weather in Rome?", "temperature": 0.5}
    assert received.config.options == {"temperature": 0.5}
    assert main.head is not None and main.head.id == other.id
    assert [run.id for run in main] == [root.id, other.id]


def test_verbs_take_a_user_run_and_refuse_a_message_u11(main: Branch, history: History) -> None:
    """A message within a run is no place to fork from."""
    turn = main.ask("My name is Ada.")
    for refused in (lambda id: history.branch("draft", at=id), lambda id: history[id].rerun()):
        with pytest.raises(UnknownUserRun, match=r"msg_(.|\n)*the id of a message: say the user run"):
            refused(turn.messages[0].id)
    assert history.branches == ("main",)


def test_a_rerun_from_the_middle_reuses_what_came_before(
    lab: Lab, history: History, weather: Weather
) -> None:
    """It is planned first; reused calls cost nothing again, and name where they are from."""
    agents = {name: lab.create_agent(instructions="Be brief.", tools=[weather.tool]) for name in ("a", "b")}
    main = history.branch("main", agents=agents, tools=[weather.tool])
    turn = main.ask("My name is Ada.\n@b How is the weather in Oslo?\n@a What is my name?")
    assert str(turn.edit().plan("2")).startswith("reuse unit 1; execute units 2, 3, paid again; about")
    again = turn.rerun("2")
    plan = again.record.plan
    assert plan is not None and (plan.reused, plan.executed, plan.paid_again) == (
        ("1",),
        ("2", "3"),
        ("2", "3"),
    )
    assert [call.reused for call in again.calls] == [turn.id, "", ""]
    assert weather.asked == ["Oslo", "Oslo"] and again.output == "Your name is Ada."
    assert again.usage.total_tokens < turn.usage.total_tokens
    assert again.calls[0].messages == turn.calls[0].messages
    inside = turn.rerun("2.get_weather.1")
    assert [call.reused for call in inside.calls] == [turn.id, "", ""] and len(weather.asked) == 3


def test_tool_results_are_reused_where_the_agent_must_be_asked_again(
    lab: Lab, history: History, weather: Weather
) -> None:
    """The same call with the same arguments has no second effect; what is equal behind it is reused, too."""
    agents = {name: lab.create_agent(instructions="Be brief.", tools=[weather.tool]) for name in ("a", "b")}
    main = history.branch("main", agents=agents, tools=[weather.tool])
    turn = main.ask("@b How is the weather in Oslo?\n@a Hello.")
    other = turn.edit(of="b", instructions="Be kind.").rerun()
    assert weather.asked == ["Oslo"]
    assert [use.reused for use in other.tools] == [turn.id]
    assert [call.reused for call in other.calls] == ["", turn.id]
    assert len(turn.retry().tools) == 1 and weather.asked == ["Oslo", "Oslo"], "a retry makes all of it again"


def test_a_wrong_path_or_base_is_an_error_before_anything_is_written_invariant_8(
    main: Branch, history: History
) -> None:
    """It names the units that there are."""
    turn = main.ask("How is the weather in Oslo?")
    files = every_file(history.folder)
    with pytest.raises(WrongPath, match=r"'3'(.|\n)*1, 1.get_weather.1"):
        turn.rerun("3")
    with pytest.raises(UnknownUserRun, match="no user run"):
        history.user_run("turn-20260101-000000-zzzz")
    with pytest.raises(HistoryError, match="no agent 'nobody'"):
        turn.edit(of="nobody", model="x").rerun()
    assert every_file(history.folder) == files


def test_a_tool_that_is_missing_here_is_an_error_before_anything_is_written(
    lab: Lab, main: Branch, history: History
) -> None:
    """Another process has to bring the functions along."""
    turn = main.ask("How is the weather in Oslo?")
    elsewhere = History(lab, history.folder)
    with pytest.raises(ToolDefinitionError, match=r"get_weather(.|\n)*tools="):
        elsewhere[turn.id].rerun()
    assert len(history) == 1
    assert elsewhere[turn.id].replay().output == turn.output, "a replay needs no functions"


def test_a_replay_makes_no_request_and_gives_the_same_invariant_7(
    lab: Lab, main: Branch, history: History, weather: Weather
) -> None:
    """It is marked, costs nothing, and leaves the branch's head where it was."""
    main.ask("My name is Ada.")
    turn = main.ask("How is the weather in Oslo?")
    requests, asked = lab.wire.count, list(weather.asked)
    replay = turn.replay()
    assert asked_live(lab, requests) == [] and weather.asked == asked
    assert (replay.output, replay.record.received.verb, replay.usage.total_tokens) == (
        turn.output,
        "replay",
        0,
    )
    assert [call.steps for call in replay.calls] == [call.steps for call in turn.calls]
    assert main.head is not None and main.head.id == turn.id
    assert replay.replay().calls[0].reused == turn.id, "a replay of a replay names where it really happened"


def test_a_replay_that_misses_names_the_nearest_and_what_differs_invariant_7(
    lab: Lab, main: Branch, history: History
) -> None:
    """It fails before anything is written, and asks the service nothing."""
    turn = main.ask("My name is Ada.")
    requests = lab.wire.count
    with pytest.raises(
        ReplayMissed, match=r"asks agent at 1.*recorded at 1 differs.*'Be brief\.' → 'Be kind\.'"
    ):
        turn.replay(instructions="Be kind.")
    with pytest.raises(ReplayMissed, match=r"prompt: 'My name is Ada\.' → 'Hello\.'"):
        turn.replay(input="Hello.")
    assert asked_live(lab, requests) == [] and len(history) == 1


def test_a_replay_is_given_what_was_given_then(here: Lab, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever the policy of its branch says today."""
    history = History(here, tmp_path_factory.mktemp("runs"))
    main = history.branch("main", instructions="Be brief.")
    main.ask("My name is Ada.")
    turn = main.ask("Hello.")
    history.branch("main", context=_Forget())
    assert history[turn.id].replay().calls[0].reused == turn.id


def test_a_failed_call_is_not_replayed(lab: Lab, main: Branch) -> None:
    """A failure is no result."""
    lab.workbench.faults.add("model_error")
    failed = main.ask("Hello.")
    lab.workbench.faults.clear()
    with pytest.raises(ReplayMissed, match=r"ended as failed(.|\n)*retry"):
        failed.replay()


def test_a_replay_of_one_that_its_budget_ended_says_so(main: Branch) -> None:
    """And the way that the error names takes over what was done."""
    ended = main.ask(["Hello.", "What is 2 plus 3?"], budget=Budget(calls=1))
    with pytest.raises(ReplayMissed, match=r"ended as incomplete .*budget.* at 2(.|\n)*retry"):
        ended.replay()
    again = ended.retry(reuse=Reuse.finished(), budget=Budget(calls=2))
    assert again.status == "completed" and again.record.plan is not None
    assert (again.record.plan.reused, again.record.plan.executed) == (("1",), ("2",))


def test_a_retry_may_reuse_what_was_finished(lab: Lab, history: History, weather: Weather) -> None:
    """Only the failed command is asked again."""
    agent = lab.create_agent(name="a", tools=[weather.tool])
    main = history.branch("main", agents=agent, tools=[weather.tool])
    lab.workbench.faults.add("model_error:skip=2")
    turn = main.ask("How is the weather in Oslo?\n@a Hello.")
    assert turn.status == "failed"
    again = turn.retry(reuse=Reuse.finished())
    assert [call.reused for call in again.calls] == [turn.id, ""] and weather.asked == ["Oslo"]
    assert again.record.plan is not None and again.record.plan.reused == ("1",)


def test_the_user_picks_which_ones_are_summarised_u10_u19(main: Branch, history: History) -> None:
    """One and four as summaries, two and three as they were; the originals remain readable."""
    turns = [main.ask(text) for text in ("My name is Ada.", "B", "C", "D")]
    history.branch("main", context=_Summaries({turns[0].id: "The user is Ada.", turns[3].id: "D was said."}))
    fifth = history.branch("main").ask("E")
    assert [part.use for part in fifth.calls[0].context] == ["summary", "verbatim", "verbatim", "summary"]
    told = [
        message.text for message in history.lab.messages.list(fifth.calls[0].thread_id or "", order="asc")
    ]
    assert told[0].endswith("The user is Ada.)") and told[5].endswith("D was said.)") and len(told) == 8
    assert turns[0].calls[0].prompt == "My name is Ada." and turns[0].output == "Nice to meet you, Ada."


def test_the_context_can_be_seen_before_it_is_given(main: Branch) -> None:
    """It is the path from the root."""
    main.ask("My name is Ada.")
    assert main.context.said == (Said("user", "My name is Ada."), Said("assistant", "Nice to meet you, Ada."))


def test_somebody_who_adds_to_the_thread_does_not_get_into_the_conversation(lab: Lab, main: Branch) -> None:
    """The thread is only a cache: where it holds anything else, another is made."""
    first = main.ask("My name is Ada.")
    lab.messages.create(first.calls[0].thread_id or "", content="My name is Eve.")
    assert main.ask("What is my name?").output == "Your name is Ada."


def test_a_thread_that_was_deleted_is_made_again(lab: Lab, main: Branch) -> None:
    """The conversation lies in the journal, too."""
    first = main.ask("My name is Ada.")
    lab.threads.delete(first.calls[0].thread_id or "")
    assert main.ask("What is my name?").output == "Your name is Ada."


def test_siblings_of_siblings_keep_the_parent(main: Branch) -> None:
    """However often it is made again, it stays beside the first."""
    root = main.ask("My name is Ada.")
    turn: UserRun = main.ask("Hello.")
    for _ in range(2):
        turn = turn.retry()
    assert turn.parent is not None and turn.parent.id == root.id
    assert len(root.children) == 3


class _Forget:
    def choose(self, path: Sequence[Record]) -> list[Choice]:
        return [Choice(use="dropped", why="nothing is remembered") for _ in path]


class _Summaries:
    def __init__(self, summaries: dict[str, str]) -> None:
        self._summaries = summaries

    def choose(self, path: Sequence[Record]) -> list[Choice]:
        return [
            Choice(use="summary", summary=self._summaries[one.id])
            if one.id in self._summaries
            else Choice(use="verbatim")
            for one in path
        ]
