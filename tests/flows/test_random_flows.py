"""Random component trees: whatever its shape, a flow can begin again anywhere, and nothing is done twice."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.errors import WrongPath
from threadlab.flows import (
    AgentComponent,
    AgentRunner,
    Component,
    Conditional,
    Flow,
    Parallel,
    PythonNode,
    RunContext,
)

SEEDS = range(4)


class Crashed(BaseException):
    """The process dies here: nobody writes a last word."""


@dataclass
class Grown:
    """A random tree; `done` counts each node's work, and `dies_at` is where the process dies, once."""

    chance: Random
    done: Counter[str] = field(default_factory=Counter)
    dies_at: int = -1
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ids: int = 0

    def tree(self) -> AgentComponent:
        """Some flows, side by side and one after another, with choices in them."""
        return AgentComponent("agent", [self._component(2) for _ in range(3)])

    def _component(self, depth: int) -> Component:
        kind = self.chance.choice(["node", "node", "flow", "parallel", "choice"]) if depth else "node"
        self._ids += 1
        id_ = f"{kind}{self._ids}"
        if kind == "node":
            return PythonNode(id_, self._work(id_, self.chance.randrange(100)))
        children = [self._component(depth - 1) for _ in range(self.chance.randint(1, 3))]
        if kind == "choice":
            chosen = self.chance.choice([child.id for child in children])
            return Conditional(id_, self._work(id_, chosen), children)
        return Flow(id_, children) if kind == "flow" else Parallel(id_, children)

    def _work(self, id_: str, result: Any) -> Callable[[], Any]:
        def work() -> Any:
            with self._lock:
                if self.dies_at == 0:
                    raise Crashed(id_)
                self.dies_at -= 1
                self.done[id_] += 1
            return result

        return work


@pytest.fixture(scope="module")
def lab() -> Any:
    """One for all: no agent is asked."""
    with connect(seed=2, pace=0) as lab:
        yield lab


def run(lab: Lab, project: Path, root: AgentComponent, **options: Any) -> tuple[RunContext, Any]:
    """A run of it, and its result."""
    context = RunContext(root, project_root=project, lab=lab, **options)
    return context, AgentRunner(root, context).run()


def results(context: RunContext) -> dict[str, str]:
    """What each node gave, as it lies on disk."""
    folder = context.env_params.run_dir
    files = sorted(folder.joinpath("agent").rglob("result.json"))
    return {str(path.relative_to(folder)): json.loads(path.read_bytes())["result"] for path in files}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rerun_from_any_node_equals_the_full_run(lab: Lab, tmp_path: Path, seed: int) -> None:
    """When nothing changed: its result, each node's, and the outcome; what came before is not done again."""
    grown = Grown(Random(seed))
    root = grown.tree()
    full, result = run(lab, tmp_path, root)
    ran = {unit.path for unit in full.record.units}
    for path in full.tree.inputs:
        grown.done.clear()
        if path not in ran:
            with pytest.raises(WrongPath, match=r"chose .* never ran there"):
                run(lab, tmp_path, root, previous_run_id=full.run_id, start_hierarchy_path=path)
            continue
        again, same = run(lab, tmp_path, root, previous_run_id=full.run_id, start_hierarchy_path=path)
        assert same == result and results(again) == results(full)
        assert full.outcomes.diff(full.run_id, again.run_id) == ""
        order = [one for one in full.tree.inputs if one in ran]
        wanted = [one.rpartition(".")[2] for one in order[order.index(path) :]]
        assert sorted(grown.done.elements()) == sorted(wanted)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_crash_anywhere_no_finished_node_is_done_again(lab: Lab, tmp_path: Path, seed: int) -> None:
    """Not in the run that is resumed, and not in a rerun that crashes in its turn."""
    grown = Grown(Random(seed))
    root = grown.tree()
    full, result = run(lab, tmp_path, root)
    whole = Counter(unit.path.rpartition(".")[2] for unit in full.record.units)
    for dies_at in range(0, whole.total(), 2):
        grown.done.clear()
        grown.dies_at = dies_at
        crashed = RunContext(root, project_root=tmp_path, lab=lab, branch=f"crash {dies_at}")
        with pytest.raises(Crashed):
            AgentRunner(root, crashed).run()
        grown.dies_at = -1
        resumed, same = run(lab, tmp_path, root, resume_run_id=crashed.run_id, branch=f"crash {dies_at}")
        assert resumed.run_id == crashed.run_id and same == result
        assert results(resumed) == results(full) and grown.done == whole


def test_a_rerun_that_crashed_goes_on_with_what_it_may_take_over(lab: Lab, tmp_path: Path) -> None:
    """The nodes of its base that it had not come to are still not done again."""
    grown = Grown(Random(3))
    nodes = [PythonNode(id_, grown._work(id_, id_)) for id_ in ("a", "b", "c", "d")]
    root = AgentComponent("agent", nodes)
    first, _ = run(lab, tmp_path, root)
    grown.dies_at = 1
    again = RunContext(
        root,
        project_root=tmp_path,
        lab=lab,
        previous_run_id=first.run_id,
        start_hierarchy_path="agent.c",
    )
    grown.done.clear()
    with pytest.raises(Crashed):
        AgentRunner(root, again).run()
    events = again.env_params.run_dir / "events.jsonl"
    lines = events.read_bytes().splitlines(keepends=True)
    begun = next(n for n, line in enumerate(lines) if b'"unit_ended"' in line)
    events.write_bytes(b"".join(lines[: begun + 1]))  # as if it had died while taking over
    grown.dies_at = -1
    grown.done.clear()
    _, result = run(lab, tmp_path, root, resume_run_id=again.run_id)
    assert result == "d" and sorted(grown.done) == ["c", "d"]
