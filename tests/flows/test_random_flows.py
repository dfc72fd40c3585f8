"""Random component trees: whatever its shape, a flow can begin again anywhere, and nothing is done twice."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import pytest

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.errors import WrongPath
from threadlab.flows import (
    AgentComponent,
    AgentNode,
    AgentRunner,
    Component,
    Conditional,
    Flow,
    Parallel,
    PythonNode,
    RunContext,
)

SEEDS = range(3)


class Crashed(BaseException):
    """The process dies here: nobody writes a last word."""


@dataclass
class Grown:
    """A random tree; `done` counts each node's work, and `dies_at` is where the process dies, once.

    What a node gives depends on what it is given: the results of up to two components before it.
    """

    chance: Random
    done: Counter[str] = field(default_factory=Counter)
    dies_at: int = -1
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ids: int = 0

    def tree(self) -> AgentComponent:
        """Some flows, side by side and one after another, with choices in them; one agent is asked."""
        children = self._row(3, 2, [])
        taken = self.chance.choice([child.id for child in children])
        ask = AgentNode("asked", prompt=f"Say {{{{ {taken} }}}}", instructions="Be brief.")
        children.insert(self.chance.randint(children.index(_named(children, taken)) + 1, len(children)), ask)
        return AgentComponent("agent", children)

    def node(self, id_: str, result: Any, before: Sequence[str] = ()) -> PythonNode:
        """A node that counts its work."""
        taken = self.chance.sample(list(before), min(len(before), self.chance.randint(0, 2)))
        inputs = dict(zip(("one", "other"), taken, strict=False))

        def work(one: Any = None, other: Any = None) -> Any:
            self._count(id_)
            return [result, crc32(repr((one, other)).encode())]

        return PythonNode(id_, work, inputs=inputs)

    def _row(self, length: int, depth: int, before: Sequence[str]) -> list[Component]:
        """So many components, one after the other: each may take from those before it."""
        row: list[Component] = []
        for _ in range(length):
            row.append(self._component(depth, [*before, *(one.id for one in row)]))
        return row

    def _component(self, depth: int, before: Sequence[str]) -> Component:
        kind = self.chance.choice(["node", "node", "flow", "parallel", "choice"]) if depth else "node"
        self._ids += 1
        id_ = f"{kind}{self._ids}"
        if kind == "node":
            return self.node(id_, self.chance.randrange(100), before)
        many = self.chance.randint(1, 3)
        if kind == "flow":
            return Flow(id_, self._row(many, depth - 1, before))
        children = [self._component(depth - 1, before) for _ in range(many)]
        if kind == "parallel":
            return Parallel(id_, children)
        chosen = self.chance.choice([child.id for child in children])

        def choose() -> str:
            self._count(id_)
            return chosen

        return Conditional(id_, choose, children)

    def _count(self, id_: str) -> None:
        with self._lock:
            if self.dies_at == 0:
                raise Crashed(id_)
            self.dies_at -= 1
            self.done[id_] += 1


def _named(components: Sequence[Component], id_: str) -> Component:
    return next(one for one in components if one.id == id_)


@pytest.fixture(scope="module")
def lab() -> Any:
    """One for all."""
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


def _asked(run: RunContext) -> list[str]:
    """The agents' nodes that were not taken over."""
    return [_id(call.path) for call in run.record.calls if not call.reused]


def _id(path: str) -> str:
    return path.rpartition(".")[2]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rerun_from_any_node_equals_the_full_run(lab: Lab, tmp_path: Path, seed: int) -> None:
    """When nothing changed: its result, each node's, and the outcome; what came before is not done again."""
    grown = Grown(Random(seed))
    root = grown.tree()
    full, result = run(lab, tmp_path, root)
    ran = {unit.path for unit in full.record.units} | {"agent.asked"}
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
        before, wanted = order[: order.index(path)], order[order.index(path) :]
        assert sorted([*grown.done.elements(), *_asked(again)]) == sorted(map(_id, wanted))
        assert again.record.plan is not None and again.record.plan.reused == tuple(before)


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
        assert [call.status for call in resumed.record.calls] == ["completed"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_log_that_is_cut_off_anywhere_is_gone_on_with(lab: Lab, tmp_path: Path, seed: int) -> None:
    """At the end of a line or in its midst: what the whole lines say is finished is not done again."""
    grown = Grown(chance := Random(seed))
    root = grown.tree()
    full, result = run(lab, tmp_path, root)
    for number in range(3):
        branch = f"cut {number}"
        cut, _ = run(lab, tmp_path, root, branch=branch)
        events = cut.env_params.run_dir / "events.jsonl"
        content = events.read_bytes()
        first = content.index(b"\n", content.index(b'"began"'))
        events.write_bytes(content[: chance.randint(first + 1, len(content) - 2)])
        kept = events.read_bytes().split(b"\n")[:-1]
        finished = [json.loads(line)["path"] for line in kept if b'"unit_ended"' in line]
        grown.done.clear()
        resumed, same = run(lab, tmp_path, root, resume_run_id=cut.run_id, branch=branch)
        assert same == result and results(resumed) == results(full)
        done = {path for path in full.tree.inputs if _id(path) in grown.done}
        assert done.isdisjoint(finished)
        assert {unit.path for unit in full.record.units} == {*done, *finished}


def test_a_rerun_that_crashed_goes_on_with_what_it_may_take_over(lab: Lab, tmp_path: Path) -> None:
    """The nodes of its base that it had not come to are still not done again."""
    grown = Grown(Random(3))
    nodes = [grown.node(id_, id_) for id_ in ("a", "b", "c", "d")]
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
    assert result[0] == "d" and sorted(grown.done) == ["c", "d"]
