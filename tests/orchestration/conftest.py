"""A stage: a seeded lab whose agents are played by personas, and a branch that an orchestrator leads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.orchestration.personas import Persona, playing
from threadlab.connect.connect import connect
from threadlab.connect.targets import Local
from threadlab.history.branch import Branch
from threadlab.history.history import History
from threadlab.orchestration.orchestration import Orchestration


@dataclass
class Stage:
    """Sets scenes; each has a lab and a history of its own."""

    folder: Path
    exits: ExitStack
    scenes: list[History] = field(default_factory=list)

    def history(self, **personas: Persona) -> History:
        """A history at a new lab in which these agents are played like that."""
        lab = self.exits.enter_context(connect(target=Local(seed=7, pace=0), completer=playing(**personas)))
        self.scenes.append(History(lab, self.folder / f"runs{len(self.scenes)}"))
        return self.scenes[-1]

    def branch(self, orchestration: Orchestration | None = None, /, **personas: Persona) -> Branch:
        """A branch with an agent for each persona, and `orchestrator` to decide."""
        history = self.history(**personas)
        agents = [agent(history.lab, name) for name in personas if name != "orchestrator"]
        led = orchestration or Orchestration(policy="Be quick.")
        return history.branch("main", agents=agents, orchestrated_by=led)

    def at(self, branch: Branch) -> History:
        """The history that the branch is of."""
        return next(one for one in self.scenes if one.folder == branch.runs[-1].orchestration.file.parents[1])


def agent(lab: Any, name: str, **more: Any) -> Any:
    """An agent that the persona of that name plays."""
    return lab.create_agent(name=name, instructions=f"You are {name}.", **more)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """For scenes that end with the test."""
    with ExitStack() as exits:
        yield Stage(tmp_path, exits)
