"""A scene: a service with a clock that adds up what was slept, and everything to reach it with.

Nobody really sleeps here. Whoever waits adds the seconds to the clock, and what is computed in between
counts, where the clock counts it, as it really passes. So a program that polls once a second is measured in
milliseconds, and waits as long as it would.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from azure.ai.agents import AgentsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline.policies import AzureKeyCredentialPolicy

from threadlab.backend.clock import RealClock
from threadlab.connect.in_process import Handler, InProcessTransport
from threadlab.connect.local import ENDPOINT
from threadlab.connect.wire_log import WireLog
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.service.classic import ClassicService


class AddingClock(RealClock):
    """The wall's clock plus all that was slept."""

    def __init__(self) -> None:
        super().__init__(pace=0.0)
        self._slept = 0.0

    def now(self) -> float:
        """Unix seconds."""
        return time.time() + self._slept

    def sleep(self, seconds: float) -> None:
        """Add the seconds."""
        self._slept += seconds


@dataclass(frozen=True, slots=True)
class Scene:
    """The service, through the SDK and through threadlab, with one agent on it; `wire` has every request."""

    service: ClassicService
    wire: WireLog
    agent_id: str

    @property
    def client(self) -> AgentsClient:
        """The SDK's client."""
        client: AgentsClient = self.service.sdk
        return client


def build(handler: Handler, notes: Callable[[Run], tuple[ModelNote, ...]], agent_id: str = "") -> Scene:
    """The scene around whatever answers; without `agent_id` the service is asked for an agent."""
    key = AzureKeyCredential("local")
    wire = WireLog(ENDPOINT, handler.time)
    client = AgentsClient(
        ENDPOINT,
        key,  # type: ignore[arg-type]  # the policy below uses it in the token's place
        authentication_policy=AzureKeyCredentialPolicy(key, "Authorization", prefix="Bearer"),
        transport=InProcessTransport(handler),
        per_retry_policies=[wire],
    )
    service = ClassicService(
        client, time=handler.time, model="stand-in", place="here", requests=wire.naming, notes=notes
    )
    return Scene(service, wire, agent_id)
