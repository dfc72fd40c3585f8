"""One user run from its input to its end: U1–U8, U12–U16, U26–U32, U45, U47, U60, at both services."""

from __future__ import annotations

import json
import os
from collections import deque
from copy import deepcopy
from pathlib import Path

import pytest

from tests.history.conftest import Weather, every_file
from threadlab.connect.lab import Lab
from threadlab.errors import HistoryError, UserRunFinal
from threadlab.history.contexts.context_policy import Recent, UserChoice, Writing
from threadlab.history.contexts.summaries import ByAgent
from threadlab.history.history import History
from threadlab.history.user_run import UserRun
from threadlab.journal.fact import AnyFact, CallStarted, Ended, Observed, Received
from threadlab.journal.values import Command
from threadlab.objects.event import OutputsSubmitted, ToolFinished, ToolStarted
from threadlab.objects.usage import Usage
from threadlab.tools.tool import tool
from threadlab.views import event_scrubber


def facts(run: UserRun) -> list[AnyFact]:
    """What its log says."""
    return [entry.fact for entry in run.record.entries]


def test_one_input_with_three_calls_and_two_tools_is_one_user_run_u1_u5_u6_u7_u33(
    lab: Lab, history: History, weather: Weather
) -> None:
    """Its queue drains in order, and agent calls and tool calls are listed with all that belongs to them."""
    writer = lab.create_agent(name="writer", instructions="Be brief.")
    critic = lab.create_agent(name="critic", instructions="Be harsh.", tools=[weather.tool])
    main = history.branch("main", agents=[writer, critic], tools=[weather.tool])
    turn = main.ask(
        "My name is Ada.\n@critic How is the weather in Oslo?\n@critic How is the weather in Rome?"
    )
    assert turn.status == "completed" and len(history) == 1
    assert [(call.path, call.agent, call.prompt) for call in turn.calls] == [
        ("1", "writer", "My name is Ada."),
        ("2", "critic", "How is the weather in Oslo?"),
        ("3", "critic", "How is the weather in Rome?"),
    ]
    assert [call.output for call in turn.calls] == [
        "Nice to meet you, Ada.", "Oslo: sunny in Oslo.", "Rome: sunny in Rome.",
    ]  # fmt: skip
    assert [(use.path, use.name, use.output, use.ok) for use in turn.tools] == [
        ("2.get_weather.1", "get_weather", "sunny in Oslo", True),
        ("3.get_weather.1", "get_weather", "sunny in Rome", True),
    ]
    assert all(json.loads(use.arguments) and use.seconds is not None for use in turn.tools)
    assert [entry.status for entry in turn.record.queue] == ["completed"] * 3
    assert "received, parsed into 3 commands: My name is Ada." in str(event_scrubber(turn))
    kinds = [type(fact).__name__ for fact in facts(turn)]
    assert [kind for kind in kinds if kind.startswith(("Command", "Call"))] == [
        "CommandStarted", "CallStarted", "CallTied", "CallEnded", "CommandEnded",
    ] * 3  # fmt: skip


def test_the_input_is_stored_literally_and_received_comes_first_u2_u4_u26(history: History) -> None:
    """Trigger, input and queue stand in the log first of all, and before any request to the service."""
    main = history.branch("main", instructions="Be brief.")
    seen = history.lab.wire.count  # type: ignore[attr-defined]
    execution = main.start("  Hello,\n@nobody there ")
    received = execution.open_run.record.received
    assert history.lab.wire.count == seen  # type: ignore[attr-defined]
    on_disk = (history.folder / execution.id / "events.jsonl").read_text("utf-8").splitlines()
    assert isinstance(facts(history[execution.id])[0], Received) and len(on_disk) == 2
    assert history[execution.id].trigger.type == "user" and received.input == "  Hello,\n@nobody there "
    assert received.commands == (Command(text="Hello,\n@nobody there", agent="agent"),)
    execution.close()
    assert history[execution.id].is_stalled


def test_no_model_is_asked_for_a_summary_before_the_input_is_on_disk_u26_u15(history: History) -> None:
    """A plan asks nobody; the user run whose context it is pays for the summary, a replay for nothing."""
    main = history.branch("main", instructions="Be brief.")
    main.ask("Hello. " + "It was a fine day in a fine town. " * 20)
    by_agent = ByAgent(history.lab)
    main = history.branch("main", context=Recent(0, writing=Writing(by=by_agent)))
    assert main.plan("What is my name?").estimated_tokens > 0
    execution = main.start("What is my name?")
    assert by_agent.totals.turns == () and (history.folder / execution.id / "events.jsonl").is_file()
    deque(execution.follow(), maxlen=0)
    turn = history[execution.id]
    of_calls = sum((call.usage for call in turn.calls), Usage())
    assert len(by_agent.totals.turns) == 1 and turn.usage == of_calls + by_agent.totals.usage
    assert turn.replay().usage == Usage() and len(by_agent.totals.turns) == 1


