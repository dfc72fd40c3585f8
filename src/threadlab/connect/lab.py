"""The lab: a service to work with, and everything that the kit knows about the way to it."""

from __future__ import annotations

from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient

from threadlab.connect.door import Door
from threadlab.connect.settings import Settings
from threadlab.connect.targets import Azure, Local, Target
from threadlab.connect.wire_log import WireLog
from threadlab.service.classic import ClassicService
from threadlab.workbench.port import Workbench


class Lab:
    """What `connect()` returns: an `AgentService`, whose verbs are those of the service behind `door`.

    `wire` records every request of its clients, `sdk` is the real azure-ai-agents client. Closing the lab,
    or leaving it as a context manager, releases files and connections.
    """

    def __init__(
        self, door: Door, target: Target, settings: Settings, *, asked_seed: int | None = None
    ) -> None:
        self.target = target
        self.settings = settings
        self.wire = WireLog(door.endpoint, door.time)
        self._door = door
        self._asked_seed = asked_seed
        service = ClassicService(
            door.client(self.wire),
            time=door.time,
            model=target.model,
            place=door.place,
            requests=self.wire.naming,
            opened=self.wire.opened,
            notes=door.notes,
            truth=door.truth,
        )
        self._delegate(service)

    def _delegate(self, service: ClassicService) -> None:
        """Take over the service's verbs as they are, so that help on them is the service's own."""
        self.protocol, self.place = service.protocol, service.place
        self.sdk, self.time = service.sdk, service.time
        self.threads, self.messages = service.threads, service.messages
        self.runs, self.run_steps = service.runs, service.run_steps
        self.create_agent, self.get_agent = service.create_agent, service.get_agent
        self.list_agents, self.update_agent = service.list_agents, service.update_agent
        self.delete_agent = service.delete_agent
        self.read_run, self.read_steps = service.read_run, service.read_steps
        self.read_messages = service.read_messages
        self.answer_run, self.cancel_run = service.answer_run, service.cancel_run
        self.notes, self.requests = service.notes, service.requests
        self.truth = service.truth

    @property
    def seed(self) -> int | None:
        """The seed in force; None on a durable store and on Azure."""
        return self.target.seed if isinstance(self.target, Local) else None

    @property
    def model(self) -> str:
        """What an agent gets that names no model."""
        return self.target.model

    @property
    def workbench(self) -> Workbench:
        """The hatch of the local backend. Raises NotInThisService on Azure."""
        return self._door.workbench

    def sdk_async(self) -> AsyncAgentsClient:
        """A new asyncio client of the same service, recorded in the same `wire`; close it yourself."""
        return self._door.client_async(self.wire)

    def close(self) -> None:
        """Release connections and files."""
        self.sdk.close()
        self._door.close()

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._asked_seed is None or self.seed is not None:
            return f"<Lab: {self.target}>"
        why = "there" if isinstance(self.target, Azure) else "here: a real model does not repeat itself"
        return f"<Lab: {self.target}; seed {self._asked_seed} is ignored {why}>"
