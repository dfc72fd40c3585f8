"""Plain forms: whatever stands on the last line of a cell can be read, and fits the screen."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell

from threadlab.connect.connect import connect
from threadlab.runs import (
    Budget,
    ByScore,
    Changes,
    History,
    Keep,
    KeepAll,
    Recent,
    Reuse,
    UserChoice,
    Writing,
)
from threadlab.tools.tool import tool
from threadlab.widgets.formatters import IN_WORDS, register
from threadlab.widgets.plain_forms import PLAIN_FORMS

SCREEN_LINES, SCREEN_COLUMNS = 24, 130


@tool(approve=True)
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


def test_every_value_that_a_learner_meets_is_told_in_words_on_one_screen(tmp_path: Path) -> None:
    """No address in memory, no dataclass as Python writes it, no column of dots."""
    with connect(seed=7, pace=0) as lab:
        history = History(lab, tmp_path / "runs", on_plan=None)
        main = history.branch("main", tools=[get_weather], context=ByScore(tokens=100))
        first = main.ask("My name is Ada.")
        first.tag("good")
        first.rate(stars=5, comment="as it should be")
        first.save_as_template("hello", who="Ada")
        again = first.edit(instructions="Be brief.").rerun()
        waiting = main.ask("How is the weather in Oslo?")
        values: list[object] = [
            *(history, history.branches, history.table(), history.steps(), history.report(), history.tags()),
            *(history.scores("main"), history.search("Ada"), history.open_questions(), list(history)),
            *(history.templates, history.templates["hello"], history.templates["hello"].fill(who="Bob")),
            *(history.tickets, history.prune(1, dry_run=True), history.ask_about("which tool fails most")),
            *(history.export(tmp_path / "all.zip"), history.compare(1, 2), history.desk.prices),
            *(main, main.context, main.context.parts, main.context_bar, main.runs, main.state, main.config),
            *(main.cost, main.usage, again, again.record, (again.record,), again.record.plan, again.calls),
            *(again.edit(input="Hello."), again.plan("retry"), again.cost, again.importance, again.sequence),
            *(first.annotations, waiting.annotations, waiting.interrupts, waiting.tools, waiting.diagnose()),
            *(waiting.tool_operations, waiting.usage_by_call, Budget(), Budget(tokens=5), Reuse.before("2")),
            *(KeepAll(), Recent(2), ByScore(tokens=9), UserChoice(drop=(1,)), Writing(), Keep(newest=3)),
            *(Changes(input="Hello."), first.queue, again.trigger),
        ]
        shell = InteractiveShell()
        register(shell)
        display = shell.display_formatter
        assert display is not None
        for value in values:
            text = display.format(value, include=["text/plain"])[0]["text/plain"]
            told = f"{type(value).__name__}: {text}"
            lines = text.splitlines()
            assert len(lines) <= SCREEN_LINES and max(map(len, lines)) <= SCREEN_COLUMNS, told
            assert " at 0x" not in text and "=(" not in text and "FieldInfo" not in text, told
            assert text.count("…") <= 3, told


def test_each_form_is_known_by_the_name_of_its_type() -> None:
    """The names are there so that nobody waits for modules that are not needed."""
    found = {getattr(import_module(name.rpartition(".")[0]), name.rpartition(".")[2]) for name in IN_WORDS}
    assert found == set(PLAIN_FORMS)
