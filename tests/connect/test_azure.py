"""The door to Azure, as far as it goes without Azure."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from azure.ai.agents import AgentsClient
from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient
from azure.core.credentials import AccessToken

from threadlab.backend.local import Backend
from threadlab.backend.wire.http import Request, json_response
from threadlab.connect.azure import AzureDoor
from threadlab.connect.in_process import InProcessAsyncTransport
from threadlab.connect.lab import Lab
from threadlab.connect.local import client_of
from threadlab.connect.settings import settings_from
from threadlab.connect.targets import Azure
from threadlab.connect.wire_log import WireLog
from threadlab.errors import NotInThisService
from threadlab.following.explain import explain
from threadlab.following.wait import wait
from threadlab.objects.run import Run
from threadlab.widgets.runs.timeline import timeline

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


class AzureOnMyTable(AzureDoor):
    """The door to Azure with a local backend behind it: everything but the way there is as on Azure."""

    def __init__(self, backend: Backend) -> None:
        super().__init__(TARGET)
        self._backend = backend

    def client(self, log: WireLog) -> AgentsClient:
        """A client of the backend."""
        return client_of(self._backend, log)


@pytest.fixture
def backend() -> Iterator[Backend]:
    """What stands behind the door."""
    backend = Backend.seeded(1)
    yield backend
    backend.close()


@pytest.fixture
def lab(backend: Backend) -> Iterator[Lab]:
    """A lab that believes to be on Azure."""
    with Lab(AzureOnMyTable(backend), TARGET, settings_from({})) as lab:
        yield lab


def a_run(lab: Lab) -> Run:
    """A run that is over."""
    thread = lab.threads.create(messages=[{"role": "user", "content": "Hello!"}])
    return wait(lab.runs.create(thread.id, lab.create_agent().id))


def test_what_only_the_backend_knows_is_not_in_this_service(lab: Lab) -> None:
    """The timeline, the truth and the step of a run: each names what there is instead."""
    run = a_run(lab)
    for ask in (
        lambda: timeline(lab, run),
        lambda: lab.workbench.truth(run),
        lambda: lab.workbench.step(run),
        lambda: lab.openai(),
    ):
        with pytest.raises(NotInThisService) as caught:
            ask()
        assert "connect(target=Local(seed=7))" in caught.value.hint
    assert lab.truth(run) is None
    assert explain(run).usage == run.usage


def test_a_clean_up_on_azure_deletes_what_this_folder_made_and_nothing_else(
    lab: Lab, backend: Backend
) -> None:
    """A colleague's lab in the same project keeps its objects; a later lab of this folder finds its own."""
    run = a_run(lab)
    colleague = client_of(backend)
    theirs = colleague.create_agent(model="gpt-4o", metadata={"threadlab.made_by": "somebody else"})
    with Lab(AzureOnMyTable(backend), TARGET, settings_from({})) as later:
        done = later.cleanup()
        assert [one.id for one in done.deleted] == [run.thread_id, run.agent_id]
        assert (done.of_others, done.place) == (1, "hub.services.ai.azure.com")
        assert [one.id for one in later.quota().objects] == [theirs.id]


def test_no_note_comes_from_a_real_model() -> None:
    """Nothing is asked for that is not there."""
    assert AzureDoor(TARGET).notes(None) == ()  # type: ignore[arg-type]
