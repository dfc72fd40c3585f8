"""Prepared run: a flow's user run from its set-up to its end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from threadlab.errors import FlowError, InputMissing
from threadlab.flows.flow_body import FlowBody
from threadlab.flows.isolated_execution import IsolatedExecution
from threadlab.flows.static_inputs import FILE, StaticInputs
from threadlab.flows.wiring import FromRun
from threadlab.history.execution import Execution
from threadlab.history.work.open_run import OpenRun
from threadlab.journal.event_log import Subscriber
from threadlab.journal.fact import Ended
from threadlab.journal.record import Interrupt, Record
from threadlab.objects.fault import Fault

INPUTS = "static_inputs"


class PreparedRun:
    """A user run that was accepted: its id is known and its folder is there. It is executed once."""

    def __init__(self, execution: Execution, body: FlowBody) -> None:
        self._execution = execution
        self._body = body
        self._was_executed = False
        self._one_executes = Lock()
        for folder in (self.input_folder, self.folder / ".trace"):
            folder.mkdir(exist_ok=True)

    @property
    def id(self) -> str:
        """The run's id."""
        return self._execution.id

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self.open_run.directory.folder

    @property
    def input_folder(self) -> Path:
        """Where the input files of this run are."""
        return self.folder / INPUTS

    @property
    def open_run(self) -> OpenRun:
        """Where its facts are written."""
        return self._execution.open_run

    @property
    def record(self) -> Record:
        """What is recorded so far."""
        return self.open_run.record

    @property
    def is_open(self) -> bool:
        """Whether facts can still be written: it is not over, and not paused."""
        return self.open_run.directory.is_open

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Have each new fact told, after it is on disk; what this gives ends it. Needs an open one.

        The subscriber is called from whichever thread did the work, one fact after another.
        """
        return self.open_run.directory.subscribe(subscriber)

    def execute(self, static: StaticInputs, isolation: IsolatedExecution | None = None) -> Any:
        """Do it, and return the root's result (JSON). Raises what the failing node raised, as it was.

        Raises InputMissing when a node lacks an input that nobody gave: the run then waits for it. Raises
        FlowError when it was stopped, and when it was executed before.
        """
        with self._one_executes:
            if self._was_executed:
                raise FlowError(
                    f"{self.id} was executed already",
                    hint="a rerun is a new threadlab.flows.RunContext with previous_run_id",
                )
            self._was_executed = True
        if static:
            (self.input_folder / FILE).write_text(static.kept(), encoding="utf-8")
        self._body.isolation = isolation
        deque(self._execution.follow(), maxlen=0)
        if self._body.error is not None:
            raise self._body.error
        if self.record.status == "completed":
            return self._body.result
        raise self._why_not_completed()

    def complete(self, status: str, error_msg: str) -> str:
        """The final status, checked against what is recorded; recorded now where nothing was executed.

        Its trace is sent when this returns, where somebody exports it.
        """
        if not self._was_executed:
            return self._given_up(status, error_msg)
        self._execution.desk.telemetry.flush()
        recorded = self.record.status
        if "completed" in (status, recorded) and status != recorded:
            raise FlowError(
                f"{self.id} cannot be recorded as {status}: it is {recorded}",
                hint="what was done decides; a judgement on it is feedback on the user run",
            )
        return recorded

    def _given_up(self, status: str, error_msg: str) -> str:
        if status == "completed":
            raise FlowError(
                f"{self.id} cannot be completed: nothing was executed",
                hint="threadlab.flows.AgentRunner(agent, context).run() executes it",
            )
        self.open_run.write(
            Ended(status=status, output="", error=Fault("NotExecuted", error_msg), reason="given up before")
        )
        self._execution.desk.telemetry.told_end(self.id)
        self._execution.desk.telemetry.flush()
        self._execution.close()
        self._was_executed = True
        return self.record.status

    def _why_not_completed(self) -> FlowError:
        record, here = self.record, f"threadlab.flows.RunContext({self._body.name}"
        if record.status == "requires_action":
            asked = next(one for one in record.interrupts if one.answer is None)
            return InputMissing(f"{self.id} waits: {asked.question}", hint=self._remedies(asked, here))
        again = f"{here}, previous_run_id={self.id!r}, reuse=Reuse.finished())"
        return FlowError(
            f"{self.id} ended as {record.status}: {record.reason}",
            hint=f"{again} takes over what it finished; give it a larger budget where that was used up",
        )

    def _remedies(self, asked: Interrupt, here: str) -> str:
        """How to give what is asked for: as an input of the run first, where it is one."""
        goes_on = f"{here}, resume_run_id={self.id!r}"
        if asked.kind != "input":
            return f"{goes_on}, on_interrupt=...) answers it and goes on"
        sources = self._body.tree.inputs.get(asked.id, {})
        missing = [sources[name][1] for name in asked.detail.get("missing", ()) if name in sources]
        of_run = dict.fromkeys(source.name for source in missing if isinstance(source, FromRun))
        if of_run:
            given = ", ".join(f'"{name}": ...' for name in of_run)
            goes_on += f", inputs={{{given}}}"
        return (
            f"{goes_on}) goes on; its register_node_static_input(...) or register_node_input_handler(...) "
            f"{'can give it, too' if of_run else 'gives it before'}"
        )
