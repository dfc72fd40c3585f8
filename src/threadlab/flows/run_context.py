"""RunContext: all that one run of a component has around it. Each run gets a context of its own.

    context = RunContext(writer, lab=lab, project_root=Path("."), inputs={"topic": "tides"})
    context.setup_run(run_id_prefix="test")
    try:
        result = AgentRunner(writer, context).run()
        context.complete_run(status="completed")
    except Exception as error:
        context.complete_run(status="failed", error_msg=str(error))
        raise

`with RunContext(...) as context:` does the same. A run goes through five phases, which its log tells:
initialisation, set-up, execution, artifact management, completion.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Literal, Self

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.errors import FlowError
from threadlab.flows.component import Component
from threadlab.flows.component_tree import ComponentTree
from threadlab.flows.event_bus import EventBus, Handler, Subscription
from threadlab.flows.node_inputs import answer_of_handlers
from threadlab.flows.observability import ObservabilitySettings
from threadlab.flows.outcome_repository import OutcomeRepository
from threadlab.flows.prepared_run import PreparedRun
from threadlab.flows.preparing import Preparing
from threadlab.flows.resources import ResourceConfig, ResourceRegistry
from threadlab.flows.run_env_params import RunEnvParams
from threadlab.flows.static_inputs import StaticInputs
from threadlab.flows.wanted_run import WantedRun
from threadlab.history.history import History
from threadlab.history.plans.on_plan import OnPlan, print_plan
from threadlab.history.plans.plan import Plan
from threadlab.history.plans.reuse import Reuse
from threadlab.history.thread_policy import ThreadPolicy
from threadlab.history.work.budget import Budget
from threadlab.history.work.interruption import AnswersInterrupts
from threadlab.journal.fact import ArtifactKept, Logged
from threadlab.journal.record import Interrupt, Record
from threadlab.service.port import AgentService

Status = Literal["completed", "failed", "cancelled"]


class RunContext:
    """The context of one run of `root`.

    Defaults: `project_root` is the working folder, `run_root` its `runs/`, `lab` is `connect()`, closed with
    the run, `observability_settings` record no logger, `profile` is "default", `branch` the root's id; runs
    on one branch wait for each other.

    `previous_run_id` makes it a rerun: a new run, linked to that one, which stays as it is, with its inputs
    and static inputs. With `start_hierarchy_path` ("agent.flow.node") what comes before that path is taken
    from there; else all is done again, unless `reuse` says what may be taken. `resume_run_id` goes on with a
    run that was left or waits for an input: the same run.

    `budget`, `thread_policy` and `on_interrupt` (who answers what is no node's input: an approval) are
    a user run's, and `on_plan` is that of a history. Raises FlowDefinitionError for a tree that cannot run.
    """

    def __init__(
        self,
        root: Component,
        *,
        project_root: str | Path = ".",
        run_root: str | Path | None = None,
        lab: AgentService | None = None,
        inputs: Mapping[str, Any] | None = None,
        observability_settings: ObservabilitySettings | None = None,
        previous_run_id: str | None = None,
        start_hierarchy_path: str | None = None,
        resume_run_id: str | None = None,
        reuse: Reuse | None = None,
        profile: str = "default",
        branch: str | None = None,
        budget: Budget | None = None,
        on_interrupt: AnswersInterrupts | None = None,
        thread_policy: ThreadPolicy = "enqueue",
        on_plan: OnPlan | None = print_plan,
    ) -> None:
        self.tree = ComponentTree(root)
        self.project_root = Path(project_root).absolute()
        self.run_root = Path(run_root).absolute() if run_root is not None else self.project_root / "runs"
        self.observability_settings = observability_settings or ObservabilitySettings()
        self.wanted = WantedRun(
            branch=branch or root.id,
            profile=profile,
            inputs=inputs,
            previous=previous_run_id,
            start=start_hierarchy_path,
            resumed=resume_run_id,
            reuse=reuse,
            budget=budget or Budget(),
            on_interrupt=on_interrupt,
            thread_policy=thread_policy,
        )
        self.event_bus = EventBus()
        self.static_inputs = StaticInputs(self.tree)
        self.resources = ResourceRegistry.read(self.project_root)
        self.on_plan = on_plan
        self._lab = lab
        self._own_lab: Lab | None = None
        self._run: PreparedRun | None = None
        self._one_sets_up = Lock()

    @property
    def root_component_id(self) -> str:
        """The id of the component that is run."""
        return self.tree.root.id

    @property
    def is_set_up(self) -> bool:
        """Whether `setup_run` was called."""
        return self._run is not None

    @property
    def prepared(self) -> PreparedRun:
        """The run that was set up. Raises FlowError before that."""
        if self._run is None:
            raise FlowError(
                f"the run of {self.root_component_id} has not been set up", hint="call setup_run() first"
            )
        return self._run

    @property
    def run_id(self) -> str:
        """The run's id: unique, and the name of its folder."""
        return self.prepared.id

    @property
    def env_params(self) -> RunEnvParams:
        """Where the run lives."""
        return RunEnvParams.of(self.prepared.folder, self._project)

    @property
    def record(self) -> Record:
        """What is recorded of the run so far."""
        return self.prepared.record

    @property
    def outcomes(self) -> OutcomeRepository:
        """The outcomes of all runs of this project."""
        return OutcomeRepository(self.run_root / "outcome" / self._project)

    def setup_run(self, run_id_prefix: str = "run") -> str:
        """Check and plan everything, then make the run's id and folders and begin its log. Returns the id.

        The files of `static_inputs/` in the project's root, or for a rerun those of the previous run, are
        copied in. Raises FlowError if called twice, WrongPath, UnknownUserRun, and what `History.start` does.
        """
        with self._one_sets_up:
            if self._run is not None:
                raise FlowError(
                    f"this context has set up {self._run.id} already",
                    hint="make a new threadlab.flows.RunContext for each run; previous_run_id: a rerun",
                )
            self._run = self._preparing().run(run_id_prefix)
            return self._run.id

    def plan(self) -> Plan:
        """What the run would reuse and execute, and about how many tokens that takes. Writes nothing.

        Raises what `setup_run` would.
        """
        try:
            return self._preparing().plan()
        finally:
            if not self.is_set_up:
                self._close()

    def rerun_from(self, path: str | None = None) -> RunContext:
        """A context for a rerun of this run, from that path on or all of it; nothing is done yet.

        Component, service, profile, branch, budget and handlers are the same.
        """
        made = RunContext(
            self.tree.root,
            project_root=self.project_root,
            run_root=self.run_root,
            lab=self._lab if self._own_lab is None else None,
            observability_settings=self.observability_settings,
            previous_run_id=self.run_id,
            start_hierarchy_path=path,
            profile=self.wanted.profile,
            branch=self.wanted.branch,
            budget=self.wanted.budget,
            on_interrupt=self.wanted.on_interrupt,
            thread_policy=self.wanted.thread_policy,
            on_plan=self.on_plan,
        )
        made.event_bus = self.event_bus
        return made

    def register_node_static_input(self, node: str, given: Any) -> None:
        """Give a node (its id, or its path) inputs before the run: see StaticInputs.register."""
        self.static_inputs.register(node, given)

    def read_static_inputs(self, folder: str | Path | None = None) -> None:
        """Register what `static_inputs.json` says, in the run's `static_inputs/` or the folder that is given.

        A rerun has read its own already.
        """
        self.static_inputs.read(self.prepared.input_folder if folder is None else Path(folder))

    def register_node_input_handler(self, handler: Handler) -> Subscription:
        """Have `handler(event)` asked, plain or async, when a node lacks an input: see EventBus."""
        return self.event_bus.register_node_input_handler(handler)

    def get_resource_config(self, name: str | None = None) -> ResourceConfig:
        """The resource profile of that name; without one the run's. Raises UnknownResource."""
        return self.resources.get_resource_config(name or self.wanted.profile)

    def keep_output(self, name: str, content: bytes | str) -> ArtifactKept:
        """Keep a file with the run, until it is over; it becomes part of the outcome."""
        data = content.encode() if isinstance(content, str) else content
        return self.prepared.open_run.keep(name, data, "application/octet-stream", "")

    def complete_run(self, status: Status = "completed", error_msg: str = "") -> str:
        """The end of the run; returns the recorded status, which is final.

        A run that was executed has ended by itself, as what it did says: a run with a failed node is never
        completed, whatever is asked for here; one that waits for an input, or was cut off, goes on waiting
        and can be resumed. One that was only set up ends here, as failed or cancelled; its `error_msg` is
        recorded. Raises FlowError for "completed" where that is not recorded, and the other way round.
        """
        try:
            return self.prepared.complete(status, error_msg)
        finally:
            self._close()

    def __enter__(self) -> Self:
        if not self.is_set_up:
            self.setup_run()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.prepared.complete("completed", "")
            elif self.prepared.record.ended_at is None:
                self.prepared.complete("failed", str(error))
        finally:
            self._close()

    def __repr__(self) -> str:
        return f"<RunContext of {self.root_component_id}: {self._run.id if self._run else 'not set up'}>"

    @property
    def lab(self) -> AgentService:
        """The service that agents are asked at."""
        if self._lab is None:
            self._lab = self._own_lab = connect()
        return self._lab

    def _answer(self, interrupt: Interrupt) -> str | None:
        """Have the node-input handlers answer what a node lacks; None where none does."""
        if interrupt.kind == "input" and interrupt.id in self.tree.inputs:
            try:
                return answer_of_handlers(self.event_bus, interrupt)
            except Exception as problem:
                told = "; ".join(map(repr, getattr(problem, "exceptions", (problem,))))
                self.prepared.open_run.write(Logged(level="error", text=told, path=interrupt.id))
                raise
        return self.wanted.on_interrupt(interrupt) if self.wanted.on_interrupt else None

    @property
    def _project(self) -> str:
        return self.project_root.name or "project"

    def _close(self) -> None:
        if self._own_lab is not None:
            self._own_lab.close()
            self._lab = self._own_lab = None

    def _preparing(self) -> Preparing:
        exporters = self.observability_settings.exporters
        return Preparing(
            history=History(self.lab, self.run_root, exporters=exporters, on_plan=self.on_plan),
            tree=self.tree,
            wanted=self.wanted,
            project_root=self.project_root,
            static_inputs=self.static_inputs,
            resources=self.resources,
            bus=self.event_bus,
            observability=self.observability_settings,
            answers=self._answer,
        )
