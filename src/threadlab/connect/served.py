"""The door to a backend that `threadlab serve` runs: the SDK's own transports, over plain HTTP.

The SDK sends a token over HTTPS alone. A server on this machine takes a key, which the SDK does send, in the
same header.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from azure.ai.agents import AgentsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline.policies import AzureKeyCredentialPolicy

from threadlab.connect.targets import Served
from threadlab.connect.wall_time import WallTime
from threadlab.connect.wire_log import WireLog
from threadlab.errors import NotInThisService
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.stepping import Stepping
from threadlab.objects.time import Time
from threadlab.objects.truth import Truth
from threadlab.workbench.served import ServedWorkbench

if TYPE_CHECKING:
    from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient
    from openai import AsyncOpenAI, OpenAI


class ServedDoor:
    """Reaches the server that `target` names. Nothing is sent before the first verb is used."""

    stepping: Stepping | None = None  # it lives in real time

    def __init__(self, target: Served) -> None:
        self._key = AzureKeyCredential(target.key)
        self.endpoint = target.endpoint
        self.place = f"local, served at {urlsplit(target.endpoint).netloc}"
        self.time: Time = WallTime()
        self.workbench = ServedWorkbench(target.endpoint, target.key)

    def client(self, log: WireLog) -> AgentsClient:
        """A synchronous client of the server."""
        return AgentsClient(
            self.endpoint,
            self._key,  # type: ignore[arg-type]  # the policy below uses it in the token's place
            authentication_policy=self._policy(),
            per_retry_policies=[log],
        )

    def client_async(self, log: WireLog) -> AsyncAgentsClient:
        """An asyncio client of the server."""
        from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient  # noqa: PLC0415

        return AsyncAgentsClient(
            self.endpoint,
            self._key,  # type: ignore[arg-type]
            authentication_policy=self._policy(),
            per_retry_policies=[log],
        )

    def openai(self, log: WireLog) -> OpenAI:
        """A client of openai's, of the server."""
        from openai import OpenAI  # noqa: PLC0415

        from threadlab.connect.recorded_http import recorded_client  # noqa: PLC0415

        return OpenAI(base_url=self._openai_base, api_key=self._key.key, http_client=recorded_client(log))

    def openai_async(self, log: WireLog) -> AsyncOpenAI:
        """An asyncio client of openai's, of the server."""
        from openai import AsyncOpenAI  # noqa: PLC0415

        from threadlab.connect.recorded_http import recorded_client_async  # noqa: PLC0415

        http = recorded_client_async(log)
        return AsyncOpenAI(base_url=self._openai_base, api_key=self._key.key, http_client=http)

    def notes(self, run: Run) -> tuple[ModelNote, ...]:
        """Why the stand-in answered as it did; empty if the server has no workbench."""
        try:
            return self.workbench.notes(run)
        except NotInThisService:
            return ()

    def truth(self, run: Run) -> Truth | None:
        """What really happened in the run; None if the server has no workbench."""
        try:
            return self.workbench.truth(run)
        except NotInThisService:
            return None

    def close(self) -> None:
        """Let go of connections."""
        self.workbench.close()

    @property
    def _openai_base(self) -> str:
        """Where the same server speaks to clients of openai's."""
        url = urlsplit(self.endpoint)
        return f"{url.scheme}://{url.netloc}/v1"

    def _policy(self) -> Any:
        return AzureKeyCredentialPolicy(self._key, "Authorization", prefix="Bearer")
