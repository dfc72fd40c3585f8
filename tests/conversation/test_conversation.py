"""Conversations through the real SDK on the local backend."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.conversation.conversation import Conversation
from threadlab.conversation.conversation_manager import ConversationManager
from threadlab.errors import (
    ConversationError,
    NobodyAnswers,
    NotFound,
    NotInThisService,
    RunNotCompleted,
)
from threadlab.following.wait import wait
from threadlab.objects.event import Ended, Event, TextArrived
from threadlab.service.streaming import ClassicRunStream
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def agents(lab: Lab) -> list[str]:
    """The ids of all agents."""
    return [agent.id for agent in lab.list_agents()]


def threads(lab: Lab) -> list[str]:
    """The ids of all threads."""
    return [thread.id for thread in lab.threads.list()]


def test_turns_share_one_thread(lab: Lab) -> None:
    """The second question comes with the first and its answer."""
    with Conversation(lab, instructions="Be brief.") as talk:
        assert str(talk.ask("one")) == "I saw 1 messages; instructions: Be brief."
        assert talk.ask("two").text.startswith("I saw 3 messages")


def test_a_reply_has_its_run_messages_usage_and_time(lab: Lab) -> None:
    """Everything about one question in one place."""
    with Conversation(lab) as talk:
        reply = talk.ask("hello")
    assert reply.run.status == "completed"
    assert [message.run_id for message in reply.messages] == [reply.run.id]
    assert reply.usage is not None
    assert reply.usage.total_tokens > 0
    assert reply.seconds > 0
    assert reply.view.requests


def test_leaving_deletes_what_was_made(lab: Lab) -> None:
    """Agent and thread are gone, and nothing else."""
    other = lab.create_agent(name="another")
    with Conversation(lab) as talk:
        assert len(agents(lab)) == 2
        assert threads(lab) == [talk.thread.id]
    assert agents(lab) == [other.id]
    assert threads(lab) == []


def test_leaving_after_an_error_deletes_too(lab: Lab) -> None:
    """The error itself comes through."""
    with pytest.raises(ZeroDivisionError), Conversation(lab) as talk:
        talk.ask("hello")
        raise ZeroDivisionError
    assert agents(lab) == []
    assert threads(lab) == []


def test_what_is_gone_already_is_no_error(lab: Lab) -> None:
    """Someone else may have cleaned up."""
    with Conversation(lab) as talk:
        lab.delete_agent(talk.agent.id)
    assert threads(lab) == []


def test_keeping_leaves_it_behind_and_a_thread_is_resumed_by_its_id(lab: Lab) -> None:
    """A later conversation goes on where the first one stopped, and does not delete what it was given."""
    with Conversation(lab, keep=True) as talk:
        talk.ask("one")
    with Conversation(lab, thread=talk.thread.id, agent=talk.agent) as later:
        assert later.ask("two").text.startswith("I saw 3 messages")
    assert threads(lab) == [talk.thread.id]
    assert agents(lab) == [talk.agent.id]


def test_a_thread_that_does_not_exist_leaves_nothing_behind(lab: Lab) -> None:
    """No agent is made for it."""
    with pytest.raises(NotFound):
        Conversation(lab, thread="thread_" + "0" * 24)
    assert agents(lab) == []


def test_a_given_agent_takes_no_configuration(lab: Lab) -> None:
    """Refused before anything is made."""
    agent = lab.create_agent()
    with pytest.raises(ConversationError, match="given together"):
        Conversation(lab, agent=agent, instructions="Be brief.")
    assert threads(lab) == []


@pytest.mark.parametrize("tools", [[add], Toolbox(add)])
def test_tools_answer_and_a_bad_call_is_an_output(lab: Lab, tools: list[object] | Toolbox) -> None:
    """Two calls, one of them without an argument: two outputs, and the run completes."""
    with Conversation(lab, tools=tools) as talk:  # type: ignore[arg-type]
        reply = talk.ask("add these")
    assert [card.ok for card in reply.tool_uses] == [True, False]
    assert reply.tool_uses[0].output == "5"


def test_an_agent_without_the_tools_is_told_of_them_with_each_run(lab: Lab) -> None:
    """The run has the agent's own tools and these."""
    own = {"type": "function", "function": {"name": "own", "description": "", "parameters": {}}}
    agent = lab.create_agent(tools=[own])
    with Conversation(lab, agent=agent, tools=[add]) as talk:
        reply = talk.ask("add these")
    assert [one["function"]["name"] for one in reply.run.tools] == ["own", "add"]
    assert reply.tool_uses[0].output == "5"


def test_a_failed_run_raises_with_the_run_and_the_conversation_goes_on(lab: Lab) -> None:
    """The error explains; the next question works."""
    with Conversation(lab) as talk:
        with pytest.raises(RunNotCompleted, match="the model broke") as caught:
            talk.ask("please fail")
        assert caught.value.run.status == "failed"
        assert talk.ask("please fail", expect=None).run.status == "failed"
        assert talk.ask("again").run.status == "completed"


