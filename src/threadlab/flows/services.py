"""Services: where a run's agents are asked: its own service, and those of its profiles' endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from threading import Lock
from types import TracebackType
from typing import Self

from threadlab.connect.connect import connect
from threadlab.connect.targets import Target
from threadlab.errors import NotFound, ServiceError
from threadlab.history.work.scope import Scope
from threadlab.history.work.service_agent import AgentsAgain


class Services:
    """The scopes of one run, by service. Each service is connected to when its first agent is asked.

    Leaving the block deletes the agents that were made for the run's nodes alone, and closes what was opened.
    """

    def __init__(self, scope: Scope) -> None:
        self._scopes: dict[Target | None, Scope] = {None: scope}
        self._opened = ExitStack()
        self._one_opens = Lock()

    def at(self, target: Target | None) -> Scope:
        """The run's scope, for an agent at that service."""
        with self._one_opens:
            if target not in self._scopes:
                lab = self._opened.enter_context(connect(target=target))
                own = self._scopes[None]
                there = replace(own, lab=lab, agents=AgentsAgain(lab))
                there.handle, there.allowance = own.handle, own.allowance
                self._scopes[target] = there
            return self._scopes[target]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._opened:
            for target, scope in self._scopes.items():
                _delete_made_agents(scope, str(target) if target else None)


def _delete_made_agents(scope: Scope, elsewhere: str | None) -> None:
    """Delete the agents that the service had to make for this run's nodes alone."""
    for agent_id in dict.fromkeys([*scope.agents.made, *_made_before(scope, elsewhere)]):
        try:
            scope.lab.delete_agent(agent_id)
        except NotFound:
            continue  # somebody was faster
        except ServiceError as error:
            scope.log(f"agent {agent_id} was not deleted: {error.message}", "warning")


def _made_before(scope: Scope, elsewhere: str | None) -> Iterator[str]:
    """The ids of those that another process made, which was at work on this run and died."""
    record = scope.open_run.record
    config = record.config
    for call in record.calls:
        is_here = call.path.startswith(scope.prefix) and config.elsewhere.get(call.agent) == elsewhere
        if not is_here or call.reused or call.run is None:
            continue
        if call.run.agent_id != config.agents[call.agent].id:
            yield call.run.agent_id