def test_there_is_one_final_status_and_an_output_and_nothing_after_it_u8_u20_u31(history: History) -> None:
    """The record is immutable but for what people say of it, and its files do not change."""
    main = history.branch("main", instructions="Be brief.")
    turn = main.ask("My name is Ada.")
    assert [type(fact) for fact in facts(turn)].count(Ended) == 1 and isinstance(facts(turn)[-1], Ended)
    assert turn.output == "Nice to meet you, Ada."
    before = every_file(history.folder / turn.id)
    with pytest.raises(UserRunFinal, match=r"completed(.|\n)*retry"):
        turn.resume()
    turn.tag("baseline")
    turn.note("author", "Ada")
    turn.metadata["place"] = "Oslo"
    turn.rate(1, "good")
    told = History(history.lab, history.folder)[turn.id]
    assert told.tags == ("baseline",) and dict(told.metadata) == {"author": "Ada", "place": "Oslo"}
    del turn.metadata["place"]
    assert dict(turn.metadata) == {"author": "Ada"}
    after = every_file(history.folder / turn.id)
    assert {name for name in after if after[name] != before.get(name)} == {"annotations.jsonl"}
    with pytest.raises(TypeError, match="recorded does not change"):
        turn.record.config.options["temperature"] = 0.1  # type: ignore[index]
    assert deepcopy(turn.record) == turn.record and not json.loads(json.dumps(turn.record.config.options))


def test_the_next_one_is_below_it_on_the_same_thread_and_knows_what_was_said_u32_u41_u9(
    history: History,
) -> None:
    """The new user run becomes the head, and no message is outside a user run."""
    main = history.branch("main", instructions="Be brief.")
    first = main.ask("My name is Ada.")
    second = main.ask("What is my name?")
    assert second.output == "Your name is Ada."
    assert main.head is not None and main.head.id == second.id
    assert second.parent is not None and second.parent.id == first.id
    assert [run.id for run in first.children] == [second.id]
    assert {call.thread_id for run in main for call in run.calls} == {first.calls[0].thread_id}
    at_the_service = history.lab.messages.list(first.calls[0].thread_id or "", order="asc")
    told = (
        [call.message_id for run in main for call in run.calls],
        [m.id for run in main for m in run.messages],
    )
    assert {message.id for message in at_the_service} == {id for ids in told for id in ids}


def test_messages_that_are_said_again_name_the_user_run_that_they_are_from_u9(history: History) -> None:
    """On a fork's own thread each message is marked with its user run, or was written by a run of one."""
    main = history.branch("main", instructions="Be brief.")
    told = main.ask("My name is Ada. " + "I like fine weather in fine towns. " * 20)
    hello = main.ask("Hello.")
    fork = history.branch("fork", at=hello, context=UserChoice(summarise=(1,))).ask("What is my name?")
    messages = history.lab.messages.list(fork.calls[0].thread_id or "", order="asc")
    said_by = [message.metadata.get("threadlab.user_run", message.run_id) for message in messages]
    assert fork.calls[0].run is not None
    assert said_by == [told.id, hello.id, hello.id, fork.id, fork.calls[0].run.id]


def test_tokens_of_steps_calls_and_user_runs_are_one_sum_u14_u15_invariant_6(
    history: History, weather: Weather
) -> None:
    """None is unattributed, at any level."""
    main = history.branch("main", instructions="Be brief.", tools=[weather.tool])
    turns = [main.ask("My name is Ada."), main.ask("How is the weather in Oslo?")]
    for turn in turns:
        of_steps = sum((step.usage for call in turn.calls for step in call.steps if step.usage), Usage())
        of_runs = sum((call.run.usage for call in turn.calls if call.run and call.run.usage), Usage())
        assert of_steps == of_runs == turn.usage and turn.usage.total_tokens > 0
    threads = {call.thread_id for turn in turns for call in turn.calls if call.thread_id}
    at_the_service = [run.usage for thread in threads for run in history.lab.runs.list(thread) if run.usage]
    assert main.usage == sum((turn.usage for turn in turns), Usage()) == sum(at_the_service, Usage())


