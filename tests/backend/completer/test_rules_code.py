"""What the stand-in has run where code can be run: the right column and rows, and honest words about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pypdf import PdfWriter

from tests.backend.completer.rules_desk import ask

PROFITS = "name,BSE_code,sector,revenue,operating_profit,operating_profit_margin\n" + "".join(
    f'Firm {number},{5000 + number},"{sector}","{1000 + number:,}",{profit},0.5\n'
    for number, (sector, profit) in enumerate(
        [("Energy", 70), ("Transportation", -20), ("Banks & Finance", 7), ("Transportation", 40)] * 30
    )
)
SAMPLE = (
    "Could you please create bar chart in TRANSPORTATION sector for the operating profit from the uploaded "
    "csv file and provide file to me?"
)
YEARS = "year,sold,returned\n2020,3,-1\n2021,5,\n"


def code(*files: str) -> dict[str, Any]:
    """The code interpreter with files of these names."""
    return {"type": "code_interpreter", "function": {"name": "code_interpreter"}, "files": list(files)}


def search(*files: str) -> dict[str, Any]:
    """File search over files of these names."""
    return {"type": "file_search", "function": {"name": "file_search"}, "files": list(files)}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Write a file, ask about it, run the program that the stand-in calls for; returns what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("threadlab.backend.completer.rules.programs.find_spec", lambda _: None)
    monkeypatch.setattr("IPython.display.display", lambda _: None)

    def run(name: str, content: str | bytes, message: str) -> str:
        Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
        (call,) = ask(message, tools=[code(name)]).calls
        exec(call[1]["input"], {})
        return capsys.readouterr().out

    return run


def drawn(chart: str) -> tuple[int, int]:
    """How many bars and how many labels (beside the title) a chart has."""
    return chart.count("<rect"), chart.count("<text") - 1


def test_a_chart_is_of_the_column_and_the_rows_that_were_asked_for(run: Any) -> None:
    """Whatever the case of letters; with no more labels than can be read, and negative bars below zero."""
    printed = run("profits.csv", PROFITS, SAMPLE)
    where = "Column: operating_profit. Rows: 60 of 120, where sector is Transportation. Labels: name."
    assert where in printed
    assert "60 bars, the highest is 40" in printed
    assert "Not matched" not in printed
    chart = Path("chart.svg").read_text()
    assert drawn(chart) == (60, 20)
    assert 'y="140.0" width="6.4" height="60.0"' in chart  # -20: from the line of zero downwards
    assert "Firm 2<" not in chart
    assert "matplotlib" in printed


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Plot the revenue.", ["Column: revenue. Rows: all 120."]),
        ("Draw the profit margin", ["Column: operating_profit_margin. Rows: all 120."]),
        ("Chart the profit of the finance sector", ["Rows: 30 of 120, where sector is Banks & Finance"]),
        ("Chart the revenue of Transportation and Energy", ["sector is Energy or Transportation."]),
        ("Draw the revenue of Firm 7 in Transportation", ["Rows: 1 of 120, where"]),
        ("Plot revenue and operating profit", ["A chart has one column, so these are not drawn: revenue."]),
        (
            "Chart the zebra sector",
            [
                "Not matched in the table: zebra.",
                "names no column of numbers, so this is the first of: revenue, operating_profit,",
                "Column: revenue. Rows: all 120.",
            ],
        ),
    ],
)  # fmt: skip
def test_a_chart_says_what_it_shows_and_what_it_does_not(run: Any, message: str, told: list[str]) -> None:
    """A column or a cell that is not there is named; nothing is passed off for it."""
    printed = run("profits.csv", PROFITS, message)
    assert [words for words in told if words not in printed] == []


def test_years_are_labels_and_rows_and_never_the_bars(run: Any) -> None:
    """A row without a number is left out, and said to be."""
    assert "Column: sold. Rows: all 2. Labels: year." in run("y.csv", YEARS, "Please draw y.csv")
    assert "Rows: 1 of 2, where year is 2021." in run("y.csv", YEARS, "Draw what was sold in 2021")
    printed = run("y.csv", YEARS, "Draw what was returned")
    assert "Column: returned." in printed
    assert "Rows left out, for they have no number: 1." in printed


@pytest.mark.parametrize("table", ["a,b\nx,y\n", "a,b\n", "", 'a\n"\x00"\n'])
def test_a_table_without_numbers_is_not_drawn(run: Any, table: str) -> None:
    """The code says so instead of failing."""
    assert "No column holds numbers alone, so nothing is drawn." in run(
        "t.csv", table, "Plot the first column"
    )
    assert not Path("chart.svg").exists()


def test_numbers_are_computed_of_the_rows_that_were_asked_for(run: Any) -> None:
    """With a thousands separator, too; without a name, of every column of numbers."""
    printed = run("profits.csv", PROFITS, "What is the average revenue in the energy sector?")
    assert printed == "Rows: 30 of 120, where sector is Energy.\nrevenue: 30 rows, sum 31740, mean 1058\n"
    printed = run("profits.csv", PROFITS, "Calculate the totals of profits.csv")
    assert [line.split(":")[0] for line in printed.splitlines()] == [
        "revenue", "operating_profit", "operating_profit_margin",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "printed"),
    [
        ("note.md", "The lock opens with 4711.", "note.md says:\nThe lock opens with 4711.\n"),
        ("long.txt", "a word\n" * 500, "long.txt is a text. Lines: 500. It begins:\na word\n"),
        (
            "sold.csv",
            "month,sold\nMay,3\n",
            "sold.csv is a table. Rows: 1. It begins:\nmonth, sold\nMay, 3\n",
        ),
        ("x.bin", b"\0\1", "x.bin is no text. Bytes: 2.\n"),
    ],
)
@pytest.mark.parametrize("message", ["What does the attachment say?", "Please show me the uploaded file"])
def test_what_is_in_an_attachment_is_read_by_code(
    run: Any, name: str, content: str | bytes, printed: str, message: str
) -> None:
    """Its beginning, and how much there is; what is no text is said to be none."""
    assert run(name, content, message).startswith(printed)


def test_word_and_pdf_files_are_read_by_code(run: Any, tmp_path: Path) -> None:
    """With the packages that file search reads them with."""
    document = Document()
    document.add_paragraph("The lock opens with 4711.")
    document.save(str(tmp_path / "a.docx"))
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    writer.write(tmp_path / "b.pdf")
    for name, said in (
        ("a.docx", "is a Word file. Paragraphs: 1. It begins:\nThe lock"),
        ("b.pdf", "is a PDF. Pages: 1."),
    ):
        assert said in run(name, (tmp_path / name).read_bytes(), f"Show me {name}")


def test_files_that_can_be_searched_are_searched_and_not_read_by_code() -> None:
    """Unless the message names one that code alone can read."""
    both = [code("sold.csv"), search("handbook.md")]
    assert ask("What does the attached handbook say about locks?", tools=both).rule == "file search"
    assert ask("What is in sold.csv?", tools=both).rule == "attachment"
    assert ask("What does the attachment say?", tools=[code("sold.csv"), search()]).rule == "attachment"
    assert ask("What does the attachment say?", tools=[code()]).rule == "honest limit"
    assert ask("Hello!", tools=both).rule == "courtesy"


def test_one_question_has_one_program() -> None:
    """The program is the same each time, in whatever order sets come."""
    programs = {ask(SAMPLE, tools=[code("profits.csv")]).calls[0][1]["input"] for _ in range(3)}
    assert len(programs) == 1
    assert "question = 'TRANSPORTATION sector operating profit'" in programs.pop()
