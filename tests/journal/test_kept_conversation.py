"""A conversation that was kept as a file becomes user runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journal import story
from threadlab.conversation.saved import saved, write_saved
from threadlab.errors import JournalError
from threadlab.journal.kept_conversation import import_conversation
from threadlab.journal.workspace import Workspace
from threadlab.objects.agent import Agent
from threadlab.objects.message import Message, Part
from threadlab.objects.thread import Thread

AGENT = Agent(id="asst_1", model="m", name="guide", instructions="Be kind.", tools=({"type": "function"},))


def _message(number: int, role: str, *texts: str) -> Message:
    return Message(
        id=f"msg_{number}",
        thread_id="thread_1",
        role=role,
        content=tuple(Part("text", text, {"annotations": []}) for text in texts),
        run_id=None if role == "user" else f"run_{number}",
        agent_id=None if role == "user" else "asst_1",
        created_at=int(story.NOON) + 10 * number,
    )


def _kept(path: Path, *messages: Message) -> Path:
    """As `Conversation.export` writes it."""
    write_saved(saved(AGENT, Thread(id="thread_1"), messages), path)
    return path


def test_each_question_with_its_answers_becomes_a_user_run_below_the_one_before(
    workspace: Workspace, tmp_path: Path
) -> None:
    """With the texts, times, ids and the agent that the file holds, and nothing that it does not."""
    kept = _kept(
        tmp_path / "talk.json",
        _message(0, "user", "Hello."),
        _message(1, "assistant", "Hi!", "What now?"),
        _message(2, "user", "Two things."),
        _message(3, "assistant", "First."),
        _message(4, "assistant", "Second."),
        _message(5, "user", "Are you there?"),
    )
    first, second, third = import_conversation(workspace, kept, branch="old")
    records = [workspace.record(id) for id in (first, second, third)]
    assert [record.parent for record in records] == [None, first, second]
    assert [record.received.input for record in records] == ["Hello.", "Two things.", "Are you there?"]
    assert [record.output for record in records] == ["Hi!\n\nWhat now?", "First.\n\nSecond.", ""]
    assert [record.status for record in records] == ["completed", "completed", "incomplete"]
    (call,) = records[1].calls
    assert [message.id for message in call.messages] == ["msg_3", "msg_4"]
    assert (call.thread_id, call.message_id, call.seconds) == ("thread_1", "msg_2", 20.0)
    assert records[0].config.agents == {"guide": AGENT}
    assert [one.id for one in workspace.index.list(newest_first=False)] == [first, second, third]
    assert workspace.index.list()[0].branch == "old"
    assert (workspace.branches.names(), workspace.branches.read("old").head) == (("old",), third)


def test_the_same_file_is_not_imported_twice(workspace: Workspace, tmp_path: Path) -> None:
    """Its user runs have the same ids in every workspace."""
    kept = _kept(tmp_path / "talk.json", _message(0, "user", "Hello."), _message(1, "assistant", "Hi!"))
    ids = import_conversation(workspace, kept)
    assert import_conversation(Workspace(tmp_path / "elsewhere"), kept) == ids
    with pytest.raises(JournalError, match="is here already"):
        import_conversation(workspace, kept)
    assert workspace.ids() == ids


def test_an_answer_that_comes_first_is_kept_too(workspace: Workspace, tmp_path: Path) -> None:
    """Nobody asked: its input is empty."""
    (id,) = import_conversation(workspace, _kept(tmp_path / "x.json", _message(0, "assistant", "Welcome!")))
    record = workspace.record(id)
    assert (record.received.input, record.output) == ("", "Welcome!")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (None, "it cannot be read"),
        ("{", "it is no JSON"),
        ([], "no conversation"),
        ({"format": "something else"}, "no conversation"),
        ({"format": "threadlab conversation", "version": 2}, "version"),
        ({"format": "threadlab conversation", "version": 1}, "agent"),
    ],
)
def test_another_file_is_refused_before_anything_is_written(
    workspace: Workspace, tmp_path: Path, content: Any, found: str
) -> None:
    """With the reason."""
    path = tmp_path / "bad.json"
    if content is not None:
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    with pytest.raises(JournalError) as raised:
        import_conversation(workspace, path)
    assert found in raised.value.message and raised.value.hint
    assert not workspace.folder.exists()
