"""AgentRunner: executes a component with its context, and gives its result."""

from __future__ import annotations

from typing import Any

from threadlab.errors import FlowError
from threadlab.flows.component import Component
from threadlab.flows.isolated_execution import IsolatedExecution
from threadlab.flows.run_context import RunContext
from threadlab.flows.written import check_written


class AgentRunner:
    """Runs `agent` once, as the user run of `context`. Raises FlowError for another component's context."""

    def __init__(self, agent: Component, context: RunContext) -> None:
        if check_written(agent, "what a runner is given") is not context.tree.root:
            raise FlowError(
                f"{agent.id} is not what the context was made for: that is {context.root_component_id}",
                hint="make a context of its own: threadlab.flows.RunContext(agent, ...)",
            )
        self.agent = agent
        self.context = context

    def run(self) -> Any:
        """The component's result, as JSON carries it. Raises what the failing node raised, as it was.

        Raises InputMissing when a node lacks an input that nobody gave; the run then waits for it.
        """
        return self._executed(None)

    def run_in(self, execution: IsolatedExecution) -> Any:
        """The same with every function and command in a process of its own, as `execution` says.

        The run itself is recorded from here, and agents are asked from here.
        """
        return self._executed(execution)

    def _executed(self, isolation: IsolatedExecution | None) -> Any:
        if not self.context.is_set_up:
            self.context.setup_run()
        return self.context.prepared.execute(self.context.static_inputs, isolation)
