"""Desk: what lies ready for every user run of a history."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from threadlab.history.plans.on_plan import OnPlan
from threadlab.history.reading.prices import Prices
from threadlab.history.reading.telemetry import Telemetry
from threadlab.history.tree import Tree
from threadlab.history.work.service_agent import AgentsAgain
from threadlab.journal.branch_log import Branches
from threadlab.journal.workspace import Workspace
from threadlab.service.port import AgentService


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Desk:
    """The service, the folder with its tree and branches, the agents, the prices, the chance in new ids.

    `telemetry` is told of each user run that is over. `on_plan` is shown what a verb is going to do. `holds`
    is whatever must live as long: a temporary folder.
    """

    lab: AgentService
    workspace: Workspace
    tree: Tree
    branches: Branches
    agents: AgentsAgain
    prices: Prices
    chance: Random
    telemetry: Telemetry
    on_plan: OnPlan | None = None
    holds: object = None
