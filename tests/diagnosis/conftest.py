"""What these tests share: an agent that asks for the weather in two towns, on a seeded lab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.backend_client import FUNCTION, Scene
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.objects.run import Run
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox


@tool
def weather(city: str) -> str:
    """How the weather is in a city."""
    return f"It is sunny in {city}."


@dataclass
class Station:
    """A lab with an agent and a thread that holds a question."""

    lab: Lab
    agent_id: str
    thread_id: str
    tools: Toolbox

    def start(self, **options: object) -> Run:
        """A run."""
        return self.lab.runs.create(self.thread_id, self.agent_id, **options)  # type: ignore[arg-type]


@pytest.fixture
def station() -> Iterator[Callable[..., Station]]:
    """Make a station whose backend has these faults."""
    with ExitStack() as open_labs:

        def make(*faults: str) -> Station:
            lab = open_labs.enter_context(
                connect(target=Local(seed=1, pace=0), completer=Scene(), faults=faults)
            )
            agent = lab.create_agent(tools=[FUNCTION])
            thread = lab.threads.create(messages=[{"role": "user", "content": "How is the weather?"}])
            return Station(lab, agent.id, thread.id, Toolbox(weather))

        yield make