def test_a_failed_user_run_leaves_no_trace_in_the_next_one_u16_u45_u47_u48(
    lab: Lab, history: History
) -> None:
    """The branch takes the next input without repair; the failed one can be tried again, and asked for."""
    main = history.branch("main", instructions="Be brief.")
    main.ask("My name is Ada.")
    lab.workbench.faults.add("model_error")
    failed = main.ask("My name is Bob.")
    lab.workbench.faults.clear()
    assert failed.status == "failed" and failed.record.error is not None
    assert failed.record.queue[0].status == "failed" and failed.calls[0].usage.estimated
    after = main.ask("What is my name?")
    assert after.output == "Your name is Ada."
    assert [part.use for part in after.calls[0].context] == ["verbatim", "dropped"]
    assert "failed" in after.calls[0].context[1].why
    assert failed.retry().output == "Nice to meet you, Bob."
    assert failed.edit(input="My name is Cem.").rerun().output == "Nice to meet you, Cem."


def test_a_failed_command_ends_the_queue_and_is_never_completed_invariant_2(
    lab: Lab, history: History
) -> None:
    """What stood behind it stays pending."""
    main = history.branch("main", instructions="Be brief.")
    lab.workbench.faults.add("model_error")
    failed = main.ask([Command(text="Hello."), Command(text="Hello again.")])
    assert failed.status == "failed"
    assert [entry.status for entry in failed.record.queue] == ["failed", "pending"]


def test_every_tool_call_has_one_result_before_outputs_are_submitted_u30_invariant_1(
    history: History, weather: Weather
) -> None:
    """Start, result and submission follow each other on disk."""
    main = history.branch("main", instructions="Be brief.", tools=[weather.tool])
    turn = main.ask("How is the weather in Oslo?")
    events = [fact.event for fact in facts(turn) if isinstance(fact, Observed)]
    told = [type(one) for one in events if isinstance(one, ToolStarted | ToolFinished | OutputsSubmitted)]
    assert told == [ToolStarted, ToolFinished, OutputsSubmitted]
    assert [use.output for use in turn.tools] == ["sunny in Oslo"] and weather.asked == ["Oslo"]


def test_a_tool_that_fails_gives_a_failure_as_its_one_result(history: History) -> None:
    """The run goes on; the record says that it did not go well."""

    def get_weather(city: str) -> str:
        """The weather in a city."""
        raise OSError("no connection")

    main = history.branch("main", instructions="Be brief.", tools=[tool(get_weather)])
    turn = main.ask("How is the weather in Oslo?")
    assert [use.ok for use in turn.tools] == [False] and "no connection" in (turn.tools[0].output or "")
    assert turn.status == "completed"


def test_an_empty_input_or_an_unknown_agent_starts_nothing(history: History) -> None:
    """The error names the agents that there are, and nothing is written."""
    main = history.branch("main", instructions="Be brief.")
    with pytest.raises(HistoryError, match="empty input"):
        main.ask("  \n ")
    with pytest.raises(HistoryError, match=r"'critic'(.|\n)*agent"):
        main.ask([Command(text="Hi.", agent="critic")])
    with pytest.raises(HistoryError, match="3 is no command"):
        main.ask(["Hello.", 3])  # type: ignore[list-item]
    assert len(history) == 0


def test_the_orchestration_slot_is_there_from_the_first_event_and_its_own_u13_u28(history: History) -> None:
    """Another user run has another."""
    main = history.branch("main", instructions="Be brief.")
    execution = main.start("Hello.")
    assert history[execution.id].orchestration.file.is_file()
    execution.close()
    other = main.ask("Hello.").orchestration
    assert other.decisions == () and other != history[execution.id].orchestration


def test_the_environment_is_untouched_by_a_user_run_invariant_12(history: History, weather: Weather) -> None:
    """Before and after, variables and working folder are the same."""
    before = dict(os.environ), Path.cwd()
    history.branch("main", instructions="Be brief.", tools=[weather.tool]).ask("How is the weather in Oslo?")
    assert (dict(os.environ), Path.cwd()) == before


def test_a_fresh_process_reads_the_same_record_u60(lab: Lab, history: History, weather: Weather) -> None:
    """Another history over the same folder has the same user runs, branches and records."""
    main = history.branch("main", instructions="Be brief.", tools=[weather.tool])
    turn = main.ask("How is the weather in Oslo?")
    again = History(lab, history.folder)
    assert again[turn.id].record == turn.record
    assert [run.id for run in again.branch("main")] == [turn.id] and again.branches == ("main",)


