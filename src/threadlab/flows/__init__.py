"""Flows: components (agent, flow, node) that a user run executes, each at its own path. A public door.

    from threadlab.flows import AgentComponent, AgentRunner, PythonNode, RunContext

    component, component_tree, wiring     the tree as data: paths, and where every input comes from
    run_context, runner                   one run of it: set up, executed, completed
    flow_body, flow_execution             what the run does, through the scope of its user run
    isolated_execution                    work in a process with an environment and a folder of its own
    static_inputs, event_bus, resources   what nodes are given before, asked for during, and run on
    outcome_repository                    what runs were for, in git

Nothing here changes the process that it runs in: what needs an environment or a folder of its own gets a
child process. Each name is loaded when it is first used, so that a child process, and whoever only writes a
tree down, loads neither git nor a service; type checkers and editors read the same names in `__init__.pyi`.
"""

from __future__ import annotations

from threadlab.lazy_names import lazy_names

_HOMES = {
    "AgentComponent": "threadlab.flows.component",
    "AgentNode": "threadlab.flows.component",
    "AgentRunner": "threadlab.flows.runner",
    "CommandNode": "threadlab.flows.component",
    "Component": "threadlab.flows.component",
    "ComponentTree": "threadlab.flows.component_tree",
    "Conditional": "threadlab.flows.component",
    "EventBus": "threadlab.flows.event_bus",
    "Flow": "threadlab.flows.component",
    "IsolatedExecution": "threadlab.flows.isolated_execution",
    "NodeEnded": "threadlab.flows.event_bus",
    "NodeFailed": "threadlab.flows.event_bus",
    "NodeInputRequired": "threadlab.flows.event_bus",
    "NodeStarted": "threadlab.flows.event_bus",
    "ObservabilitySettings": "threadlab.flows.observability",
    "OutcomeRepository": "threadlab.flows.outcome_repository",
    "Parallel": "threadlab.flows.component",
    "PythonNode": "threadlab.flows.component",
    "ResourceRegistry": "threadlab.flows.resources",
    "RunContext": "threadlab.flows.run_context",
    "RunEnvParams": "threadlab.flows.run_env_params",
    "StaticInputs": "threadlab.flows.static_inputs",
}

__all__ = sorted(_HOMES)


__getattr__, __dir__ = lazy_names(__name__, _HOMES, __all__)
