"""What the tests of the service share: a service on the local backend, and one that answers as told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from azure.ai.agents import AgentsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline.policies import AzureKeyCredentialPolicy

from threadlab.backend.clock import VirtualClock
from threadlab.backend.wire.http import Request, Response
from threadlab.connect.connect import connect
from threadlab.connect.in_process import InProcessTransport
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.service.classic import ClassicService


class Canned:
    """Answers each request with what `answer` says, and keeps the requests."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        self.time = VirtualClock()
        self.seen: list[Request] = []

    def handle(self, request: Request) -> Response:
        """Answer as told."""
        self.seen.append(request)
        return self.answer(request)

    def service(self) -> ClassicService:
        """A service over this handler, with the SDK's real client between."""
        key = AzureKeyCredential("local")
        client = AgentsClient(
            "https://threadlab.invalid/api/projects/local",
            key,  # type: ignore[arg-type]
            authentication_policy=AzureKeyCredentialPolicy(key, "Authorization", prefix="Bearer"),
            transport=InProcessTransport(self),
            retry_total=0,
        )
        return ClassicService(
            client,
            time=self.time,
            model="stand-in",
            place="a test",
            requests=lambda run_id: (),
            notes=lambda run: (),
        )


MakeCanned = Callable[[Callable[[Request], Response]], Canned]


@pytest.fixture
def canned() -> MakeCanned:
    """Make a handler from what it is to answer."""
    return Canned


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab on a fresh local backend."""
    with connect(target=Local(seed=7, pace=0)) as lab:
        yield lab
