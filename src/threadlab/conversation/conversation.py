"""Conversation: ask an agent on a thread, turn after turn, and read what was said.

    with Conversation(lab, instructions="Be brief.") as talk:
        print(talk.ask("My name is Ada."))
        print(talk.ask("What is my name?"))
        print(talk.summary())

The thread lives at the service. Leaving the block deletes what the conversation made.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from threadlab.conversation.answering_tools import AnsweringTools, answering_tools, tools_for_run
from threadlab.conversation.hearing import Hearing
from threadlab.conversation.length import ConversationWarning, Length, Limit
from threadlab.conversation.made_here import MadeHere
from threadlab.conversation.reply import Reply
from threadlab.conversation.saved import SavedMessage, lost_by_import, read_saved, saved, write_saved
from threadlab.conversation.summary import Summary
from threadlab.conversation.totals import Totals, Turn
from threadlab.conversation.window import PAGE, Window, window
from threadlab.errors import ConversationError, NotFound
from threadlab.following.follow import detaching, follow
from threadlab.following.loop import DEADLINE
from threadlab.following.outcome import check_outcome
from threadlab.following.polling import STANDARD, Polling
from threadlab.following.run_view import RunView, advance, with_requests
from threadlab.objects.agent import Agent
from threadlab.objects.event import Event
from threadlab.objects.message import Message
from threadlab.objects.run import Run
from threadlab.objects.run_stream import Followable, RunStream, run_of
from threadlab.objects.thread import Thread
from threadlab.service.port import AgentService, Order
from threadlab.tools.tool import Tool


class Conversation:
    """One agent on one thread. What is not given is made: `agent`, `thread`; `run` is the latest run.

    `thread` is a Thread or the id of one, to resume it. `tools` answer the agent's calls; an agent that does
    not have them is told of them with each run. `limit` (a number of messages, or a Limit) warns of a thread
    that becomes long. `deadline` and `polling` are those of following. `keep` leaves behind what was made.
    Raises ConversationError when an `agent` is given together with what only a new agent takes.
    """

    def __init__(
        self,
        lab: AgentService,
        *,
        agent: Agent | None = None,
        name: str | None = None,
        model: str | None = None,
        instructions: str | None = None,
        tools: Sequence[Tool[..., Any]] | AnsweringTools | None = None,
        thread: Thread | str | None = None,
        limit: int | Limit | None = None,
        deadline: float | None = DEADLINE,
        polling: Polling = STANDARD,
        keep: bool = False,
    ) -> None:
        if agent is not None and (name or model or instructions):
            raise ConversationError(
                f"agent {agent.id} was given together with a name, model or instructions for a new one",
                hint="change the agent with lab.update_agent, or give instructions to a single ask(...)",
            )
        self.lab = lab
        self.tools = answering_tools(tools)
        self.limit = Limit(messages=limit) if isinstance(limit, int) else limit
        self.deadline = deadline
        self.polling = polling
        self.keep = keep
        self.run: Run | None = None
        self.lost: tuple[str, ...] = ()
        self._runs: list[Run] = []
        self._turns: dict[str, Turn] = {}
        self._given: set[str] = set()
        self._made = MadeHere()
        try:
            self.thread = self._thread(thread)
            self.agent = agent or self._new_agent(name, model, instructions)
        except BaseException as error:
            self._made.delete_after(error)
            raise

    def ask(
        self,
        text: str,
        *,
        stream: bool = False,
        on_text: Callable[[str], object] | None = None,
        on_event: Callable[[Event], object] | None = None,
        expect: str | None = "completed",
        **options: Any,
    ) -> Reply:
        """Say `text`, wait for the run, and return its reply. `options` are those of `lab.runs.create`.

        `on_text` is called with each piece of the answer while it is written, `on_event` with every event of
        the run. With `stream` or `on_text` the run's stream is read, else the run is polled; the reply is the
        same. A run that ends otherwise than `expect` raises RunNotCompleted with the run as `.run`; None
        takes any end. Errors of following (DeadlinePassed, NobodyAnswers, ...) are raised too: the run then
        goes on, as `conversation.run`.
        """
        asking = self.stream if stream or on_text is not None else self.start
        what = asking(text, **options)
        run, hearing = run_of(what), Hearing(on_event, on_text)
        view = RunView(run=run)
        with detaching(run):
            for event, view in self._follow(what):  # noqa: B007 - the last view is the reply's
                hearing.hear(event)
        reply = Reply(with_requests(view, self.lab.requests(run)))
        self._warn_of_length()
        if expect is not None:
            check_outcome(reply.run, expect)
        return reply

    def follow(self, text: str, *, stream: bool = False, **options: Any) -> Iterator[Event]:
        """Say `text` at once; the events of the run as they are drawn, `Ended` last.

        With `stream` they are read off the run's stream, and `TextArrived` tells the growing text.
        """
        what = self.stream(text, **options) if stream else self.start(text, **options)
        return (event for event, _ in self._follow(what))

    def start(self, text: str, **options: Any) -> Run:
        """Say `text` and start a run, without waiting: two requests.

        Follow it as you like: `await watch(talk.start(…), tools=talk.tools)`.
        """
        return self._started(self.lab.runs.create(*self._say(text), **self._run_options(options)))

    def stream(self, text: str, **options: Any) -> RunStream:
        """The same with the run's stream, to be read, or followed as a run is."""
        stream = self.lab.runs.stream(*self._say(text), **self._run_options(options))
        self._started(stream.run)
        return stream

    def history(self) -> tuple[Message, ...]:
        """All messages of the thread, oldest first, as the service has them now."""
        return tuple(self.lab.messages.list(self.thread.id, order="asc"))

    def new_messages(self) -> tuple[Message, ...]:
        """The agent's messages that this verb did not give before, oldest first, each with its `run_id`."""
        fresh: list[Message] = []
        for message in self.lab.messages.list(self.thread.id, order="desc"):
            if message.id in self._given:
                break
            if message.role == "assistant":
                fresh.append(message)
        self._given.update(message.id for message in fresh)
        return tuple(reversed(fresh))

    def summary(self, width: int = 60) -> Summary:
        """The thread at a glance: a table in rich, lines in `str`."""
        return Summary(self.history(), width)

    def length(self) -> Length:
        """How long the thread is now."""
        return Length.of(self.history())

    def window(self, tokens: int, *, page: int = PAGE, order: Order = "asc") -> Window:
        """The newest messages that fit so many tokens, and those that do not; a picture in a notebook.

        `page` and `order` are those in which the picture shows the thread's pages.
        """
        return window(self.history(), tokens, page=page, order=order)

    def totals(self) -> Totals:
        """What the questions asked here have cost. Earlier runs of a resumed thread are not in it.

        A run that was not followed here to its end is read from the service: two requests.
        """
        return Totals(tuple(map(self._turn, self._runs)))

    def export(self, path: str | Path) -> Path:
        """Write agent, thread and messages to a JSON file, which `import_` reads."""
        path = Path(path)
        write_saved(saved(self.agent, self.thread, self.history()), path)
        return path

    @classmethod
    def import_(cls, lab: AgentService, path: str | Path, **options: Any) -> Self:
        """A new conversation with the messages of an exported one; `lost` lists what did not come along.

        `options` are those of the class; without an `agent`, a new one has the old one's name and
        instructions. Raises ConversationError for a file that is not right, before anything is made.
        """
        content = read_saved(Path(path))
        if options.get("thread") is not None:
            raise ConversationError(
                "an import makes a thread of its own, and a thread was given",
                hint="leave thread=... away; to go on with an existing thread, make a Conversation on it",
            )
        if options.get("agent") is None:
            of_agent = {"name": content.agent.name, "instructions": content.agent.instructions}
            options = {**of_agent, **options}
        conversation = cls(lab, **options)
        try:
            for message in content.messages:
                if message.text.strip():
                    conversation._copy(message)
        except BaseException as error:
            conversation._made.delete_after(error)
            raise
        conversation.lost = tuple(lost_by_import(content))
        return conversation

    def close(self) -> None:
        """Delete what was made here, unless it is to be kept; what is gone already is fine."""
        if not self.keep:
            self._made.delete()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        elif not self.keep:
            self._made.delete_after(error)

    def __repr__(self) -> str:
        return f"<Conversation of agent {self.agent.id} on thread {self.thread.id}>"

    def _thread(self, thread: Thread | str | None) -> Thread:
        if isinstance(thread, Thread):
            return thread
        if isinstance(thread, str):
            return self.lab.threads.get(thread)
        made = self.lab.threads.create()
        self._made.add(self.lab.threads.delete, made.id)
        return made

    def _new_agent(self, name: str | None, model: str | None, instructions: str | None) -> Agent:
        definitions = self.tools.definitions if self.tools else None
        made = self.lab.create_agent(model=model, name=name, instructions=instructions, tools=definitions)
        self._made.add(self.lab.delete_agent, made.id)
        return made

    def _copy(self, message: SavedMessage) -> None:
        self.lab.messages.create(
            self.thread.id, role=message.role, content=message.text, metadata=message.metadata
        )

    def _say(self, text: str) -> tuple[str, str]:
        self.lab.messages.create(self.thread.id, content=text)
        return self.thread.id, self.agent.id

    def _run_options(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"tools": tools_for_run(self.agent, self.tools), **options}

    def _started(self, run: Run) -> Run:
        self.run = run
        self._runs.append(run)
        return run

    def _turn(self, run: Run) -> Turn:
        """The figures of a run, as it was followed here or else as the service has it."""
        turn = self._turns.get(run.id) or Turn.of(RunView(run=run))
        if not turn.is_over:
            with suppress(NotFound):  # it was deleted with its thread: what was seen of it is all there is
                turn = self._turns[run.id] = Turn.read(run)
        return turn

    def _follow(self, what: Followable) -> Iterator[tuple[Event, RunView]]:
        view = RunView(run=run_of(what))
        try:
            for event in follow(what, tools=self.tools, deadline=self.deadline, polling=self.polling):
                view = advance(view, event)
                yield event, view
        finally:
            self._turns[view.run.id] = Turn.of(view)

    def _warn_of_length(self) -> None:
        if self.limit is not None and (warning := self.length().warning(self.limit)):
            warnings.warn(ConversationWarning(warning), stacklevel=3)
