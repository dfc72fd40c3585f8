"""Preparing: a wanted run becomes a user run like any other, or its plan, which writes nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from threadlab.errors import BranchBusy, FlowError, HistoryError, WrongPath
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.event_bus import EventBus
from threadlab.flows.flow_body import FlowBody, phase_line
from threadlab.flows.importable import SETTING, place_of
from threadlab.flows.node_agents import node_agents
from threadlab.flows.node_inputs import NodeInputs
from threadlab.flows.observability import ObservabilitySettings
from threadlab.flows.prepared_run import INPUTS, PreparedRun
from threadlab.flows.resources import ResourceRegistry
from threadlab.flows.static_inputs import FILE, StaticInputs, holds_hidden
from threadlab.flows.wanted_run import WantedRun
from threadlab.history.execution import Execution
from threadlab.history.history import History
from threadlab.history.planning import plan, plan_to_take_up
from threadlab.history.plans.plan import Plan
from threadlab.history.plans.rehearsal import Rehearsal
from threadlab.history.plans.reuse import Reuse
from threadlab.history.start import take_up
from threadlab.history.starting import Starting
from threadlab.history.work.handle import current_user_run
from threadlab.history.work.interruption import AnswersInterrupts
from threadlab.journal.branch_log import BranchMade
from threadlab.journal.codec import plain
from threadlab.journal.fact import Logged
from threadlab.journal.record import Record
from threadlab.journal.values import Config, Trigger

WRITTEN_BY_THE_RUN = ("input.txt", "inputs.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparing:
    """A run that is about to be: what is wanted, of which tree, with what around it.

    `answers` is asked at interrupts, such as a node that lacks an input.
    """

    history: History
    tree: ComponentTree
    wanted: WantedRun
    project_root: Path
    static_inputs: StaticInputs
    resources: ResourceRegistry
    bus: EventBus
    observability: ObservabilitySettings
    answers: AnswersInterrupts

    def plan(self) -> Plan:
        """What it would reuse and execute. Raises what `run` does, and writes nothing."""
        base = self._base()
        starting = self._starting(self._body(base), base)
        if base is not None and self.wanted.resumed is not None:
            return plan_to_take_up(self.history.desk, base, self._again(base, starting))
        if base is not None:
            return plan(self.history.desk, starting)
        prices = self.history.desk.prices
        allows, memo = starting.allows, starting.memo
        rehearsal = Rehearsal(config=starting.config, base=memo, allows=allows, prices=prices)
        starting.body.rehearse(rehearsal)
        return rehearsal.plan

    def run(self, prefix: str) -> PreparedRun:
        """The run, accepted: its folder is there. Before that WrongPath, UnknownUserRun, FlowError.

        Raises UserRunFinal and LeaseHeld for one that cannot be gone on with, and BranchBusy inside of a run
        on the same branch.
        """
        base = self._base()
        body = self._body(base)
        starting = replace(self._starting(body, base), prefix=prefix)
        if self.wanted.resumed is not None and base is not None:
            return PreparedRun(take_up(self.history.desk, base, self._again(base, starting)), body)
        if base is None:
            self._check_inputs()
        run = PreparedRun(self._accepted(starting), body)
        self._copy_inputs(run, base)
        return run

    def _base(self) -> Record | None:
        """The run that it stands on. Raises UnknownUserRun, WrongPath; FlowError for another component's."""
        if start := self.wanted.reusing.path:
            self.tree.at(start)
        if (id_ := self.wanted.base) is None:
            return None
        record = self.history.workspace.record(id_)
        if record.received.body != self.tree.root.id:
            raise FlowError(
                f"{id_} is a run of {record.received.body!r}, not of {self.tree.root.id!r}",
                hint="give the component that it was a run of, or the id of another run",
            )
        if start:
            _check_was_chosen(record, start)
        return record

    def _starting(self, body: FlowBody, base: Record | None) -> Starting:
        inputs = dict(body.inputs)
        is_changed = base is not None and inputs != dict(base.received.inputs)
        return Starting(
            body=body,
            input=json.dumps(inputs, ensure_ascii=False) if inputs else "",
            config=self._config(body),
            branch=self.wanted.branch,
            base=base,
            reuse=self.wanted.reusing,
            changes={"inputs": inputs} if is_changed else {},
            verb="turn" if base is None else "rerun",
            trigger=Trigger(type="user") if base is None else Trigger(type="rerun", cause=base.id),
            budget=self.wanted.budget,
            answers=self.answers,
            thread_policy=self.wanted.thread_policy,
        )

    def _body(self, base: Record | None) -> FlowBody:
        given: Any = self.wanted.inputs
        if given is None:
            given = base.received.inputs if base else {}
            if holds_hidden(given):
                raise FlowError(
                    f"the recorded inputs of {self.wanted.base} held a secret, which was not written down",
                    hint="give the inputs again: threadlab.flows.RunContext(..., inputs=...)",
                )
        model = getattr(self.history.lab, "model", "")
        return FlowBody(
            tree=self.tree,
            node_inputs=NodeInputs(self.tree, self.static_inputs, given),
            agents=node_agents(self.tree, self.resources, self.wanted.profile, model),
            bus=self.bus,
            project=self.project_root.name or "project",
            observability=self.observability,
        )

    def _config(self, body: FlowBody) -> Config:
        place = place_of(self.tree.root)
        return Config(
            place=self.history.lab.place,
            protocol=self.history.lab.protocol,
            agents={path: node.agent for path, node in body.agents.items()},
            own_options={path: plain(node.options) for path, node in body.agents.items() if node.options},
            elsewhere={path: str(node.target) for path, node in body.agents.items() if node.target},
            settings={"profile": self.wanted.profile, **({SETTING: place} if place else {})},
        )

    def _accepted(self, starting: Starting) -> Execution:
        """A new user run."""
        history, branch = self.history, starting.branch
        _check_not_within(history, branch)
        if branch not in history.branches:
            made = BranchMade(config=starting.config)
            history.desk.branches.make(branch, made, history.lab.time.now())
        execution = history.start(starting)
        for phase in ("initialisation", "set-up"):
            execution.open_run.write(Logged(level="info", text=phase_line(phase)))
        return execution

    def _again(self, record: Record, starting: Starting) -> Starting:
        """What goes on with the same user run, after a crash or a pause: it may take over what it could."""
        received = record.received
        base = self.history.workspace.record(received.base) if received.base else None
        return replace(starting, base=base, reuse=Reuse.read(received.reuse))

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


def _check_was_chosen(base: Record, start: str) -> None:
    """Raise WrongPath for a place within an option that the base did not choose."""
    for unit in base.units:
        option = start.removeprefix(f"{unit.path}.").partition(".")[0]
        is_inside = start.startswith(f"{unit.path}.")
        if is_inside and unit.status == "completed" and option != unit.result:
            raise WrongPath(
                f"{unit.path} chose {unit.result} in {base.id}, so {start} never ran there",
                hint=f"begin at {unit.path}, which chooses again",
            )


def _check_not_within(history: History, branch: str) -> None:
    """A node that starts a run on its own run's branch would wait for itself."""
    try:
        around = current_user_run()
    except HistoryError:  # no run is at work here
        return
    if around.branch == branch and (history.folder / around.id).is_dir():
        raise BranchBusy(
            f"branch {branch!r} is busy: this code works for {around.id}, which is on it",
            hint="give the run inside a branch of its own: threadlab.flows.RunContext(..., branch='inside')",
        )
