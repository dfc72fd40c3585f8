"""Figures over many user runs: rows, frames, plots, questions, and the report of slow steps and reuse."""

import builtins
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.patches import Rectangle

from tests.history.records_by_hand import BEGAN, agent_call, tool_use, user_run
from threadlab.errors import HistoryError
from threadlab.history.reading.analytics import FIGURES, plot, runs_table, steps_table
from threadlab.history.reading.prices import Price, Prices
from threadlab.history.reading.questions import QUESTIONS, ask_about
from threadlab.history.reading.report import performance
from threadlab.history.reading.run_tables import tool_operations, usage_by_call, usage_line
from threadlab.history.reading.table import Table
from threadlab.journal.fact import Planned
from threadlab.objects.fault import Fault
from threadlab.objects.usage import Usage

PRICES = Prices(models={"gpt-4o": Price(input=2.5, output=10)}, currency="USD")
BROKEN = Fault("rate_limit_exceeded", "too many requests")

FIRST = user_run("turn-1", calls=[agent_call(tools=[tool_use(), tool_use("search", "{}", "boom", ok=False)])])
SECOND = user_run(
    "turn-2",
    "what is  THE weather in turin?",
    [
        agent_call("1", tools=[tool_use("search", "{}", "bang", ok=False, seconds=4.0)], seconds=9.0),
        agent_call("1.ask_ben.1", agent="Ben", usage=Usage(10, 5), seconds=3.0, output="It snows."),
    ],
    at=BEGAN + 60,
)
FAILED = user_run(
    "turn-3",
    "Write a poem.",
    [agent_call(status="failed", usage=Usage(40, 0, estimated=True), error=BROKEN, output="")],
    status="failed",
    error=BROKEN,
)
AGAIN = user_run(
    "turn-4",
    "Write a poem.",
    [
        agent_call("1", reused="turn-2", seconds=5.0, tools=[tool_use(reused="turn-2")]),
        agent_call(
            "2", tools=[tool_use("clock", "{}", "12:00", path="2.clock.1", seconds=0.7, reused="turn-2")]
        ),
    ],
    verb="rerun",
    base="turn-2",
    plan=Planned(reused=("1",), executed=("2",), paid_again=("2",)),
)
ALL = (FIRST, SECOND, FAILED, AGAIN)


def test_a_row_for_each_user_run_with_own_and_childrens_tokens() -> None:
    """Own and children are the whole; what was reused is in none."""
    rows = {row["user run"]: row for row in runs_table(ALL, PRICES)}
    second = rows["turn-2"]
    assert (second["own tokens"], second["child tokens"], second["tokens"]) == (120, 15, 135)
    assert (rows["turn-4"]["tokens"], rows["turn-4"]["reused steps"]) == (120, 4)
    failed = rows["turn-3"]
    assert (failed["failed calls"], failed["estimated"], failed["tokens"]) == (1, True, 40)
    assert rows["turn-1"]["failed tools"] == 1


def test_the_sum_of_the_parts_is_the_usage_of_the_whole() -> None:
    """By call, by user run."""
    table = usage_by_call(SECOND, PRICES)
    assert sum(int(str(tokens)) for tokens in table.column("own")) == SECOND.usage.total_tokens
    assert [(row["path"], row["own"], row["children"], row["total"]) for row in table] == [
        ("1", 120, 15, 135),
        ("1.ask_ben.1", 15, 0, 15),
    ]


def test_unpriced_models_are_named_under_the_table() -> None:
    """The cost is not whole, and says so."""
    table = runs_table(ALL)
    assert "no price for gpt-4o" in table.note
    assert set(table.column("cost is whole")) == {False}


def test_usage_fits_on_one_line() -> None:
    """For a card's head."""
    assert usage_line(FIRST, PRICES) == "1 agent call, 2 tool calls, 120 tokens, 2.00 s, 0.00045 USD"
    assert usage_line(FAILED) == "1 agent call, about 40 tokens, 2.00 s"
    assert usage_line(AGAIN).startswith("2 agent calls, 1 of them reused, 2 tool calls, 120 tokens")


def test_tool_operations_are_a_table_of_one_user_run() -> None:
    """Arguments, result, time, and a warning where one was cut off."""
    cut_off = user_run(calls=[agent_call(tools=[tool_use(), tool_use("mail", "{}", None, ok=None)])])
    table = tool_operations(cut_off)
    assert [(row["tool"], row["arguments"], row["status"]) for row in table] == [
        ("get_weather", "city=Turin", "completed"),
        ("mail", "", "interrupted"),
    ]
    assert "may have had its effect" in table.note


