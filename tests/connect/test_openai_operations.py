"""Every verb of openai's `beta.assistants` and `beta.threads` once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests.backend_client import FUNCTION, Scene
from threadlab.backend.local import Backend
from threadlab.connect.in_process_openai import openai_client

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def beta() -> Iterator[Any]:
    """The client of a new backend."""
    backend = Backend.seeded(1, completer=Scene())
    yield openai_client(backend, "any").beta
    backend.close()


def test_assistants_have_all_their_verbs(beta: Any) -> None:
    """Made, read, listed, changed, deleted."""
    assistant = beta.assistants.create(model="stand-in", name="first")
    assert beta.assistants.retrieve(assistant.id).name == "first"
    assert beta.assistants.update(assistant.id, name="second").name == "second"
    assert [one.name for one in beta.assistants.list()] == ["second"]
    assert beta.assistants.delete(assistant.id).deleted
    with pytest.raises(openai.NotFoundError):
        beta.assistants.retrieve(assistant.id)


def test_threads_and_messages_have_all_their_verbs(beta: Any) -> None:
    """Made, read, changed, deleted; this client cannot list threads."""
    thread = beta.threads.create()
    assert beta.threads.retrieve(thread.id).id == thread.id
    assert beta.threads.update(thread.id, metadata={"a": "b"}).metadata == {"a": "b"}
    message = beta.threads.messages.create(thread.id, role="user", content="Hello")
    where = {"thread_id": thread.id}
    assert beta.threads.messages.retrieve(message.id, **where).content[0].text.value == "Hello"
    assert beta.threads.messages.update(message.id, **where, metadata={"c": "d"}).metadata == {"c": "d"}
    assert [one.id for one in beta.threads.messages.list(thread.id)] == [message.id]
    assert beta.threads.messages.delete(message.id, **where).deleted
    assert beta.threads.delete(thread.id).deleted


def test_runs_and_steps_have_all_their_verbs(beta: Any) -> None:
    """Begun, read, listed, changed, answered, cancelled; and the steps of it."""
    assistant = beta.assistants.create(model="stand-in", tools=[FUNCTION])
    run = beta.threads.create_and_run_poll(assistant_id=assistant.id, poll_interval_ms=1)
    where = {"thread_id": run.thread_id}
    assert beta.threads.runs.update(run.id, **where, metadata={"a": "b"}).metadata == {"a": "b"}
    calls = run.required_action.submit_tool_outputs.tool_calls
    outputs = [{"tool_call_id": call.id, "output": "sunny"} for call in calls]
    poll = {"tool_outputs": outputs, "poll_interval_ms": 1}
    done = beta.threads.runs.submit_tool_outputs_and_poll(run_id=run.id, **where, **poll)
    assert done.status == "completed"
    assert [one.id for one in beta.threads.runs.list(run.thread_id)] == [run.id]
    steps = list(beta.threads.runs.steps.list(run.id, **where))
    again = [beta.threads.runs.steps.retrieve(step.id, run_id=run.id, **where) for step in steps]
    assert [step.id for step in again] == [step.id for step in steps]
    another = beta.threads.runs.create(run.thread_id, assistant_id=assistant.id)
    assert beta.threads.runs.cancel(another.id, **where).status == "cancelling"


def test_a_stream_tells_that_an_answer_was_cut(beta: Any) -> None:
    """With too few tokens."""
    assistant, thread = beta.assistants.create(model="stand-in"), beta.threads.create()
    cut = {"assistant_id": assistant.id, "max_completion_tokens": 3, "stream": True}
    names = {event.event for event in beta.threads.runs.create(thread.id, **cut)}
    assert names >= {"thread.run.incomplete"}
