"""Made body: what a branch's user runs execute where that is not the plain turn; and how it is made again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from threadlab.history.bodies.absent_body import component_absent
from threadlab.history.bodies.body import Body
from threadlab.history.bodies.turn import TURN, Turn
from threadlab.history.plans.commands import Input, commands_of
from threadlab.journal.record import Record
from threadlab.journal.values import Config
from threadlab.objects.agent import Agent
from threadlab.service.port import AgentService


class MakesBodies(Protocol):
    """Makes the body of each input of a branch: an orchestration, for one."""

    @property
    def body_name(self) -> str:
        """What the log calls the bodies."""
        ...

    def agents(self, lab: AgentService, config: Config) -> Mapping[str, Agent]:
        """The agents that the bodies need and the branch does not have, made at the service."""
        ...

    def config(self, config: Config, request: str, now: float) -> Config:
        """What is in force for this new input; it is recorded, and never asked for again."""
        ...

    def body(self, request: str, config: Config) -> Body:
        """The body; also of a recorded user run that is made again, or gone on with."""
        ...


def body_again(record: Record, makes: MakesBodies | None, input: Input, literal: str, config: Config) -> Body:
    """The body of a recorded user run. Raises HistoryError for a component that nobody here can make."""
    check_can_make(record, makes)
    if makes is None or record.received.body == TURN:
        return Turn(commands=commands_of(input, tuple(config.agents)))
    return makes.body(literal, config)


def check_can_make(record: Record, makes: MakesBodies | None) -> None:
    """Raise HistoryError for a component that nobody here can make."""
    if record.received.body not in (TURN, makes.body_name if makes else TURN):
        raise component_absent(record)