def test_an_agent_that_was_changed_or_deleted_since_blocks_nothing(lab: Lab, history: History) -> None:
    """The branch has a copy: the same instructions are followed, by an agent made again where it is gone."""
    agent = lab.create_agent(name="writer", instructions="Always answer in French.")
    main = history.branch("main", agents=agent)
    lab.update_agent(agent.id, instructions="Be brief.")
    changed = main.ask("My name is Ada.")
    lab.delete_agent(agent.id)
    gone = main.ask("What is my name?")
    assert [run.status for run in (changed, gone)] == ["completed"] * 2
    calls = [call.run.instructions for run in (changed, gone) for call in run.calls if call.run]
    assert calls == ["Always answer in French."] * 2
    main.configure(instructions="Be brief.")
    assert main.ask("Hello.").record.config.agents["writer"].instructions == "Be brief."
    assert gone.record.config.agents["writer"].instructions == "Always answer in French."


def test_what_is_given_to_an_agent_is_hashed_without_ids(history: History) -> None:
    """The same question on another thread is the same request."""
    main = history.branch("main", instructions="Be brief.")
    turn = main.ask("My name is Ada.")
    again = turn.retry()
    started = [fact for run in (turn, again) for fact in facts(run) if isinstance(fact, CallStarted)]
    assert started[0].request == started[1].request and turn.calls[0].thread_id != again.calls[0].thread_id


def test_a_branch_may_be_said_again_and_changes_later_user_runs_only(lab: Lab, history: History) -> None:
    """So a cell can be run twice; what is said anew holds from then on, and history is not rewritten."""
    weather = Weather()
    first = history.branch("main", instructions="Be brief.").ask("Hello.")
    log = history.folder / "branches" / "main.jsonl"
    lines = len(log.read_text("utf-8").splitlines())
    history.branch("main", instructions="Be brief.")
    assert len(log.read_text("utf-8").splitlines()) == lines
    main = history.branch("main", instructions="Be kind.", tools=[weather.tool], temperature=0.1)
    second = main.ask("How is the weather in Oslo?")
    assert second.output == "Oslo: sunny in Oslo."
    configs = [run.record.config for run in (first, second)]
    assert [config.agents["agent"].instructions for config in configs] == ["Be brief.", "Be kind."]
    assert [dict(config.options) for config in configs] == [{}, {"temperature": 0.1}]
    fork = history.branch("fork", at=first, model="another")
    assert history.branch("fork", at=first).name == fork.name
    assert fork.config.agents["agent"].model == "another"
    with pytest.raises(HistoryError, match="began elsewhere"):
        history.branch("fork", at=second)


def test_counters_move_while_it_works_u29(history: History) -> None:
    """What is on disk tells the tokens of the first call before the second is over, the queue, the times."""
    main = history.branch("main", instructions="Be brief.")
    execution = main.start(["One.", "@agent Two."])
    turn = history[execution.id]
    assert (turn.input, turn.trigger.type, turn.started_at) == ("@agent One.\n@agent Two.", "user", None)
    told, queues = [], []
    for _ in execution.follow():
        told.append((turn.status, turn.usage.total_tokens, turn.ended_at is None))
        queues.append(tuple(entry.status for entry in turn.queue))
    live = {tokens for status, tokens, _ in told if status == "in_progress"}
    assert len(live) >= 3 and max(live) == told[-1][1]
    assert list(dict.fromkeys(queues)) == [
        ("pending", "pending"), ("active", "pending"), ("completed", "active"), ("completed", "completed"),
    ]  # fmt: skip
    assert all(is_open for status, _, is_open in told if status == "in_progress")
    assert turn.started_at is not None and turn.ended_at is not None
    assert turn.created_at <= turn.started_at < turn.ended_at


def test_an_interrupted_cell_leaves_it_to_be_resumed_and_says_so(history: History) -> None:
    """Ctrl-C is not an end."""

    def press(seen: object) -> None:
        if isinstance(getattr(seen, "fact", None), CallStarted):
            raise KeyboardInterrupt

    main = history.branch("main", instructions="Be brief.")
    with pytest.raises(KeyboardInterrupt):
        main.ask("My name is Ada.", on_event=press)
    assert main.head is not None and main.head.is_stalled
    assert main.head.resume().output == "Nice to meet you, Ada."
