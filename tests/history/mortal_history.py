"""A workspace on which one process after another works and dies, and what must hold of it whatever they did.

A process is a `History`, which may be doomed. What it was told before it died, every byte of what is over and
every effect that a tool had are remembered here; `check` compares them with the folders.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.history.conftest import every_file
from tests.journal.faulty_files import FaultyFiles, How, Killed
from threadlab.connect.connect import connect
from threadlab.connect.targets import Local
from threadlab.history.history import History
from threadlab.history.tickets.ticket import Completion
from threadlab.history.work.handle import current_user_run
from threadlab.journal.annotations import ANNOTATIONS
from threadlab.journal.fact import AnyFact, CallStarted, CallTied
from threadlab.journal.files import DISK, Files
from threadlab.journal.record import Record, ToolUse
from threadlab.journal.run_directory import EVENTS
from threadlab.objects.tool_call import ToolCall
from threadlab.tools.tool import Tool, tool


@dataclass(frozen=True)
class Doom:
    """When a process dies: at its n-th write, or right after its n-th request."""

    at: int
    what: Literal["request"] | How


class MortalHistory:
    """`history` is that of a process that lives; `process(doom)` gives one that dies of it, if it gets there.

    Its branches have two tools: `get_weather`, which asks a person before it looks at Rome, and
    `order_report`, which gives a ticket.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.lab = self._stack.enter_context(connect(target=Local(seed=7, pace=0)))
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="mortal-")))
        self.deaths = 0
        self.effects: list[tuple[str, str]] = []
        self.tags: defaultdict[str, set[str]] = defaultdict(set)
        self._told: defaultdict[str, dict[int, AnyFact]] = defaultdict(dict)
        self._logs: dict[str, bytes] = {}
        self._over: dict[str, dict[str, bytes]] = {}
        self._effects_at_end: dict[str, int] = {}
        self._followed_up: dict[str, str] = {}
        self._closed: dict[str, Completion] = {}
        self.history = self._opened(DISK)
        self.history.branch("main", instructions="Be brief.", tools=self._tools())

    @contextmanager
    def process(self, doom: Doom | None) -> Iterator[History]:
        """A process at work, which its doom ends without a word; then another one lives."""
        if doom is None:
            yield self.history
            return
        files = FaultyFiles(at=0, how="before" if doom.what == "request" else doom.what, kills=True)
        history, left = self._opened(files), [doom.at]

        def die() -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

        if doom.what == "request":
            self.lab.wire.listeners.append(die)
        else:
            files.at = files.writes + doom.at
        try:
            yield history
        except Killed:
            self.deaths += 1
        finally:
            with suppress(ValueError):
                self.lab.wire.listeners.remove(die)
        self.history = self._opened(DISK)

    def close(self) -> None:
        """End the service, and remove the folder."""
        self._stack.close()

    @property
    def ids(self) -> tuple[str, ...]:
        """All user runs."""
        return self.history.workspace.ids()

    def record(self, id: str) -> Record:
        """What the log of one says now."""
        return self.history.workspace.record(id)

    def told(self, id: str, seq: int, fact: AnyFact) -> None:
        """This was told, so it is acknowledged."""
        self._told[id][seq] = fact

    def forget(self, ids: set[str]) -> None:
        """These were pruned; in a seeded lab, another process may give their ids again."""
        self.effects[:] = [one for one in self.effects if one[0] not in ids]
        for id in ids:
            for known in (self._told, self._logs, self._over, self._effects_at_end, self.tags):
                known.pop(id, None)

    def check(self) -> None:
        """What is over keeps its bytes, other logs only grow, and no effect is there twice."""
        assert set(self._logs) <= set(self.ids), "a user run that was accepted is gone"
        for id in self.ids:
            record, log = self.record(id), _whole_lines(self.folder / id / EVENTS)
            assert log.startswith(self._logs.get(id, b"")), "a log was changed"
            self._logs[id] = log
            if record.ended_at is not None:
                files = every_file(self.folder / id)
                files.pop(ANNOTATIONS, None)
                assert self._over.setdefault(id, files) == files, "what is over was changed"
            assert self.tags[id] <= set(self.history.workspace.annotations(id).tags)
            assert record.parent is None or record.parent in self._logs or record.parent in self.ids
            self._check_told(record)
            self._check_effects(record)
        self._check_tickets()

    def check_at_the_end(self) -> None:
        """The index and all projections are what the logs say; each run there is one agent call's."""
        kept = self.history.workspace.index
        listed = kept.list()
        assert listed == History(self.lab, self.folder).workspace.index.list()
        assert self.history.workspace.rebuild() == {}
        assert kept.list() == listed
        self._over.clear()  # whoever died right after its last fact left pages to be written
        self.check()
        assert self.history.workspace.rebuild() == {}
        self.check()
        self._check_service()

    def _check_told(self, record: Record) -> None:
        log = {entry.seq: entry.fact for entry in record.entries}
        for seq, fact in self._told[record.id].items():
            assert log[seq] == fact, "what was acknowledged is lost"

    def _check_effects(self, record: Record) -> None:
        """One effect for each call that was made here and ended well, at most one for one that was cut."""
        had = Counter(asked for id, asked in self.effects if id == record.id)
        uses = [use for use in record.tools if not use.reused and use.started_at is not None]
        made, well = Counter(map(_asked, uses)), Counter(_asked(use) for use in uses if use.ok)
        assert well <= had <= made, f"effects {had}, of calls {made}, of which {well} ended well"
        if record.ended_at is not None:
            assert self._effects_at_end.setdefault(record.id, had.total()) == had.total(), "one after the end"

    def _check_tickets(self) -> None:
        """One user run at most tells what came, in the order in which it came, and only once it came."""
        latest: dict[str, int] = {}
        for ticket in self.history.tickets:
            before = self._closed.get(ticket.id)
            assert before in (None, ticket.completion), "a completion was changed"
            if ticket.completion is not None:
                self._closed[ticket.id] = ticket.completion
        for id in sorted(self.ids, key=lambda id: self.record(id).created_at):
            received = self.record(id).received
            if received.trigger.type == "system":
                cause = received.trigger.cause
                number = self._closed[cause].number
                assert self._followed_up.setdefault(cause, id) == id, f"{cause} was told twice"
                assert latest.get(received.branch, 0) < number, f"{cause} was told before what came earlier"
                latest[received.branch] = number

    def _check_service(self) -> None:
        """No run there was made for an agent call that had one, unless that one is gone."""
        tied: Counter[tuple[str, str]] = Counter()
        for id in self.ids:
            entries = self.record(id).entries
            here = {
                one.fact.path for one in entries if isinstance(one.fact, CallStarted) and not one.fact.reused
            }
            tied.update(
                (id, one.fact.path)
                for one in entries
                if isinstance(one.fact, CallTied) and one.fact.path in here
            )
        made = Counter(
            (run.metadata["threadlab.user_run"], run.metadata["threadlab.path"])
            for thread in self.lab.threads.list()
            for run in self.lab.runs.list(thread.id)
        )
        for call, times in made.items():
            assert call[0] not in self.ids or times <= max(tied[call], 1), f"{call} was paid twice"

    def _opened(self, files: Files) -> History:
        history = History(self.lab, self.folder, files=files, on_plan=None)
        for name in history.branches:
            history.branch(name, tools=self._tools())
        return history

    def _tools(self) -> list[Tool[..., Any]]:
        def for_rome(call: ToolCall) -> bool:
            return "Rome" in call.arguments

        @tool(approve=for_rome)
        def get_weather(city: str) -> str:
            """The weather in a city."""
            user_run = current_user_run()
            user_run.scratch["asked"] = city
            self.effects.append((user_run.id, city))
            user_run.keep("a picture", city.encode())
            return f"sunny in {city}"

        @tool
        def order_report(about: str) -> str:
            """Order a report.

            Args:
                about: what the report is about.
            """
            user_run = current_user_run()
            self.effects.append((user_run.id, about))
            return user_run.ticket(f"the report about {about}")

        return [get_weather, order_report]


def _asked(use: ToolUse) -> str:
    """The one argument of a call."""
    (asked,) = json.loads(use.arguments).values()
    return str(asked)


def _whole_lines(path: Path) -> bytes:
    log = path.read_bytes()
    return log[: log.rfind(b"\n") + 1]
