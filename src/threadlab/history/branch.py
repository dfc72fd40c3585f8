"""Branch: a named head in the tree of user runs. Saying something to it makes the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from threadlab.history.bodies.body import Body
from threadlab.history.bodies.turn import Turn
from threadlab.history.contexts.context import Context, context_of
from threadlab.history.contexts.context_bar import ContextBar, context_bar
from threadlab.history.desk import Desk
from threadlab.history.execution import Execution, Seen
from threadlab.history.navigation import goto
from threadlab.history.onlooker import OnEvent, Onlooker
from threadlab.history.planning import plan
from threadlab.history.plans.changes import Changes
from threadlab.history.plans.commands import Input, commands_of, literal
from threadlab.history.plans.on_plan import ShowsPlan
from threadlab.history.plans.plan import Plan
from threadlab.history.reading.prices import Cost
from threadlab.history.start import start
from threadlab.history.starting import Starting
from threadlab.history.templates.template import Filled
from threadlab.history.this_process import ThisProcess
from threadlab.history.thread_policy import BranchLease, ThreadPolicy
from threadlab.history.user_run import UserRun
from threadlab.history.work.budget import Budget
from threadlab.history.work.interruption import AnswersInterrupts
from threadlab.journal.archive import Archived, export
from threadlab.journal.branch_log import BranchState, ConfigChanged, HeadMoved
from threadlab.journal.values import Config, Trigger
from threadlab.objects.agent import Agent
from threadlab.objects.usage import Usage

MOVED = "moved"
"""Why a head moved that no user run took along."""


class Branch:
    """A line of user runs from the root to its head. Made by `history.branch(name, ...)`.

    Its config holds a copy of its agents, and is copied into each user run: changing it touches later ones
    only. An agent that is changed at the service is taken over by `configure(agent=lab.get_agent(id))`.
    """

    def __init__(self, desk: Desk, name: str, this_process: ThisProcess) -> None:
        self._desk = desk
        self.name = name
        self.this_process = this_process

    @property
    def state(self) -> BranchState:
        """The branch as its log tells it."""
        return self._desk.branches.read(self.name)

    @property
    def config(self) -> Config:
        """What is in force for the next user run."""
        config = self.state.config
        assert config is not None, "every branch of a history is made with a config"
        return config

    @property
    def head(self) -> UserRun | None:
        """The latest user run; None on an empty branch."""
        head = self.state.head
        return None if head is None else self._user_run(head)

    @property
    def runs(self) -> tuple[UserRun, ...]:
        """The user runs from the root to the head: the thread as one reads it."""
        return tuple(self._user_run(record.id) for record in self._desk.tree.path(self.state.head))

    @property
    def context(self) -> Context:
        """What the next agent call will be given of what was said."""
        return context_of(self._desk.tree.path(self.state.head), self.this_process.context)

    @property
    def context_bar(self) -> ContextBar:
        """The same as a picture: what is given verbatim, as summaries, and not at all, in tokens."""
        return context_bar(self._desk.tree.path(self.state.head), self.this_process.context)

    @property
    def usage(self) -> Usage:
        """The tokens of all user runs from the root to the head."""
        return sum((run.usage for run in self.runs), Usage())

    @property
    def cost(self) -> Cost:
        """What they cost, by the prices of the history."""
        return self._desk.prices.total(run.cost for run in self.runs)

    @property
    def promoted(self) -> Mapping[str, Any]:
        """The values that its user runs promoted; the latest of each key."""
        return {key: value for run in self.runs for key, value in run.record.promoted.items()}

    def ask(
        self,
        input: Input | Filled,
        *,
        thread_policy: ThreadPolicy = "enqueue",
        budget: Budget | None = None,
        on_interrupt: AnswersInterrupts | None = None,
        on_plan: ShowsPlan = "history",
        on_event: OnEvent | None = None,
        trigger: Trigger | None = None,
        stream: bool = False,
        **options: Any,
    ) -> UserRun:
        """Say something, and wait until the user run is over, or pauses because nobody answers its question.

        A text is one command for the first agent; lines that begin with "@name " are commands for others. A
        template that was filled brings its instructions and options along.
        `options` are those of the service's run, for this input only. `on_plan=print` shows the plan before
        anything is written, which nobody is shown of a new turn else; for `on_event` see `Onlooker`. A user
        run that fails is returned like any other: it says so, and can be retried. Raises BranchBusy,
        HistoryError for an empty input, ToolDefinitionError.
        """
        execution = self.start(
            input,
            thread_policy=thread_policy,
            budget=budget,
            on_interrupt=on_interrupt,
            on_plan=on_plan,
            trigger=trigger,
            stream=stream,
            **options,
        )
        Onlooker(on_event=on_event).watch(execution)
        return self._user_run(execution.id)

    def follow(self, input: Input | Filled, *, attended: bool = True, **options: Any) -> Iterator[Seen]:
        """Say something; what happens, as it happens. The input is on disk when this returns.

        The first fact that comes is the plan: an Entry with a Planned. `options` are those of `ask`. Whoever
        draws the events may decide on approvals, unless not `attended`.
        """
        return self.start(input, attended=attended, **options).follow()

    def plan(self, input: Input | Filled, **options: Any) -> Plan:
        """What `ask` would execute, and about how many tokens that takes. Arguments as of `ask`."""
        return plan(self._desk, self._starting(input, **options))

    def start(self, input: Input | Filled, **options: Any) -> Execution:
        """Say something, and have the accepted user run in hand: its `id`, and `follow()` lets it happen.

        `options` are those of `ask`; with `attended`, whoever draws the events may decide on approvals.
        """
        return start(self._desk, self._starting(input, **options))

    def _starting(
        self,
        input: Input | Filled,
        *,
        thread_policy: ThreadPolicy = "enqueue",
        budget: Budget | None = None,
        on_interrupt: AnswersInterrupts | None = None,
        on_plan: ShowsPlan = "history",
        trigger: Trigger | None = None,
        attended: bool = False,
        stream: bool = False,
        **options: Any,
    ) -> Starting:
        config = self.config
        if isinstance(input, Filled):
            config, input = input.config(config), input.input
        config = replace(config, options={**config.options, **options})
        body, config = self._body(input, config)
        return Starting(
            body=body,
            input=literal(input, next(iter(config.agents))),
            config=config,
            branch=self.name,
            thread_policy=thread_policy,
            trigger=trigger or Trigger(type="user"),
            tools=self.this_process.tools,
            policy=self.this_process.context,
            budget=self.this_process.budget if budget is None else budget,
            on_plan=on_plan,
            answers=on_interrupt or self.this_process.on_interrupt,
            attended=attended,
            stream=stream,
        )

    def move_to(self, user_run: UserRun | str | None) -> None:
        """Let the branch lead to another user run, such as one that an edit of an older turn left beside it.

        None empties it. Nothing is copied or removed, and the next input goes on from there. Raises
        UnknownUserRun for one that there is not, and BranchBusy while one is at work on the branch.
        """
        id = user_run.id if isinstance(user_run, UserRun) else user_run
        if id is not None:
            self._desk.tree.record(id)
        lease = BranchLease(self._desk.workspace, self.name)
        lease.claim()
        try:
            moved = HeadMoved(head=id, why=MOVED)
            self._desk.branches.append(self.name, moved, self._desk.lab.time.now())
        finally:
            lease.leave()

    def export(self, path: str | Path) -> Archived:
        """Write the thread into one file: its user runs from the root to the head, and the branch itself.

        `history.import_(path)` has it elsewhere, under the same ids. Raises HistoryError on an empty branch.
        """
        return export(self._desk.workspace, [run.id for run in self.runs], Path(path))

    def configure(
        self,
        *,
        instructions: str | None = None,
        model: str | None = None,
        agent: Agent | None = None,
        of: str | None = None,
        **options: Any,
    ) -> None:
        """Change what is in force from the next user run on. Arguments as of `UserRun.edit`."""
        changes = Changes(instructions=instructions, model=model, agent=agent, of=of, options=options)
        changed = ConfigChanged(config=changes.config(self.config))
        self._desk.branches.append(self.name, changed, self._desk.lab.time.now())

    def _body(self, input: Input, config: Config) -> tuple[Body, Config]:
        """What the input executes: its commands, or what the branch makes of it."""
        names, makes = tuple(config.agents), self.this_process.makes
        commands = commands_of(input, names)
        if makes is None:
            return Turn(commands=commands), config
        request = literal(input, names[0])
        config = makes.config(config, request, self._desk.lab.time.now())
        return makes.body(request, config), config

    def __bool__(self) -> bool:
        """An empty branch is a branch."""
        return True

    def __len__(self) -> int:
        return len(self._desk.tree.path(self.state.head))

    def __iter__(self) -> Iterator[UserRun]:
        return iter(self.runs)

    def __getitem__(self, where: int | str) -> UserRun:
        """The user run at a place, 1 the oldest and -1 the newest, or of an id or a piece of one."""
        return self._user_run(goto([run.id for run in self.runs], where))

    def __repr__(self) -> str:
        return f"<Branch {self.name!r}: {len(self)} user runs>"

    def _user_run(self, id: str) -> UserRun:
        return UserRun(self._desk, id, self.this_process)
