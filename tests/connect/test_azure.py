"""The door to Azure, as far as it goes without Azure."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient
from azure.core.credentials import AccessToken

from threadlab.backend.wire.http import Request, json_response
from threadlab.connect.azure import AzureDoor
from threadlab.connect.in_process import InProcessAsyncTransport
from threadlab.connect.targets import Azure

if TYPE_CHECKING:
    from tests.connect.conftest import Told

TARGET = Azure(endpoint="https://hub.services.ai.azure.com/api/projects/demo", model="gpt-4o")
THREAD = {"id": "thread_1", "object": "thread", "created_at": 1, "metadata": {}, "tool_resources": None}


class SlowCredential:
    """A credential that notes on which thread it was asked, and whether it was closed."""

    def __init__(self) -> None:
        self.asked_on: list[threading.Thread] = []
        self.closed = False

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """A token that lasts."""
        self.asked_on.append(threading.current_thread())
        return AccessToken("the-token", 4_000_000_000)

    def close(self) -> None:
        """Note it."""
        self.closed = True


async def test_an_asyncio_client_asks_for_its_token_off_the_event_loop(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signing in may take seconds; the notebook must not stand still meanwhile."""
    credential = SlowCredential()
    monkeypatch.setattr("azure.identity.DefaultAzureCredential", lambda: credential)

    def answer(request: Request) -> Any:
        assert request.headers["authorization"] == "Bearer the-token"
        return json_response(THREAD)

    handler = told(answer)
    door = AzureDoor(TARGET)
    carried = door.client_async(handler.log)
    async with AsyncAgentsClient(
        door.endpoint, carried._config.credential, transport=InProcessAsyncTransport(handler)
    ) as client:
        assert (await client.threads.get("thread_1")).id == "thread_1"
    assert credential.asked_on != [threading.main_thread()]
    assert len(credential.asked_on) == 1
    await carried.close()
    door.close()
    assert credential.closed


def test_no_note_comes_from_a_real_model() -> None:
    """Nothing is asked for that is not there."""
    assert AzureDoor(TARGET).notes(None) == ()  # type: ignore[arg-type]
