"""The door: how a lab's clients reach its service. Two kinds, the local backend and Azure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from azure.ai.agents import AgentsClient

from threadlab.connect.wire_log import WireLog
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.stepping import Stepping
from threadlab.objects.time import Time
from threadlab.objects.truth import Truth
from threadlab.workbench.port import Workbench

if TYPE_CHECKING:
    from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient
    from openai import AsyncOpenAI, OpenAI


class Door(Protocol):
    """Makes SDK clients for one service, and says what else there is behind it."""

    @property
    def endpoint(self) -> str:
        """The endpoint that the clients are given."""
        ...

    @property
    def place(self) -> str:
        """Where the service runs, in words."""
        ...

    @property
    def time(self) -> Time:
        """The service's clock."""
        ...

    @property
    def workbench(self) -> Workbench:
        """The hatch of a local backend. Raises NotInThisService where there is none."""
        ...

    @property
    def stepping(self) -> Stepping | None:
        """The hands on its runs, where time stands still while nobody waits; None in real time."""
        ...

    def client(self, log: WireLog) -> AgentsClient:
        """A synchronous client whose exchanges are recorded in `log`."""
        ...

    def client_async(self, log: WireLog) -> AsyncAgentsClient:
        """An asyncio client whose exchanges are recorded in `log`."""
        ...

    def openai(self, log: WireLog) -> OpenAI:
        """A client of openai's, recorded in `log`. Raises NotInThisService where it has no threads."""
        ...

    def openai_async(self, log: WireLog) -> AsyncOpenAI:
        """The same for asyncio."""
        ...

    def notes(self, run: Run) -> tuple[ModelNote, ...]:
        """What a stand-in model said about a run."""
        ...

    def truth(self, run: Run) -> Truth | None:
        """What really happened in a run; None where nobody here can know."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