def test_a_long_text_is_cut_and_nothing_else_is() -> None:
    """The other columns of a listing stay readable: what began a user run, and how it ended."""
    row = ("turn-20260105-090004-1f23", "main", "system", "completed", 303, "", "(The user did not" * 4)
    columns = ("user run", "branch", "by", "status", "tokens", "tags", "input")
    head, _, line = str(Table(title="", columns=columns, rows=(row,))).splitlines()
    assert head.split() == ["user", "run", *columns[1:]]
    assert line.split()[:5] == [*row[:4], "303"] and line.endswith("…") and "(The user did" in line
    told = Table(title="", columns=("tool", "result"), rows=(("look", "x" * 300),))
    assert str(told).count("x") == 300, "what is broken into lines is not cut"


def test_tables_are_frames_too() -> None:
    """Same columns, same rows."""
    frame = runs_table(ALL, PRICES).frame()
    assert list(frame["tokens"]) == [120, 135, 40, 120]
    assert len(steps_table(ALL).frame()) == len(steps_table(ALL))


@pytest.mark.parametrize("what", FIGURES)
def test_each_figure_is_a_picture(what: str, tmp_path: Path) -> None:
    """Drawn without a screen; its bars are the table's figures."""
    picture = plot(ALL, what, PRICES)
    assert picture._repr_png_().startswith(b"\x89PNG")
    patches = picture.figure.axes[0].patches
    bars = [bar.get_height() for bar in patches if isinstance(bar, Rectangle)]
    table = runs_table(ALL, PRICES)
    cells = [cell for column in FIGURES[what][0] for cell in table.column(column)]
    assert bars == [cell if isinstance(cell, int | float) else 0.0 for cell in cells]
    assert b"<svg" in picture.save(tmp_path / "plot.svg").read_bytes()


def test_what_cannot_be_plotted_is_said_with_what_can() -> None:
    """And a column that a table has not, with those that it has."""
    with pytest.raises(HistoryError, match="seconds, tokens, errors, cost"):
        plot(ALL, "beauty")
    with pytest.raises(HistoryError, match="it has user run, path"):
        steps_table(ALL).column("beauty")


@pytest.mark.parametrize("package", ["pandas", "matplotlib"])
def test_without_the_extra_the_error_names_it(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain rows still come."""
    really_import = builtins.__import__

    def without(name: str, *others: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ImportError(f"No module named {package!r}", name=package)
        return really_import(name, *others)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(HistoryError, match=r"threadlab\[plots\]"):
        _ = runs_table(ALL).frame() if package == "pandas" else plot(ALL)
    assert len(runs_table(ALL)) == 4


def test_which_tool_fails_most_is_answered_with_a_table() -> None:
    """The first row is the answer; a reused call is none."""
    table = ask_about(ALL, "Which tool fails most?")
    assert table.first == {"tool": "search", "failed": 2, "calls": 2, "rate": 1.0, "latest failure": "bang"}
    assert [row["tool"] for row in table] == ["search", "get_weather"]


def test_every_question_has_its_answer() -> None:
    """Nearly in its words."""
    first = {question: ask_about(ALL, question, PRICES).first or {} for question in QUESTIONS}
    assert first["which tool is slowest"]["tool"] == "search"
    assert first["which agent is slowest"]["agent"] == "Ada"
    assert first["which agent fails most"]["not completed"] == 1
    assert first["which model costs most"]["model"] == "gpt-4o"
    assert first["which user run takes most tokens"]["user run"] == "turn-2"
    assert first["which input repeats"]["times"] == 2
    assert first["which error comes most"]["error"] == "rate_limit_exceeded"


def test_an_unknown_question_lists_those_that_are_answered() -> None:
    """Rather than a wrong answer."""
    with pytest.raises(HistoryError, match="which tool fails most; which tool is slowest"):
        ask_about(ALL, "What is the meaning of life?")


def test_the_report_names_the_slowest_steps_and_what_reuse_saved() -> None:
    """A reused call saves its tokens; a reused tool result in a call made again, only its seconds."""
    report = performance(ALL, PRICES, slowest=2)
    assert [row["seconds"] for row in report.slowest] == [9.0, 4.0]
    saved = report.saved.first
    assert saved is not None
    assert (saved["user run"], saved["reused from"], saved["tokens"], saved["paid again"]) == (
        "turn-4", "turn-2", 120, 1,
    )  # fmt: skip
    assert saved["seconds"] == pytest.approx(5.7)
    assert "0.00045 USD" in str(report)


def test_where_nothing_was_reused_the_report_says_so() -> None:
    """Instead of an empty table."""
    assert performance((FIRST,)).saved.note == "no user run reused anything"


def test_an_unfinished_user_run_has_no_seconds_yet() -> None:
    """None is not zero."""
    waiting = replace(user_run("turn-5", status="queued", calls=[]))
    row = runs_table((waiting,)).first
    assert row is not None
    assert (row["waited"], row["seconds"]) == (None, None)
