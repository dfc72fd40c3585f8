from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.recorded_comm import RecordedComm, recorded
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.conversation.conversation import Conversation
from threadlab.errors import ThreadlabError
from threadlab.following.follow import follow
from threadlab.objects.event import TextArrived
from threadlab.objects.message import Message, Part
from threadlab.widgets.cards.live_chat import LiveChat, live_chat

MOST_BYTES = 500


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A local lab that does not wait."""
    with connect(seed=3, pace=0) as lab:
        yield lab


def heard(chat: LiveChat) -> RecordedComm:
    """The chat's line to a page that is there."""
    comm = recorded(chat)
    comm.receive({"has": 0})
    comm.sent.clear()
    return comm


def message(number: int, text: str = "") -> Message:
    """A message with ids as long as the service's."""
    return Message(
        id=f"msg_{number:024d}",
        thread_id="t",
        role="assistant",
        content=(Part("text", text),),
        run_id=f"run_{number:024d}",
    )


def said(chat: LiveChat) -> list[tuple[str, str]]:
    """Who said what."""
    return [(line["role"], line["text"]) for line in chat.lines]


def test_it_begins_with_what_was_said_and_grows_with_each_question(lab: Lab) -> None:
    """The question at once, the answer when it is there, and the reply is given back."""
    talk = Conversation(lab)
    first = talk.ask("My name is Ada.")
    chat = live_chat(talk)
    assert said(chat) == [("user", "My name is Ada."), ("assistant", first.text)]
    reply = chat.ask("What is my name?")
    assert said(chat)[2:] == [("user", "What is my name?"), ("assistant", reply.text)]
    assert chat.lines[-1]["run"] == reply.run.id


@pytest.mark.parametrize("length", [10, 1000])
def test_an_append_is_a_small_message_whatever_the_length(length: int) -> None:
    """Goal 6 of the design: at most 500 bytes, the text apart, for a message and for a piece of one."""
    chat = LiveChat(message(number, "What is said.") for number in range(length))
    comm = heard(chat)
    chat.add(message(length))
    chat.tell(TextArrived(at=0.0, message_id=message(length).id, text="", so_far=""))
    assert len(comm.sent) == 2
    assert max(comm.sizes) < MOST_BYTES


def test_a_streamed_answer_grows_and_ends_as_the_message(lab: Lab) -> None:
    """One line, which becomes the message of the thread; nothing is said twice."""
    agent, thread = lab.create_agent(), lab.threads.create()
    asked = lab.messages.create(thread.id, content="Tell me about threads.")
    chat = live_chat([asked])
    comm = heard(chat)
    for event in follow(lab.runs.stream(thread.id, agent.id)):
        chat.tell(event)
    assert said(chat) == [(one.role, one.text) for one in lab.messages.list(thread.id, order="asc")]
    pieces = [one for one in comm.said if "more" in one]
    assert len(pieces) > 3
    assert sum("add" in one for one in comm.said) == 1
    assert all(one["at"] == 1 for one in pieces)


def test_the_status_is_told_while_a_run_goes_on_and_after_a_bad_end(lab: Lab) -> None:
    """A good end needs no words: the answer stands there."""
    talk = Conversation(lab)
    chat = live_chat(talk)
    comm = heard(chat)
    chat.ask("Hello")
    now = [one["now"] for one in comm.said if "now" in one]
    assert now[0] == "run ○ queued"
    assert now[-1] == ""
    lab.workbench.faults.add("model_error", times=1)
    chat.ask("Hello", expect=None)
    assert chat.log["now"] == "run ✕ failed"


def test_what_is_typed_into_the_chat_is_asked(lab: Lab) -> None:
    """And what goes wrong is told there, for no cell is there to show it."""
    chat = live_chat(Conversation(lab))
    comm = heard(chat)
    assert chat.asks
    comm.receive({"say": "Hello"})
    assert [role for role, _ in said(chat)] == ["user", "assistant"]
    lab.workbench.faults.add("500", "create run", times=9)
    comm.receive({"say": "Hello again"})
    assert "server" in chat.log["now"]
    comm.receive({"say": 7})
    assert len(chat.lines) == 3


def test_a_chat_of_messages_alone_has_nobody_to_ask() -> None:
    """And says how to have somebody."""
    chat = live_chat([message(1, "hi")])
    assert not chat.asks
    with pytest.raises(ThreadlabError, match="nobody in it to ask") as caught:
        chat.ask("Hello?")
    assert "live_chat(talk)" in str(caught.value.hint)


def test_its_text_in_a_stored_notebook_is_constant() -> None:
    """Whatever is in it."""
    chat = live_chat([message(1, "hi")])
    bundle, _ = chat._repr_mimebundle_() or ({}, {})
    assert bundle["text/plain"] == repr(chat) == "LiveChat()"
