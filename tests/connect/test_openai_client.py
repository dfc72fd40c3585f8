"""The /v1 prefix, driven by the client that it was made for: openai's `beta.threads`."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from tests.backend_client import FUNCTION, Scene
from threadlab.backend.local import Backend
from threadlab.connect.in_process_openai import openai_client

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

KEY = "sk-test-001"


@pytest.fixture
def backend() -> Iterator[Backend]:
    """A backend that asks for a key."""
    backend = Backend.seeded(1, completer=Scene(), key=KEY)
    yield backend
    backend.close()


def test_a_tool_run_goes_through(backend: Backend) -> None:
    """Create, poll, submit both outputs, read the answer and the steps."""
    beta = openai_client(backend, KEY, max_retries=0).beta
    assistant = beta.assistants.create(model="stand-in", tools=[FUNCTION])  # type: ignore[list-item]
    thread = beta.threads.create(messages=[{"role": "user", "content": "How is the weather?"}])
    run = beta.threads.runs.create_and_poll(
        thread_id=thread.id, assistant_id=assistant.id, poll_interval_ms=1
    )
    assert run.status == "requires_action"
    assert run.required_action is not None
    calls = run.required_action.submit_tool_outputs.tool_calls
    run = beta.threads.runs.submit_tool_outputs_and_poll(
        thread_id=thread.id,
        run_id=run.id,
        tool_outputs=[{"tool_call_id": call.id, "output": "sunny"} for call in calls],
        poll_interval_ms=1,
    )
    assert run.status == "completed"
    assert [message.role for message in beta.threads.messages.list(thread.id)] == ["assistant", "user"]
    assert [step.type for step in beta.threads.runs.steps.list(run.id, thread_id=thread.id)] == [
        "message_creation",
        "tool_calls",
    ]


def test_paging_ends_by_the_clients_own_rule(backend: Backend) -> None:
    """This client reads `has_more`, where Azure's reads `last_id`."""
    beta = openai_client(backend, KEY, max_retries=0).beta
    ids = [beta.assistants.create(model="stand-in").id for _ in range(7)]
    assert [assistant.id for assistant in beta.assistants.list(limit=3)] == ids[::-1]


def test_errors_arrive_as_the_clients_own_exceptions(backend: Backend) -> None:
    """401, 404 and 400 by type, with the backend's words."""
    beta = openai_client(backend, KEY, max_retries=0).beta
    with pytest.raises(openai.AuthenticationError, match="Bearer"):
        openai_client(backend, "sk-wrong", max_retries=0).beta.assistants.list()
    with pytest.raises(openai.NotFoundError, match="thread_none"):
        beta.threads.retrieve("thread_none")
    with pytest.raises(openai.BadRequestError, match="begins with 'asst'"):
        beta.threads.runs.create(beta.threads.create().id, assistant_id="x")
