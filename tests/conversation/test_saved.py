"""Export and import: a round trip, and bad files refused before anything is made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from threadlab.connect.lab import Lab
from threadlab.conversation.conversation import Conversation
from threadlab.conversation.saved import SavedPart, lost_by_import, read_saved
from threadlab.errors import ConversationError, Refused


@pytest.fixture
def exported(lab: Lab, tmp_path: Path) -> Path:
    """A conversation of two turns as a file."""
    with Conversation(lab, name="helper", instructions="Be brief.") as talk:
        talk.ask("one")
        talk.ask("two")
        return talk.export(tmp_path / "talk.json")


def test_an_imported_conversation_reads_the_same_and_goes_on(lab: Lab, exported: Path) -> None:
    """Roles and texts in order, in a new thread, with the same name and instructions."""
    old = read_saved(exported)
    with Conversation.import_(lab, exported) as talk:
        assert [(one.role, one.text) for one in talk.history()] == [
            (one.role, one.text) for one in old.messages
        ]
        assert talk.thread.id != old.thread.id
        assert (talk.agent.name, talk.agent.instructions) == ("helper", "Be brief.")
        assert talk.ask("three").text.startswith("I saw 5 messages")


def test_an_import_lists_what_is_lost(lab: Lab, exported: Path) -> None:
    """Ids and times, and the runs behind the answers."""
    with Conversation.import_(lab, exported) as talk:
        assert len(talk.lost) == 2
        assert "4 messages" in talk.lost[0]
        assert "2 runs" in talk.lost[1]


def test_parts_that_are_no_text_are_lost_and_listed(exported: Path) -> None:
    """An image names a file of the old service; a message of nothing else is lost as a whole."""
    old = read_saved(exported)
    image = SavedPart(kind="image_file", text="", detail={"file_id": "assistant-1"})
    changed = old.model_copy(update={"messages": [old.messages[0].model_copy(update={"content": [image]})]})
    lost = list(lost_by_import(changed))
    assert any("image_file" in one for one in lost)
    assert any("as a whole" in one for one in lost)


def test_an_export_replaces_an_older_one(lab: Lab, exported: Path) -> None:
    """Whole, and with nothing left beside it."""
    with Conversation(lab) as talk:
        talk.export(exported)
    assert read_saved(exported).messages == []
    assert [path.name for path in exported.parent.iterdir()] == ["talk.json"]


def edit(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    """A change to the document as a change to the text."""

    def edited(text: str) -> str:
        document = json.loads(text)
        change(document)
        return json.dumps(document)

    return edited


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda text: text[:100], "no JSON"),
        (lambda text: "[]", "no threadlab conversation"),
        (edit(lambda document: document.update(format="other")), "no threadlab conversation"),
        (edit(lambda document: document.update(version=2)), "version is 2"),
        (edit(lambda document: document.pop("messages")), "messages: Field required"),
        (edit(lambda document: document["messages"][1].update(role="system")), "messages.1.role"),
        (edit(lambda document: document["messages"][0].update(extra=1)), "messages.0.extra"),
        (edit(lambda document: document["agent"].update(model=7)), "agent.model"),
    ],
)
def test_a_bad_file_is_refused_before_anything_is_made(
    lab: Lab, exported: Path, damage: Callable[[str], str], complaint: str
) -> None:
    """The error names the place; no agent and no thread were made."""
    exported.write_text(damage(exported.read_text()))
    with pytest.raises(ConversationError, match=complaint) as caught:
        Conversation.import_(lab, exported)
    assert caught.value.hint
    assert list(lab.list_agents()) == []
    assert list(lab.threads.list()) == []


def test_a_missing_file_is_refused(lab: Lab, tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(ConversationError, match=r"none\.json was not imported: it cannot be read"):
        Conversation.import_(lab, tmp_path / "none.json")


def test_an_import_does_not_write_into_a_thread_that_exists(lab: Lab, exported: Path) -> None:
    """It makes its own."""
    thread = lab.threads.create()
    with pytest.raises(ConversationError, match="makes a thread of its own"):
        Conversation.import_(lab, exported, thread=thread)
    assert list(lab.messages.list(thread.id)) == []


def test_an_import_that_the_service_refuses_leaves_nothing(
    lab: Lab, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was made for it is deleted, also when the copy is to be kept."""
    create = lab.messages.create

    def refuse_the_third(thread_id: str, **fields: Any) -> Any:
        if fields["content"] == "two":
            raise Refused("too long", status=400)
        return create(thread_id, **fields)

    monkeypatch.setattr(lab.messages, "create", refuse_the_third)
    with pytest.raises(Refused):
        Conversation.import_(lab, exported, keep=True)
    assert list(lab.list_agents()) == []
    assert list(lab.threads.list()) == []
