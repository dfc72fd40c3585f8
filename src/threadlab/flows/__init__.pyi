"""The public names of flows, as type checkers and editors see them: `__init__.py` loads them late."""

from threadlab.flows.component import (
    AgentComponent,
    AgentNode,
    CommandNode,
    Component,
    Conditional,
    Flow,
    Parallel,
    PythonNode,
)
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.event_bus import EventBus, NodeEnded, NodeFailed, NodeInputRequired, NodeStarted
from threadlab.flows.isolated_execution import IsolatedExecution
from threadlab.flows.observability import ObservabilitySettings
from threadlab.flows.outcome_repository import OutcomeRepository
from threadlab.flows.resources import ResourceRegistry
from threadlab.flows.run_context import RunContext
from threadlab.flows.run_env_params import RunEnvParams
from threadlab.flows.runner import AgentRunner
from threadlab.flows.static_inputs import StaticInputs

__all__ = [
    "AgentComponent",
    "AgentNode",
    "AgentRunner",
    "CommandNode",
    "Component",
    "ComponentTree",
    "Conditional",
    "EventBus",
    "Flow",
    "IsolatedExecution",
    "NodeEnded",
    "NodeFailed",
    "NodeInputRequired",
    "NodeStarted",
    "ObservabilitySettings",
    "OutcomeRepository",
    "Parallel",
    "PythonNode",
    "ResourceRegistry",
    "RunContext",
    "RunEnvParams",
    "StaticInputs",
]
