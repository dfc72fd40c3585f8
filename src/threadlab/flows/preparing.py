"""Preparing: from what a context was told to a run that is accepted, or to its plan, which writes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threadlab.errors import FlowError, WrongPath
from threadlab.flows.accepting import Asking, accepted, planned, taken_up
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.event_bus import EventBus
from threadlab.flows.flow_body import FlowBody
from threadlab.flows.node_agents import node_agents
from threadlab.flows.node_inputs import NodeInputs
from threadlab.flows.observability import ObservabilitySettings
from threadlab.flows.prepared_run import INPUTS, PreparedRun
from threadlab.flows.resources import ResourceRegistry
from threadlab.flows.static_inputs import FILE, StaticInputs, holds_hidden
from threadlab.history.history import History
from threadlab.history.plan import Plan
from threadlab.journal.record import Record

WRITTEN_BY_THE_RUN = ("input.txt", "inputs.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparing:
    """A run that is about to be: of which tree, given what, asked for how.

    `inputs` None are those of the base. `previous` is the run that it reruns, `resumed` the one that it goes
    on with, `start_path` where a rerun begins.
    """

    history: History
    tree: ComponentTree
    project_root: Path
    inputs: Mapping[str, Any] | None
    static_inputs: StaticInputs
    resources: ResourceRegistry
    bus: EventBus
    observability: ObservabilitySettings
    asking: Asking
    previous: str | None
    resumed: str | None
    start_path: str | None

    def plan(self) -> Plan:
        """What it would reuse and execute. Raises what `run` does, and writes nothing."""
        base = self._base()
        self._check_start_path(base)
        return planned(self.history, self._body(base), base, self.asking)

    def run(self) -> PreparedRun:
        """The run, accepted: its folder is there. Before that WrongPath, UnknownUserRun, FlowError."""
        base = self._base()
        self._check_start_path(base)
        body = self._body(base)
        if self.resumed is not None and base is not None:
            return PreparedRun(taken_up(self.history, body, base, self.asking), body)
        if base is None:
            self._check_inputs()
        run = PreparedRun(accepted(self.history, body, base, self.asking), body)
        self._copy_inputs(run, base)
        return run

    def _base(self) -> Record | None:
        """The run that is rerun or gone on with. Raises UnknownUserRun; FlowError for another component's."""
        id_ = self.resumed or self.previous
        if id_ is None:
            return None
        record = self.history.workspace.record(id_)
        if record.received.body != self.tree.root.id:
            raise FlowError(
                f"{id_} is a run of {record.received.body!r}, not of {self.tree.root.id!r}",
                hint="give the component that it was a run of, or the id of another run",
            )
        return record

    def _body(self, base: Record | None) -> FlowBody:
        given = self.inputs if self.inputs is not None else (base.received.inputs if base else {})
        if self.inputs is None and holds_hidden(given):
            raise FlowError(
                f"the recorded inputs of {self.previous} held a secret, which was not written down",
                hint="give the inputs again: threadlab.flows.RunContext(..., inputs=...)",
            )
        model = getattr(self.history.lab, "model", "")
        return FlowBody(
            tree=self.tree,
            node_inputs=NodeInputs(self.tree, self.static_inputs, given),
            agents=node_agents(self.tree, self.resources, self.asking.profile, model),
            bus=self.bus,
            project=self.project_root.name or "project",
            observability=self.observability,
        )

    def _check_start_path(self, base: Record | None) -> None:
        if self.start_path is None:
            return
        self.tree.at(self.start_path)
        if base is None:
            raise FlowError(
                f"a run cannot start at {self.start_path} without a previous run",
                hint="give previous_run_id: what comes before that path is taken from there",
            )
        for unit in base.units:
            option = self.start_path.removeprefix(f"{unit.path}.").partition(".")[0]
            is_inside = self.start_path.startswith(f"{unit.path}.")
            if is_inside and unit.status == "completed" and option != unit.result:
                raise WrongPath(
                    f"{unit.path} chose {unit.result} in {base.id}, so {self.start_path} never ran there",
                    hint=f"begin at {unit.path}, which chooses again",
                )

    def _check_inputs(self) -> None:
        for name in WRITTEN_BY_THE_RUN:
            if (path := self.project_root / INPUTS / name).exists():
                raise FlowError(
                    f"{path} has a name that a run keeps for what it was given itself",
                    hint=f"rename it: {INPUTS}/my_{name}",
                )

    def _copy_inputs(self, run: PreparedRun, base: Record | None) -> None:
        """Copy the input files in; a rerun's are those of its base, and its static inputs are read."""
        root = self.project_root if base is None else self.history.workspace.open(base.id).folder
        if (root / INPUTS).is_dir():
            left_out = shutil.ignore_patterns(*WRITTEN_BY_THE_RUN)
            shutil.copytree(root / INPUTS, run.input_folder, dirs_exist_ok=True, ignore=left_out)
        if base is not None and (run.input_folder / FILE).is_file():
            self.static_inputs.read_below(run.input_folder)
