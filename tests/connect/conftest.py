"""What the tests of connecting share: a handler that answers as told, with a clock of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from azure.ai.agents import AgentsClient
from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline.policies import AzureKeyCredentialPolicy

from threadlab.backend.clock import VirtualClock
from threadlab.backend.wire.http import Request, Response
from threadlab.connect.in_process import InProcessAsyncTransport, InProcessTransport
from threadlab.connect.settings import variables
from threadlab.connect.wire_log import WireLog

ENDPOINT = "https://threadlab.invalid/api/projects/local"
SECRET = "sk-do-not-keep-me"


class ToldHandler:
    """Answers each request with what `answer` says, keeps the requests, has virtual time."""

    endpoint = ENDPOINT
    secret = SECRET

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        self.time = VirtualClock()
        self.seen: list[Request] = []
        self.log = WireLog(ENDPOINT, self.time)

    def handle(self, request: Request) -> Response:
        """Answer as told."""
        self.seen.append(request)
        return self.answer(request)

    def client(self) -> AgentsClient:
        """The SDK's client of this handler."""
        key = AzureKeyCredential(SECRET)
        return AgentsClient(
            ENDPOINT,
            key,  # type: ignore[arg-type]
            authentication_policy=AzureKeyCredentialPolicy(key, "Authorization", prefix="Bearer"),
            transport=InProcessTransport(self),
            per_retry_policies=[self.log],
        )

    def client_async(self) -> AsyncAgentsClient:
        """The SDK's asyncio client of this handler."""
        key = AzureKeyCredential(SECRET)
        return AsyncAgentsClient(
            ENDPOINT,
            key,  # type: ignore[arg-type]
            authentication_policy=AzureKeyCredentialPolicy(key, "Authorization", prefix="Bearer"),
            transport=InProcessAsyncTransport(self),
            per_retry_policies=[self.log],
        )


Told = Callable[[Callable[[Request], Response]], ToldHandler]


@pytest.fixture(scope="session")
def told() -> Told:
    """Make a handler from what it is to answer."""
    return ToldHandler


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting of this machine reaches a test: a clean environment and an empty working folder."""
    for name in (*variables(), "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path_factory.mktemp("work"))
