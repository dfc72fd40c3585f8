"""The SDK's own client of a server on this machine: `threadlab serve`, or the floor over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from azure.ai.agents import AgentsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline.policies import AzureKeyCredentialPolicy

from benchmarks.contestants.sdk_run import new_agent, one_tool_run
from benchmarks.running_server import KEY, RunningServer, floor_server, threadlab_server


class ServedRun:
    """The eight requests over the SDK's stock transport. `pid` is the server's: its memory is what counts."""

    layers: Mapping[str, float] = {}

    def __init__(self, server: AbstractContextManager[RunningServer]) -> None:
        self._opened = ExitStack()
        running = self._opened.enter_context(server)
        self.pid = running.pid
        key = AzureKeyCredential(KEY)
        self._client = AgentsClient(
            f"{running.address}/api/projects/local",
            key,  # type: ignore[arg-type]  # the policy below uses it in the token's place
            authentication_policy=AzureKeyCredentialPolicy(key, "Authorization", prefix="Bearer"),
        )
        self._opened.callback(self._client.close)
        self._agent_id = new_agent(self._client)

    def run(self) -> str:
        """The eight requests."""
        return one_tool_run(self._client, self._agent_id)

    def close(self) -> None:
        """Let go of the connection and end the server."""
        self._opened.close()


def threadlab_served(folder: Path) -> ServedRun:
    """`threadlab serve` with its stand-in model."""
    return ServedRun(threadlab_server(folder))


def floor_served(folder: Path) -> ServedRun:
    """The floor."""
    return ServedRun(floor_server(folder))
