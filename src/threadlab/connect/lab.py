"""The lab: a service to work with, and everything that the kit knows about the way to it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from threadlab.connect.door import Door
from threadlab.connect.owner import owner_at
from threadlab.connect.settings import Settings
from threadlab.connect.targets import Azure, Local, Target
from threadlab.connect.wire_log import WireLog
from threadlab.objects.quota import CleanedUp, Quota
from threadlab.service.classic import ClassicService
from threadlab.service.cleanup import clean_up
from threadlab.service.made_by import MadeBy
from threadlab.service.quota import quota_of
from threadlab.workbench.port import Workbench

if TYPE_CHECKING:
    from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient
    from openai import AsyncOpenAI, OpenAI


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
        # a seeded store ends with its lab: there is no later process that could know a mark again
        owner = None if self.seed is not None else partial(owner_at, settings.store_path().with_name("owner"))
        self._made_by = MadeBy(owner)
        service = ClassicService(
            door.client(self.wire),
            time=door.time,
            model=target.model,
            place=door.place,
            requests=self.wire.naming,
            opened=self.wire.opened,
            notes=door.notes,
            truth=door.truth,
            stepping=door.stepping,
            made_by=self._made_by,
            check_open=self.wire.check_open,
        )
        self._delegate(service)

    def _delegate(self, service: ClassicService) -> None:
        """Take over the service's verbs as they are, so that help on them is the service's own."""
        self.protocol, self.place = service.protocol, service.place
        self.sdk, self.time, self.stepping = service.sdk, service.time, service.stepping
        self.threads, self.messages = service.threads, service.messages
        self.runs, self.run_steps = service.runs, service.run_steps
        self.files, self.vector_stores = service.files, service.vector_stores
        self.create_agent, self.get_agent = service.create_agent, service.get_agent
        self.list_agents, self.update_agent = service.list_agents, service.update_agent
        self.delete_agent = service.delete_agent
        self.read_run, self.read_steps = service.read_run, service.read_steps
        self.read_messages, self.read_image = service.read_messages, service.read_image
        self.answer_run, self.cancel_run = service.answer_run, service.cancel_run
        self.notes, self.requests = service.notes, service.requests
        self.truth, self.check_open = service.truth, service.check_open

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

    def quota(self) -> Quota:
        """What lies at the service now, how old it is and whose, and the limits.

        It costs a request for each hundred objects, and one for each thread that was made here. Made here is
        what verbs of the kit made (not those of `sdk`): in this process, and where the store outlasts the lab
        by any process in this project folder. Their mark is the metadata "threadlab.made_by"; a file has
        none, so only those that this process uploaded are known.
        """
        return quota_of(self, self._made_by)

    def cleanup(self, *, older_than: timedelta | float = 0.0, dry_run: bool = False) -> CleanedUp:
        """Delete what was made here, at least `older_than` (a timedelta, or seconds) ago, and is not in use.

        Threads, agents, vector stores, files; never what others made. What is gone already is fine, and a
        service that cannot answer now (429) is asked again. With `dry_run` nothing is deleted: look first.
        Raises a ServiceError when the service cannot say what there is.
        """
        return clean_up(self, self.quota(), older_than=older_than, dry_run=dry_run)

    def sdk_async(self) -> AsyncAgentsClient:
        """A new asyncio client of the same service, recorded in the same `wire`; close it yourself."""
        return self._door.client_async(self.wire)

    def openai(self) -> OpenAI:
        """A new client of openai's, whose `beta.threads` are these threads; recorded in the same `wire`.

        Close it yourself. Raises NotInThisService on Azure, where that client has no threads.
        """
        return self._door.openai(self.wire)

    def openai_async(self) -> AsyncOpenAI:
        """The same for asyncio."""
        return self._door.openai_async(self.wire)

    def close(self) -> None:
        """Release connections and files. Whoever asks it for anything later meets LabClosed."""
        self.sdk.close()
        self._door.close()
        self.wire.close()

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._asked_seed is None or self.seed is not None:
            return f"<Lab: {self.target}>"
        why = "there" if isinstance(self.target, Azure) else "here: a real model does not repeat itself"
        return f"<Lab: {self.target}; seed {self._asked_seed} is ignored {why}>"
