"""History: all user runs of a folder, as a tree with named heads.

history = History(lab)
main = history.branch("main", instructions="Be brief.", tools=[get_weather])
turn = main.ask("How is the weather in Oslo?")
other = turn.edit(input="And in Rome?").rerun()      # beside it; `turn` stays as it is
draft = history.branch("draft", at=turn)              # a fork
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, Literal

from threadlab.connect.settings import home_folder
from threadlab.conversation.answering_tools import AnsweringTools, answering_tools
from threadlab.errors import HistoryError
from threadlab.history.bodies.made_body import MakesBodies
from threadlab.history.branch import Branch
from threadlab.history.contexts.context import ContextPolicy
from threadlab.history.contexts.marked_context import with_marks
from threadlab.history.desk import Desk
from threadlab.history.execution import Execution
from threadlab.history.follow_up import FollowUps
from threadlab.history.given_config import Agents, GivenConfig
from threadlab.history.onlooker import OnEvent
from threadlab.history.overview import Overview
from threadlab.history.planning import plan_to_fork
from threadlab.history.plans.on_plan import OnPlan, ShowsPlan, print_plan, shows
from threadlab.history.reading.prices import Prices
from threadlab.history.reading.telemetry import SpanExporter, Telemetry
from threadlab.history.start import start
from threadlab.history.starting import Starting
from threadlab.history.this_process import ThisProcess
from threadlab.history.tickets.attending import Attendant
from threadlab.history.tickets.attending_thread import Attending
from threadlab.history.tickets.tickets import Tickets
from threadlab.history.tree import Tree
from threadlab.history.user_run import UserRun
from threadlab.history.work.budget import Budget
from threadlab.history.work.interruption import AnswersInterrupts
from threadlab.history.work.service_agent import AgentsAgain
from threadlab.journal.archive import Archived, export
from threadlab.journal.branch_log import Branches, BranchMade, ConfigChanged
from threadlab.journal.files import DISK, Files
from threadlab.journal.kept_conversation import import_file
from threadlab.journal.record import Record
from threadlab.journal.workspace import Workspace
from threadlab.service.port import AgentService
from threadlab.tools.tool import Tool

FOLDER = "runs"
PRICES = "prices.toml"
MAIN = "main"

Tools = Sequence[Tool[..., Any]] | AnsweringTools


class History(Overview):
    """The user runs in `folder`, at the service of `lab`.

    Without a folder it is `runs/` in the project; a seeded lab begins with a new, empty one, as its store
    does, and gives the same ids each time. Each user run that is over is given to the `exporters`, those of
    OpenTelemetry: see `threadlab.history.reading.telemetry`.

    Each verb but a new turn shows what it is going to do to `on_plan`, which prints it; None shows nothing.
    """

    def __init__(
        self,
        lab: AgentService,
        folder: str | Path | None = None,
        *,
        files: Files = DISK,
        exporters: Sequence[SpanExporter] = (),
        on_plan: OnPlan | None = print_plan,
    ) -> None:
        seed = getattr(lab, "seed", None)
        made: tempfile.TemporaryDirectory[str] | None = None
        if folder is None and seed is not None:
            made = tempfile.TemporaryDirectory(prefix="threadlab-runs-", ignore_cleanup_errors=True)
            folder = made.name
        self.folder = Path(folder or home_folder(Path.cwd()) / FOLDER).absolute()
        self.lab = lab
        self.workspace = Workspace(self.folder, files)
        self.desk = Desk(
            lab=lab,
            workspace=self.workspace,
            tree=Tree(self.workspace),
            branches=Branches(self.folder / "branches", files),
            agents=AgentsAgain(lab),
            prices=Prices.read(self.folder / PRICES),
            chance=Random(seed),
            telemetry=Telemetry(self.workspace, exporters),
            on_plan=on_plan,
            holds=made,
        )
        self._this_process: dict[str, ThisProcess] = {}

    def branch(
        self,
        name: str = MAIN,
        *,
        at: UserRun | str | None = None,
        agents: Agents | None = None,
        instructions: str | None = None,
        model: str | None = None,
        tools: Tools | None = None,
        context: ContextPolicy | None = None,
        budget: Budget | None = None,
        on_interrupt: AnswersInterrupts | None = None,
        orchestrated_by: MakesBodies | Literal[False] | None = None,
        on_plan: ShowsPlan = "history",
        **options: Any,
    ) -> Branch:
        """The branch of that name; made if there is none.

        A new one begins `at` a user run (a fork: nothing is copied, and the original goes its own way) or
        empty. What a fork takes along is shown to `on_plan` first. Its agents are those given, else those of
        the user run, else a new one; `instructions` and `model` are the first one's. `options` are those of
        each run, such as temperature. Said of a branch that is there already, all this holds from its next
        user run on. What no file can keep is said again
        in each process: `tools` (the functions), `context` (the policy), `budget`, `on_interrupt`, and
        `orchestrated_by`, which decides what each input executes (False: plain turns again).

        Raises HistoryError for a branch that is there already and began elsewhere than `at`.
        """
        self._remember(name, at, tools, context, budget, on_interrupt, orchestrated_by)
        here = self._this_process[name].tools
        definitions = tuple(here.definitions) if here else None
        given = GivenConfig(
            agents=agents, instructions=instructions, model=model, tools=definitions, options=options
        )
        if name in self.branches:
            self._open(name, at, given)
        else:
            self._make(name, at, given, on_plan)
        if orchestrated_by:
            self._add_agents(name, orchestrated_by)
        return Branch(self.desk, name, self._this_process[name])

    @property
    def branches(self) -> tuple[str, ...]:
        """The names of all branches, in the order of the alphabet."""
        return self.desk.branches.names()

    def user_run(self, id: str) -> UserRun:
        """The user run of that id. Raises UnknownUserRun, which names the nearest."""
        record = self.desk.tree.record(id)
        branch = record.received.branch
        if branch not in self._this_process:
            self._remember(branch)
        return UserRun(self.desk, id, self._this_process[branch])

    def export(self, path: str | Path, *user_runs: UserRun | str) -> Archived:
        """Write user runs into one file, all if none is named, and the branches whose heads these are."""
        ids = [one if isinstance(one, str) else one.id for one in user_runs] or self.workspace.ids()
        return export(self.workspace, ids, Path(path))

    def import_(self, path: str | Path) -> Archived:
        """Bring in what `export` of a user run, branch or history wrote, or what `Conversation.export` did.

        User runs keep their ids; what is here already stays. Branches come along, under another name where
        theirs is taken. Raises JournalError for a file that is neither, or was changed, and HistoryError
        where another user run has the id: nothing is written then.
        """
        return import_file(self.workspace, Path(path))

    def start(self, starting: Starting) -> Execution:
        """Accept whatever a verb could: a body, a base, what to reuse. Its `follow()` does the work."""
        return start(self.desk, starting)

    @property
    def telemetry(self) -> Telemetry:
        """What gives user runs to the exporters; its `flush()` waits until all are sent."""
        return self.desk.telemetry

    def open_questions(self) -> tuple[UserRun, ...]:
        """The user runs that wait for an answer, oldest first."""
        return tuple(run for run in self if run.status == "requires_action")

    @property
    def tickets(self) -> Tickets:
        """What tools promised: `history.tickets.complete(ticket, result)` delivers it, from anywhere."""
        return Tickets.of(self.workspace)

    def attend(self, seconds: float = 0.0) -> tuple[UserRun, ...]:
        """Start a system user run for each completed ticket, in order; wait so many seconds for open ones.

        Returns when no ticket is left, or the time is over, with the user runs that it brought to their end.
        """
        return tuple(self.user_run(id) for id in self._attendant().attend(seconds))

    def attending(
        self, on_user_run: Callable[[UserRun], object] | None = None, *, on_event: OnEvent | None = None
    ) -> Attending[UserRun]:
        """The same beside you, on a thread, until `close()` or the end of its `with` block.

        `on_user_run` is called with each user run when it is over, `on_event` with all that happens in them.
        """
        return Attending(self._attendant(on_event), self.user_run, on_user_run)

    def goto(self, where: str | int) -> UserRun:
        """The user run at a place, 1 the oldest and -1 the newest, or of an id, or a piece of one."""
        return self.user_run(self.find(where))

    def __getitem__(self, where: str | int) -> UserRun:
        return self.goto(where)

    def __iter__(self) -> Iterator[UserRun]:
        """All user runs of all branches, in the order in which they came in; none that cannot be read."""
        return iter([self.user_run(one.id) for one in self.search(newest_first=False) if one.is_readable])

    def __len__(self) -> int:
        return sum(one.is_readable for one in self.search())

    def __repr__(self) -> str:
        named = ", ".join(self.branches) or "none"
        return f"<History in {self.folder.name}/: {len(self)} user runs, branches {named}>"

    def _attendant(self, on_event: OnEvent | None = None) -> Attendant:
        follows = FollowUps(self.desk, lambda branch: self._this_process.get(branch, ThisProcess()), on_event)
        return Attendant(self.tickets, follows, self.lab.time)

    def _remember(
        self,
        name: str,
        at: UserRun | str | None = None,
        tools: Tools | None = None,
        context: ContextPolicy | None = None,
        budget: Budget | None = None,
        on_interrupt: AnswersInterrupts | None = None,
        makes: MakesBodies | Literal[False] | None = None,
    ) -> None:
        """Remember what no file can keep; a fork has what the branch had that it leaves."""
        origin = self._record(at).received.branch if at is not None else name
        this_process = self._this_process.get(name) or self._this_process.get(origin) or ThisProcess()
        if tools is not None:
            this_process = replace(this_process, tools=answering_tools(tools))
        if context is not None:
            this_process = replace(this_process, context=context)
        if budget is not None:
            this_process = replace(this_process, budget=budget)
        if on_interrupt is not None:
            this_process = replace(this_process, on_interrupt=on_interrupt)
        if makes is not None:
            this_process = replace(this_process, makes=makes or None)
        self._this_process[name] = replace(
            this_process, context=with_marks(this_process.context, self.workspace.annotations)
        )

    def _make(self, name: str, at: UserRun | str | None, given: GivenConfig, on_plan: ShowsPlan) -> None:
        base = None if at is None else self._record(at)
        if base is not None:
            policy = self._this_process[name].context
            shows(on_plan, self.desk.on_plan, plan_to_fork(self.desk, name, base, policy))
        made = BranchMade(
            head=base.id if base else None,
            config=given.over(base.config) if base else given.new(self.lab),
            made_from=base.received.branch if base else "",
        )
        self.desk.branches.make(name, made, self.lab.time.now())

    def _open(self, name: str, at: UserRun | str | None, given: GivenConfig) -> None:
        """An existing branch: its config changes from now on, if another one is given."""
        state = self.desk.branches.read(name)
        if at is not None and state.heads[0] != self._record(at).id:
            raise HistoryError(
                f"there is a branch {name!r} already, and it began elsewhere", hint="choose another name"
            )
        if state.config is not None and (config := given.over(state.config)) != state.config:
            self.desk.branches.append(name, ConfigChanged(config=config), self.lab.time.now())

    def _add_agents(self, name: str, makes: MakesBodies) -> None:
        """Give a branch the agents that its bodies need besides its own."""
        config = self.desk.branches.read(name).config
        assert config is not None, "every branch of a history is made with a config"
        if more := makes.agents(self.lab, config):
            changed = ConfigChanged(config=replace(config, agents={**config.agents, **more}))
            self.desk.branches.append(name, changed, self.lab.time.now())

    def _record(self, which: UserRun | str) -> Record:
        return self.desk.tree.record(which if isinstance(which, str) else which.id)