def test_calls_without_tools_leave_the_run_reachable(lab: Lab) -> None:
    """The latest run can be cancelled by hand, then the thread is free."""
    with Conversation(lab) as talk:
        with pytest.raises(NobodyAnswers):
            talk.ask("add these", tools=[add])
        assert talk.run is not None
        talk.run.cancel()
        assert talk.ask("again").run.status == "completed"


def test_events_can_be_heard_or_drawn(lab: Lab) -> None:
    """`on_event` and `follow` tell the same story."""
    heard: list[Event] = []
    with Conversation(lab) as talk:
        talk.ask("one", on_event=heard.append)
        drawn = list(talk.follow("two"))
    assert isinstance(heard[-1], Ended)
    assert isinstance(drawn[-1], Ended)


def test_follow_speaks_at_once(lab: Lab) -> None:
    """The message is in the thread before the first event is drawn."""
    with Conversation(lab) as talk:
        events = talk.follow("one")
        assert [message.text for message in talk.history()] == ["one"]
        assert isinstance(list(events)[-1], Ended)


def test_history_is_the_thread_oldest_first(lab: Lab) -> None:
    """Also what someone else added."""
    with Conversation(lab) as talk:
        talk.ask("one")
        lab.messages.create(talk.thread.id, content="from elsewhere")
        assert [(message.role, message.text[:4]) for message in talk.history()] == [
            ("user", "one"),
            ("assistant", "I sa"),
            ("user", "from"),
        ]


def test_new_messages_come_once_each_with_their_run(lab: Lab) -> None:
    """Calling twice adds nothing."""
    with Conversation(lab) as talk:
        first, second = talk.ask("one"), talk.ask("two")
        assert [message.run_id for message in talk.new_messages()] == [first.run.id, second.run.id]
        assert talk.new_messages() == ()
        third = talk.ask("three")
        assert [message.id for message in talk.new_messages()] == [third.messages[0].id]


def test_totals_count_turns_tokens_tools_and_errors(lab: Lab) -> None:
    """The figures of an hour's work, from the runs themselves."""
    with Conversation(lab, tools=[add]) as talk:
        replies = [talk.ask(text, expect=None) for text in ("one", "add these", "fail")]
        totals = talk.totals()
    assert [turn.run_id for turn in totals.turns] == [reply.run.id for reply in replies]
    assert totals.usage.total_tokens == sum(reply.usage.total_tokens for reply in replies if reply.usage)
    assert totals.average_seconds == pytest.approx(sum(reply.seconds for reply in replies) / 3)
    assert totals.tool_frequency == {"add": 2}
    assert totals.turns[1].tool_failures == 1
    assert totals.errors == 1
    assert totals.error_rate == pytest.approx(1 / 3)


@pytest.fixture
def wordy() -> Iterator[Lab]:
    """A lab whose model, the rule-based stand-in, writes word by word."""
    with connect(target=Local(seed=8, pace=0)) as lab:
        yield lab


def test_a_streamed_answer_is_heard_piece_by_piece_and_its_reply_is_the_same(wordy: Lab) -> None:
    """Across a tool round too: the pieces add up to the text, and nothing else differs."""
    for question, calls in (("What is a run?", 0), ("Please add: a is 2, b is 3", 1)):
        pieces: list[str] = []
        with Conversation(wordy, tools=[add]) as talk, Conversation(wordy, tools=[add]) as polled:
            reply = talk.ask(question, on_text=pieces.append)
            other = polled.ask(question)
        assert len(pieces) > 1
        assert len(reply.tool_uses) == calls
        assert "".join(pieces) == reply.text == other.text
        assert (reply.run.status, reply.usage) == (other.run.status, other.usage)
        assert [use.output for use in reply.tool_uses] == [use.output for use in other.tool_uses]
        assert (reply.view.polls, bool(other.view.polls)) == (0, True)


def test_a_stream_can_be_followed_and_a_run_watched(lab: Lab) -> None:
    """`follow` tells the growing text; whatever `start` and `stream` give can be followed by anybody."""
    with Conversation(lab) as talk:
        assert any(isinstance(event, TextArrived) for event in talk.follow("one", stream=True))
        assert wait(talk.stream("two")).status == "completed"
        assert talk.run is not None
        assert talk.ask("three", stream=True).text.startswith("I saw 5 messages")
        assert [turn.status for turn in talk.totals().turns] == ["completed"] * 3


def no_way_back(stream: ClassicRunStream) -> ClassicRunStream:
    """As on Azure."""
    raise NotInThisService("this service cannot join a stream", hint="poll")


@pytest.mark.parametrize("joins", [True, False])
def test_a_stream_that_breaks_off_still_tells_the_whole_text(
    wordy: Lab, joins: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is joined again, or where a service cannot do that, the rest comes with the message."""
    pieces: list[str] = []
    wordy.workbench.faults.add("drop_stream", events=12)
    if not joins:
        monkeypatch.setattr(ClassicRunStream, "rejoin", no_way_back)
    with Conversation(wordy) as talk:
        reply = talk.ask("What is a run?", on_text=pieces.append)
    assert "".join(pieces) == reply.text
    assert reply.view.retries
    assert (len(pieces[-1].split()) > 2) is not joins


def test_the_lessons_own_name_is_an_alias() -> None:
    """Readers of the lesson find it."""
    assert ConversationManager is Conversation
