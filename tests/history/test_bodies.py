"""What a user run executes is a body: here one of the test's own, with units, some side by side."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.history.conftest import Weather
from threadlab.connect.lab import Lab
from threadlab.errors import ReplayMissed, WrongPath
from threadlab.history.history import History
from threadlab.history.plans.memo import Memo
from threadlab.history.plans.rehearsal import Rehearsal
from threadlab.history.plans.reuse import Reuse
from threadlab.history.starting import Starting
from threadlab.history.user_run import UserRun
from threadlab.history.work.scope import Scope
from threadlab.journal.fold import fold
from threadlab.journal.record import Record
from threadlab.journal.values import Command, Config
from threadlab.objects.event import Event, TextArrived


@dataclass
class Sum:
    """Two units side by side, a question, and a third unit that needs them."""

    numbers: tuple[int, int]
    made: list[str] = field(default_factory=list)
    name: str = "sum"
    commands: Sequence[Command] = ()

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The numbers."""
        return {"numbers": list(self.numbers)}

    def order(self, recorded: Sequence[str]) -> Sequence[str]:
        """As it is written here."""
        return ("sum.a", "sum.b", "sum.unit", "sum.total")

    def rehearse(self, rehearsal: Rehearsal) -> None:
        """Three units."""
        for path in ("sum.a", "sum.b", "sum.total"):
            rehearsal.unit(path)

    def execute(self, scope: Scope) -> Generator[Event, None, str]:
        """Square two numbers at the same time, ask for a unit, add them."""
        yield from ()
        with ThreadPoolExecutor(2) as pool:
            jobs = [
                pool.submit(self._square, scope, path, number)
                for path, number in zip(("sum.a", "sum.b"), self.numbers, strict=True)
            ]
            squares = [job.result() for job in jobs]
        unit = scope.interrupt("sum.unit", "input", "In which unit?")
        return str(
            scope.unit("sum.total", {"squares": squares, "unit": unit}, lambda: self._total(squares, unit))
        )

    def _square(self, scope: Scope, path: str, number: int) -> Any:
        def execute() -> int:
            self.made.append(path)
            return number * number

        return scope.unit(path, {"number": number}, execute)

    def _total(self, squares: list[int], unit: str) -> str:
        self.made.append("sum.total")
        return f"{sum(squares)} {unit}"


def started(
    history: History, body: Sum, *, base: Record | None = None, reuse: Reuse | None = None, answer: str = "m²"
) -> UserRun:
    """A user run of that body, over or paused."""
    if "main" not in history.branches:
        history.branch("main", instructions="Be brief.")
    config = Config(place=history.lab.place, protocol=history.lab.protocol)
    starting = Starting(
        body=body,
        input=json.dumps(body.inputs),
        config=config,
        branch="main",
        base=base,
        reuse=reuse or Reuse.nothing(),
        verb="rerun" if base else "turn",
        answers=(lambda question: answer) if answer else None,
    )
    execution = history.start(starting)
    list(execution.follow())
    return history[execution.id]


@pytest.fixture
def local(here: Lab, tmp_path: Path) -> History:
    """A history in this process."""
    return History(here, tmp_path)


def test_units_run_side_by_side_and_are_reused_by_what_they_are_given(local: History) -> None:
    """Another number changes what depends on it, and nothing else."""
    first = started(local, body := Sum((3, 4)))
    assert first.output == "25 m²" and sorted(body.made) == ["sum.a", "sum.b", "sum.total"]
    assert [(one.answer, one.kind) for one in first.record.interrupts] == [("m²", "input")]
    second = started(local, body := Sum((3, 5)), base=first.record, reuse=Reuse.finished())
    assert second.output == "34 m²" and sorted(body.made) == ["sum.b", "sum.total"]
    assert {unit.path: unit.reused for unit in second.record.units}["sum.a"] == first.id


def test_a_body_is_replayed_with_its_answers_and_nothing_is_executed_invariant_7(local: History) -> None:
    """A missing unit is an error that names those that there are."""
    first = started(local, Sum((3, 4)))
    replay = started(local, body := Sum((3, 4)), base=first.record, reuse=Reuse.everything(), answer="")
    assert replay.output == "25 m²" and body.made == []
    with pytest.raises(ReplayMissed, match=r"sum\.b"):
        started(local, Sum((3, 5)), base=first.record, reuse=Reuse.everything())


def test_the_order_of_a_body_says_what_is_before_a_path_invariant_8(local: History) -> None:
    """Not the order in which parallel units happened to begin."""
    first = started(local, Sum((3, 4)))
    started(local, body := Sum((3, 4)), base=first.record, reuse=Reuse.before("sum.b"))
    assert sorted(body.made) == ["sum.b", "sum.total"]
    with pytest.raises(WrongPath, match=r"'sum\.c'(.|\n)*sum\.a, sum\.b"):
        started(local, Sum((3, 4)), base=first.record, reuse=Reuse.before("sum.c"))
    assert len(local) == 2


def test_an_input_that_nobody_gives_pauses_the_body(local: History) -> None:
    """What it finished is kept."""
    paused = started(local, body := Sum((3, 4)), answer="")
    assert paused.status == "requires_action" and sorted(body.made) == ["sum.a", "sum.b"]
    assert [one.question for one in paused.interrupts] == ["In which unit?"]


def test_the_growing_text_is_told_where_a_stream_is_read(history: History) -> None:
    """The same user run comes of it, by the same facts."""
    main = history.branch("main", instructions="Be brief.")
    pieces: list[str] = []
    turn = main.ask(
        "My name is Ada.",
        stream=True,
        on_event=lambda seen: pieces.append(seen.text) if isinstance(seen, TextArrived) else None,
    )
    assert "".join(pieces) == turn.output == "Nice to meet you, Ada." and len(pieces) > 1
    polled = history.branch("polled", at=turn).ask("Hello.")
    assert {type(entry.fact) for entry in turn.record.entries} == {
        type(e.fact) for e in polled.record.entries
    }


def test_a_user_runs_status_changes_along_the_table_only_invariant_4(history: History) -> None:
    """Read at every line of its log: queued, then in_progress and requires_action in turns, then one end."""
    weather = Weather(approve=True)
    turn = history.branch("main", tools=[weather.tool]).ask("How is the weather in Oslo?").answer("approve")
    entries = turn.record.entries
    statuses = [fold(entries[:number]).status for number in range(1, len(entries) + 1)]
    changes = [pair for pair in pairwise(statuses) if pair[0] != pair[1]]
    assert changes == [
        ("queued", "in_progress"),
        ("in_progress", "requires_action"),
        ("requires_action", "in_progress"),
        ("in_progress", "completed"),
    ]


def test_a_result_of_an_asking_before_the_last_is_still_known(history: History) -> None:
    """However often a call had to be asked again, no tool result is forgotten."""
    weather = Weather()
    turn = history.branch("main", tools=[weather.tool]).ask("How is the weather in Oslo?")
    entries = turn.record.entries
    begun = next(n for n, entry in enumerate(entries) if getattr(entry.fact, "request", ""))
    again = fold([*entries[:-3], entries[begun]])
    latest = again.call("1")
    assert latest is not None and latest.tools == ()
    assert Memo(again).tool_at("1.get_weather.1", '{"city": "Oslo"}') == turn.tools[0]
