"""The door to Azure: the real endpoint, with whatever credential azure-identity finds.

`azure.identity` is imported when a client is made and not before: offline it is never needed, and in a
browser's Python it cannot be imported at all.
"""

from __future__ import annotations

import asyncio
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from azure.ai.agents import AgentsClient
from azure.core.credentials import AccessToken, TokenCredential

from threadlab.connect.targets import Azure
from threadlab.connect.wall_time import WallTime
from threadlab.connect.wire_log import WireLog
from threadlab.errors import NotInThisService
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.stepping import Stepping
from threadlab.objects.time import Time
from threadlab.workbench.port import Workbench

if TYPE_CHECKING:
    from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient


class AzureDoor:
    """Reaches the project that `target` names. Nothing is sent before the first verb is used."""

    stepping: Stepping | None = None  # it lives in real time

    def __init__(self, target: Azure) -> None:
        self.endpoint = target.endpoint
        self.place = urlsplit(target.endpoint).hostname or target.endpoint
        self.time: Time = WallTime()

    @property
    def workbench(self) -> Workbench:
        """There is none. Raises NotInThisService."""
        raise NotInThisService(
            "Azure has no workbench: nobody but the service itself sees what happens inside it",
            hint="lab.wire, run.steps() and explain(run) show what it tells; a lab on your table has one: "
            "from threadlab.connect.targets import Local; connect(target=Local(seed=7))",
        )

    @cached_property
    def _credential(self) -> TokenCredential:
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415

        return DefaultAzureCredential()

    def client(self, log: WireLog) -> AgentsClient:
        """A synchronous client of the project."""
        return AgentsClient(self.endpoint, self._credential, per_retry_policies=[log])

    def client_async(self, log: WireLog) -> AsyncAgentsClient:
        """An asyncio client of the project."""
        from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient  # noqa: PLC0415

        return AsyncAgentsClient(self.endpoint, _Awaited(self._credential), per_retry_policies=[log])

    def openai(self, log: WireLog) -> NoReturn:
        """There is none for threads and runs. Raises NotInThisService."""
        raise NotInThisService(
            "the openai client has no threads and runs on Azure: there it speaks the Responses protocol",
            hint="lab.sdk has the same threads, messages and runs; for the openai client's: "
            "from threadlab.connect.targets import Local; connect(target=Local(seed=7)).openai()",
        )

    openai_async = openai

    def notes(self, run: Run) -> tuple[ModelNote, ...]:
        """None: a real model gives no reasons."""
        return ()

    def truth(self, run: Run) -> None:
        """Nobody but the service itself knows it."""

    def close(self) -> None:
        """Let go of the credential's connections."""
        close = getattr(self._credential, "close", None)
        if close is not None:
            close()


class _Awaited:
    """The synchronous credential for an asyncio client: it is asked on a thread, off the event loop.

    So one credential serves every client of a lab, and none is left for the caller to close.
    """

    def __init__(self, credential: TokenCredential) -> None:
        self._credential = credential

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """A token for those scopes."""
        return await asyncio.to_thread(self._credential.get_token, *scopes, **options)

    async def close(self) -> None:
        """Nothing: the lab closes the credential."""

    async def __aenter__(self) -> _Awaited:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self.close()
