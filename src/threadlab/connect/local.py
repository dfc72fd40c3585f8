"""The door to the local backend: a backend of its own, reached in this process."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from azure.ai.agents import AgentsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline.policies import AzureKeyCredentialPolicy

from threadlab.backend.completer.named import completer_named
from threadlab.backend.completer.port import Completer
from threadlab.backend.engine.server_tools import ServerTool
from threadlab.backend.local import Backend
from threadlab.backend.reach import Reach
from threadlab.backend.store.schema import StoreError
from threadlab.connect.embedding import chosen_embedder
from threadlab.connect.in_process import InProcessAsyncTransport, InProcessTransport
from threadlab.connect.targets import Local
from threadlab.connect.wire_log import WireLog
from threadlab.errors import SettingsError
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.stepping import Stepping
from threadlab.objects.time import Time
from threadlab.objects.truth import Truth
from threadlab.workbench.in_process import InProcess

if TYPE_CHECKING:
    from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient
    from openai import AsyncOpenAI, OpenAI

ENDPOINT = "https://threadlab.invalid/api/projects/local"
"""Nothing is ever sent there: the name cannot be resolved (RFC 2606). The SDK insists on https."""


class LocalDoor:
    """Opens the backend that `target` describes; `tools` are those that it runs itself, by name.

    With `code_interpreter` it runs code, too; `reach` is what its tools may reach elsewhere.

    Raises SettingsError for a store that cannot be used.
    """

    endpoint = ENDPOINT
    place = "local, in this process"

    def __init__(
        self,
        target: Local,
        completer: Completer | None = None,
        tools: Mapping[str, ServerTool] | None = None,
        *,
        code_interpreter: bool = False,
        reach: Reach | None = None,
    ) -> None:
        self._backend = _backend(target, completer, code_interpreter, reach)
        self._backend.tools.update(tools or {})
        self.time: Time = self._backend.time
        self.workbench = InProcess(self._backend)
        self.stepping: Stepping | None = None if target.seed is None else self.workbench

    def client(self, log: WireLog) -> AgentsClient:
        """A synchronous client of this backend."""
        return client_of(self._backend, log)

    def client_async(self, log: WireLog) -> AsyncAgentsClient:
        """An asyncio client of this backend."""
        from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient  # noqa: PLC0415

        key = AzureKeyCredential("local")
        return AsyncAgentsClient(
            ENDPOINT,
            key,  # type: ignore[arg-type]
            authentication_policy=AzureKeyCredentialPolicy(key, "Authorization", prefix="Bearer"),
            transport=InProcessAsyncTransport(self._backend),
            per_retry_policies=[log],
        )

    def openai(self, log: WireLog) -> OpenAI:
        """A client of openai's, of this backend."""
        from threadlab.connect.in_process_openai import openai_client  # noqa: PLC0415

        return openai_client(self._backend, log=log)

    def openai_async(self, log: WireLog) -> AsyncOpenAI:
        """An asyncio client of openai's, of this backend."""
        from threadlab.connect.in_process_openai import openai_client_async  # noqa: PLC0415

        return openai_client_async(self._backend, log=log)

    def notes(self, run: Run) -> tuple[ModelNote, ...]:
        """Why the stand-in answered as it did."""
        return self.workbench.notes(run)

    def truth(self, run: Run) -> Truth:
        """What really happened in the run."""
        return self.workbench.truth(run)

    def close(self) -> None:
        """Close the backend's store."""
        self._backend.close()


def client_of(backend: Backend, *logs: WireLog) -> AgentsClient:
    """A synchronous client of a backend in this process, recorded in `logs`."""
    key = AzureKeyCredential("local")
    return AgentsClient(
        ENDPOINT,
        key,  # type: ignore[arg-type]  # the policy below uses it in the token's place
        authentication_policy=AzureKeyCredentialPolicy(key, "Authorization", prefix="Bearer"),
        transport=InProcessTransport(backend),
        per_retry_policies=list(logs),
    )


def _backend(
    target: Local, completer: Completer | None, code_interpreter: bool, reach: Reach | None
) -> Backend:
    completer = completer or completer_named("openai" if target.endpoint else "rules", target.endpoint)
    embedder = chosen_embedder(target.embedder, target.endpoint)
    if target.seed is not None:
        if not completer.instant:
            raise SettingsError(
                f"a seed was given with a completer that takes its time ({completer.stand_in}), but a seeded "
                "lab's clock is moved by waiting alone and knows nothing of real time",
                hint="leave the seed out: connect(completer=…) is durable and lives in real time",
            )
        return Backend.seeded(
            target.seed,
            completer=completer,
            pace=target.pace,
            embedder=embedder,
            code_interpreter=code_interpreter,
            reach=reach,
        )
    store = Path(target.store or "")
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        return Backend.durable(
            store,
            completer=completer,
            pace=target.pace,
            embedder=embedder,
            code_interpreter=code_interpreter,
            reach=reach,
        )
    except (OSError, sqlite3.Error, StoreError) as problem:
        raise SettingsError(
            f"the store {store} cannot be opened: {problem}",
            hint="let THREADLAB_STORE name a new file, or a store, that you may write; or give a seed",
        ) from problem
